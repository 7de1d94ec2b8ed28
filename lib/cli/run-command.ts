import { chooseLanguage, loadMessages } from '../output/messages/language.ts';
import { styleFor } from '../output/style.ts';
import type { Command } from './define-command.ts';
import type { CommandEnvironment } from './environment.ts';
import type { Invocation } from './invocation.ts';
import { parseArguments } from './parse.ts';

/** Reads the command's arguments, puts its environment together and runs it. */
export async function runCommand(invocation: Invocation, command: Command, argv: readonly string[]): Promise<void> {
  const { plugin, context, build, program, terminal, progress } = invocation;
  progress.command = command;
  const { args, given } = parseArguments(argv, command, `kubectl ${plugin.name} ${command.name}`);
  const wishes = { noColor: args['noColor'] === true, wide: args['output'] === 'wide' };
  const env: CommandEnvironment = {
    context,
    build,
    program,
    plugin,
    command,
    given,
    words: args.words,
    messages: await loadMessages(chooseLanguage(args['lang'] as string | undefined, context.env)),
    outStyle: styleFor(context.streams.stdout, context.env, wishes),
    errStyle: styleFor(context.streams.stderr, context.env, wishes),
    terminal,
    progress,
  };
  await command.run(args as never, env);
}
