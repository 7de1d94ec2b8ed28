import { formatCommandLine } from '../../lib/cli/command-line.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';

/** What next to type, with the flags that were typed. */
export interface NextCommands {
  /** All that one check found. */
  explain(check: string): string;
  /** The same verification, until it is decided. */
  wait: string;
  /** The same verification once more. */
  again: string;
}

// Flags of waiting and of choosing have no part in explaining one check.
const notAgain = ['output', 'wait', 'timeout', 'for', 'every', 'check', 'gate', 'strict', 'explain'];

/** Commands to go on with after a verification. */
export function nextCommands(env: CommandEnvironment): NextCommands {
  return {
    explain: (check) => verifyCommand(env, notAgain, [`--explain=${check}`]),
    wait: verifyCommand(env, ['output', 'wait', 'explain', 'every'], ['--wait']),
    again: verifyCommand(env, ['output', 'every'], []),
  };
}

/** `kubectl verify` with the flags that were typed but for some. */
export function verifyCommand(env: CommandEnvironment, without: readonly string[], add: readonly string[]): string {
  return formatCommandLine({ start: 'kubectl verify', words: [], flags: env.command.flags, given: env.given, without, add });
}
