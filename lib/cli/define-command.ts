import type { Completer } from './completion-offer.ts';
import type { CommandEnvironment } from './environment.ts';
import type { FlagTable } from './flag.ts';
import type { FlagValue } from './flag-values.ts';

export interface PositionalSpec {
  /** As shown in usage: `TYPE/NAME`, `RUN`. */
  name: string;
  describe: string;
  required: boolean;
  many: boolean;
}

export interface Example {
  describe: string;
  command: string;
}

type ValueOf<F> = F extends { value: FlagValue<infer T> }
  ? F extends { repeat: true }
    ? T[]
    : F extends { fallback: string }
      ? T
      : T | undefined
  : boolean;

/** What a command's `run` gets: each flag's value by its key, and the words that are no flags. */
export type ArgsOf<F extends FlagTable> = { -readonly [K in keyof F]: ValueOf<F[K]> } & { words: string[] };

export interface CommandSpec<F extends FlagTable> {
  name: string;
  aliases?: readonly string[];
  summary: string;
  /** More than the summary, shown in the command's own help. */
  details?: string;
  positional?: PositionalSpec;
  flags: F;
  examples: readonly Example[];
  /** Exit codes that this command can end with, besides 0, 1 and 2. */
  exitCodes?: readonly number[];
  /** Flags of which at most one may be given, by key. */
  exclusive?: readonly (readonly (keyof F & string)[])[];
  /** True for commands that begin a change: an error before the first write says that nothing was changed. */
  beginsChange?: boolean;
  run(args: ArgsOf<F>, env: CommandEnvironment): Promise<void>;
}

/** A command whose flag types are forgotten, as the dispatcher holds it. */
export type Command = Omit<CommandSpec<FlagTable>, 'run' | 'exclusive'> & {
  exclusive?: readonly (readonly string[])[];
  /** Checked against the flags in defineCommand. */
  run(args: never, env: CommandEnvironment): Promise<void>;
};

/** Gives its argument back; it is a function so that `run`'s arguments are inferred from the flags. */
export function defineCommand<const F extends FlagTable>(spec: CommandSpec<F>): Command {
  return spec as unknown as Command;
}

export interface Plugin {
  /** Without `kubectl-`. */
  name: string;
  summary: string;
  commands: readonly Command[];
  /** The command that is meant where none is named. */
  defaultCommand?: string;
  /** Loads what completes values that only the cluster or a file knows. */
  complete?(): Promise<Completer>;
}

/** Flags of all commands: what can be said of a flag before the command is known. */
export function flagsOfAll(plugin: Plugin): FlagTable {
  return Object.assign({}, ...plugin.commands.map(({ flags }) => flags)) as FlagTable;
}
