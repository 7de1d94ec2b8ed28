import { choice, duration } from './flag-values.ts';
import type { FlagTable } from './flag.ts';

/** How a run waits and what it does with stuck pods. */
export const waitFlags = {
  stableFor: { group: 'Waiting', value: duration('10s'), fallback: '10s', describe: 'How long a pod must stay Ready to count' },
  stuckAfter: { group: 'Waiting', value: duration('5s'), fallback: '5s', describe: 'How long a pod of an old revision may block before it is replaced' },
  stuckPods: { group: 'Waiting', value: choice('evict', 'delete', 'never'), fallback: 'evict', describe: 'What to do with such a pod' },
  timeout: { group: 'Waiting', value: duration('10m', 1), fallback: '10m', describe: 'How long to wait; longer while something still moves' },
} as const satisfies FlagTable;

export const restartFlag = {
  restart: { group: 'Going back', value: choice('auto', 'never', 'ask'), fallback: 'ask', describe: 'Restart who reads a changed ConfigMap or Secret only at its start; without a terminal, or with --yes, ask means never' },
} as const satisfies FlagTable;
