import type { FlagTable } from './flag.ts';

/** Of commands that look at all snapshots of a place. */
export const safetyCopyFlags = {
  safety: { group: 'Snapshots', describe: 'What runs of this machine found before they wrote, instead of snapshots' },
} as const satisfies FlagTable;
