import type { Context } from '../core/context.ts';
import { chooseLanguage, loadMessages } from '../output/messages/language.ts';
import { plainStyle } from '../output/style.ts';
import { findCursor, type Cursor } from './completion-cursor.ts';
import { renderOffer, type CompletionQuestion, type Offer } from './completion-offer.ts';
import { flagsOfAll, type Command, type Plugin } from './define-command.ts';
import type { CommandEnvironment } from './environment.ts';
import { flagName } from './flag.ts';
import type { Invocation } from './invocation.ts';

/** For all requests together: who waits for longer has typed it already. */
const limitMs = 1000;

/**
 * Answers kubectl's question after a TAB (kubectl_complete-NAME, kubectl 1.26 and later) on stdout. Never fails and never
 * says anything: stderr would land in the middle of the line that the person is typing.
 */
export async function completeWords(invocation: Invocation, typed: readonly string[]): Promise<void> {
  const cursor = findCursor(invocation.plugin, typed);
  const offer = cursor === undefined ? undefined : await offerFor(invocation, cursor).catch(() => undefined);
  await invocation.context.streams.stdout.write(renderOffer(offer ?? { choices: [] }, cursor?.current ?? ''));
}

async function offerFor(invocation: Invocation, cursor: Cursor): Promise<Offer | undefined> {
  const { plugin } = invocation;
  switch (cursor.at) {
    case 'command':
      return { choices: plugin.commands.map(({ name, summary }) => ({ value: name, describe: summary })), keepOrder: true };
    case 'flag':
      return { choices: listFlags(cursor, plugin) };
    case 'value':
      if (cursor.spec.value?.choices !== undefined) return { choices: cursor.spec.value.choices.map((value) => ({ value })), keepOrder: true };
      if (cursor.spec.value?.placeholder === 'FILE') return { choices: [], files: true };
      return ask(invocation, cursor, { command: cursor.command?.name, flag: cursor.key, current: cursor.current });
    case 'word':
      return ask(invocation, cursor, { command: cursor.command.name, flag: undefined, current: cursor.current });
  }
}

function listFlags({ command, words }: Cursor & { at: 'flag' }, plugin: Plugin): Offer['choices'] {
  const given = new Set(words.map((word) => word.split('=')[0]));
  const own = Object.entries(command?.flags ?? flagsOfAll(plugin))
    .filter(([key, { alias, repeat }]) => repeat === true || !(given.has(`--${flagName(key)}`) || given.has(`-${alias ?? ''}`)))
    .map(([key, { describe }]) => ({ value: `--${flagName(key)}`, describe }));
  return [...own, { value: '--help', describe: 'Help of the command' }, ...(command === undefined ? [{ value: '--version', describe: 'Version' }] : [])];
}

async function ask(invocation: Invocation, cursor: Cursor & { at: 'value' | 'word' }, question: CompletionQuestion): Promise<Offer | undefined> {
  const { plugin } = invocation;
  if (plugin.complete === undefined) return undefined;
  const [complete, { parseArguments }] = await Promise.all([plugin.complete(), import('./parse.ts')]);
  const anyWords: Command = { ...lenient, flags: cursor.command?.flags ?? flagsOfAll(plugin) };
  const { args, given } = parseArguments(cursor.words, anyWords, plugin.name);
  const limit = new AbortController();
  const context = silenced(invocation.context, limit.signal);
  const env: CommandEnvironment = {
    context,
    build: invocation.build,
    program: invocation.program,
    plugin,
    command: anyWords,
    given,
    words: args.words,
    messages: await loadMessages(chooseLanguage(args['lang'] as string | undefined, context.env)),
    outStyle: plainStyle,
    errStyle: plainStyle,
    terminal: undefined,
    progress: {},
  };
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    return await complete(question, args, env);
  } finally {
    clearTimeout(timer);
  }
}

/** A half-typed line lacks words and may hold flags that exclude each other: that is for the command to refuse. */
const lenient = { name: '', summary: '', examples: [], positional: { name: '', describe: '', required: false, many: true }, run: async () => undefined };

function silenced(context: Context, signal: AbortSignal): Context {
  const mute = { isTTY: false, columns: undefined, write: async () => undefined };
  return { ...context, signal: AbortSignal.any([context.signal, signal]), streams: { ...context.streams, stdout: mute, stderr: mute } };
}
