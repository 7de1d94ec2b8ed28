import type { FlagValue } from './flag-values.ts';

export type FlagGroup = 'Target' | 'Going back' | 'Checks' | 'Keeping' | 'Snapshots' | 'Waiting' | 'Safety' | 'Output' | 'Cluster' | 'Other';

/** A flag: its key in camelCase is the name, `toRevision` → `--to-revision`. Without `value` it is a switch. */
export interface FlagSpec {
  group: FlagGroup;
  describe: string;
  alias?: string;
  value?: FlagValue<unknown>;
  /** May be given more than once; any other flag may not. */
  repeat?: true;
  /** Used when the flag is not given; shown in help. */
  fallback?: string;
  /** Its value never appears in a command that is printed. */
  secret?: true;
}

export type FlagTable = Record<string, FlagSpec>;

/** What was typed, by flag key, kept as text so that a command to type next can be printed. */
export type GivenFlags = Record<string, string[] | true>;

/** `toRevision` → `to-revision`. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
