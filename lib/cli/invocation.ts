import type { BuildInfo } from '../core/build-info.ts';
import type { Context } from '../core/context.ts';
import type { Plugin } from './define-command.ts';
import type { Program, Progression, Terminal } from './environment.ts';

/** One call of a plugin, from its words to its streams. */
export interface Invocation {
  plugin: Plugin;
  argv: readonly string[];
  context: Context;
  build: BuildInfo;
  program: Program;
  terminal: Terminal | undefined;
  progress: Progression;
}
