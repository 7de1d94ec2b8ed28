import type { BuildInfo } from '../core/build-info.ts';
import type { Context } from '../core/context.ts';
import type { Messages } from '../output/messages/messages.ts';
import type { Style } from '../output/style.ts';
import type { FlagTable, GivenFlags } from './flag.ts';

/** The executable that runs. */
export interface Program {
  /** argv[0]: a path, or a bare name that was found on PATH. */
  invokedAs: string;
}

/** Streams for questions; undefined where nobody can answer. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  rows(): number;
}

/** What is known of the command that runs, without its `run`. */
export interface CommandFacts {
  name: string;
  flags: FlagTable;
  /** True for commands that begin a change: an error before the first write says that nothing was changed. */
  beginsChange?: boolean;
}

/** What a command's `run` gets besides its arguments. */
export interface CommandEnvironment {
  context: Context;
  build: BuildInfo;
  program: Program;
  plugin: { name: string };
  command: CommandFacts;
  /** What was typed, to print the next command with the same flags. */
  given: GivenFlags;
  words: readonly string[];
  messages: Messages;
  /** How stdout and stderr may look. */
  outStyle: Style;
  errStyle: Style;
  terminal: Terminal | undefined;
  progress: Progression;
}

/** How far a call has come: decides what Ctrl-C and an error say. */
export interface Progression {
  /** Set when the command is known. */
  command?: CommandFacts;
  /** Set when a run has begun: it can be resumed. */
  runId?: string;
  /** Set while progress is drawn: a line that is not to be drawn over. */
  say?(line: string): void;
}
