import { quoteForShell } from '../core/shell.ts';
import { flagName, type FlagTable, type GivenFlags } from './flag.ts';
import { clusterFlags } from './kubectl-flags.ts';

export interface CommandLine {
  /** `kubectl rollback undo`. */
  start: string;
  words: readonly string[];
  flags: FlagTable;
  given: GivenFlags;
  /** Keys of flags to leave out. */
  without?: readonly string[];
  /** Flags to add, as typed. */
  add?: readonly string[];
}

/** A command to type next, with the same flags: safe to paste into a shell, and without any secret. */
export function formatCommandLine({ start, words, flags, given, without = [], add = [] }: CommandLine): string {
  return [start, ...words.map(quoteForShell), ...givenFlagWords(flags, given, without), ...add].join(' ');
}

/** Only the flags: ` -n monitoring --context cluster-03`, for commands that lib prints. Empty, or with a space before. */
export function formatFlags(flags: FlagTable, given: GivenFlags, keys: readonly string[]): string {
  const without = Object.keys(flags).filter((key) => !keys.includes(key));
  return givenFlagWords(flags, given, without).map((word) => ` ${word}`).join('');
}

/** The cluster flags as typed, but for the namespace: hints always name theirs. */
export function flagsForHints({ command, given }: { command: { flags: FlagTable }; given: GivenFlags }): string {
  return formatFlags(command.flags, given, Object.keys(clusterFlags).filter((key) => key !== 'namespace'));
}

function givenFlagWords(flags: FlagTable, given: GivenFlags, without: readonly string[]): string[] {
  return Object.entries(flags).flatMap(([key, spec]) => {
    const texts = given[key];
    if (texts === undefined || without.includes(key)) return [];
    const name = spec.alias === undefined ? `--${flagName(key)}` : `-${spec.alias}`;
    if (texts === true) return [name];
    return texts.map((value) => `${name}${spec.alias === undefined ? '=' : ' '}${spec.secret ? '…' : quoteForShell(value)}`);
  });
}
