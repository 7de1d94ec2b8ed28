import type { ShareChoice } from '../procedure/execute.ts';
import type { ArgsOf } from './define-command.ts';
import type { FlagTable } from './flag.ts';

export const localOnlyFlag = {
  localOnly: { group: 'Safety', describe: 'No lock and no record in the cluster: nobody else sees the run, and only this machine can go on with it' },
} as const satisfies FlagTable;

/** Of every command that works on a run. */
export const shareFlags = {
  ...localOnlyFlag,
  takeOver: { group: 'Safety', describe: 'Take the lock of another run that has expired: its process is dead or cut off' },
} as const satisfies FlagTable;

export function shareChoice({ localOnly, takeOver }: Pick<ArgsOf<typeof shareFlags>, 'localOnly' | 'takeOver'>): ShareChoice {
  return { localOnly, takeOver };
}
