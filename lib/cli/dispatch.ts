import { exitCodes, RetraceError } from '../core/errors.ts';
import { flagsOfAll, type Command, type Plugin } from './define-command.ts';
import type { FlagTable } from './flag.ts';
import { renderCommandHelp, renderPluginHelp } from './help.ts';
import type { Invocation } from './invocation.ts';
import { findCommandWord, spellOutShortFlags } from './words.ts';

/** Not shown in help: what kubectl_complete-NAME is, and a way to try it by hand. */
export const completionCommand = '__complete';

/**
 * Finds the command and runs it. What is not needed for --version and --help is loaded behind them.
 * @returns the exit code of a call that did not fail
 */
export async function dispatch(invocation: Invocation): Promise<number> {
  const { plugin, argv, context, build } = invocation;
  if (argv[0] === completionCommand) {
    const { completeWords } = await import('./completion.ts');
    await completeWords(invocation, argv.slice(1));
    return exitCodes.ok;
  }
  const flags = flagsOfAll(plugin);
  const words = spellOutShortFlags(argv, flags);
  const end = words.indexOf('--');
  const beforeEnd = end < 0 ? words : words.slice(0, end);
  const at = findCommandWord(words, flags);
  const name = at === undefined ? undefined : words[at];
  if (beforeEnd.includes('--version') || name === 'version') {
    await context.streams.stdout.write(`kubectl-${plugin.name} ${build.version} (commit ${build.commit}, Bun ${build.bunVersion})\n`);
    return exitCodes.ok;
  }
  const isHelp = name === 'help' || beforeEnd.includes('--help') || beforeEnd.includes('-h');
  if (isHelp) return showHelp(invocation, name === 'help' ? words[at! + 1] : name);
  const wanted = name ?? plugin.defaultCommand;
  if (wanted === undefined) return refuseWithoutCommand(invocation, flags, words);
  const command = await findCommand(plugin, wanted);
  const { runCommand } = await import('./run-command.ts');
  await runCommand(invocation, command, at === undefined ? words : [...words.slice(0, at), ...words.slice(at + 1)]);
  return exitCodes.ok;
}

async function showHelp({ plugin, context }: Invocation, name: string | undefined): Promise<number> {
  const help = name === undefined || plugin.commands.length === 0 ? renderPluginHelp(plugin) : renderCommandHelp(plugin, await findCommand(plugin, name));
  await context.streams.stdout.write(help);
  return exitCodes.ok;
}

// A command that is missing is a mistake: the help goes to stderr, so that a script does not take it for data.
async function refuseWithoutCommand({ plugin, context }: Invocation, flags: FlagTable, words: readonly string[]): Promise<number> {
  if (words.length > 0) {
    const { parseArguments } = await import('./parse.ts');
    parseArguments(words, { name: '', summary: '', flags, examples: [], run: async () => undefined }, `kubectl ${plugin.name}`);
  }
  await context.streams.stderr.write(renderPluginHelp(plugin));
  return exitCodes.usage;
}

async function findCommand(plugin: Plugin, name: string): Promise<Command> {
  const found = plugin.commands.find((command) => command.name === name || command.aliases?.includes(name));
  if (found !== undefined) return found;
  const { nearNames } = await import('../core/near-names.ts');
  const known = plugin.commands.map((command) => command.name);
  throw new RetraceError('usage.unknown-command', { name, near: nearNames(name, known), plugin: plugin.name, known });
}
