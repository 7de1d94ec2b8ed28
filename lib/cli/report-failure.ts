import { RetraceError, type ExitCode } from '../core/errors.ts';
import { renderDocument } from '../output/document.ts';
import { describeFailure, renderFailure } from '../output/failure.ts';
import { chooseLanguage, loadMessages } from '../output/messages/language.ts';
import type { Messages } from '../output/messages/messages.ts';
import { styleFor } from '../output/style.ts';
import type { FlagTable } from './flag.ts';
import type { Invocation } from './invocation.ts';
import { spellOutShortFlags } from './words.ts';

/**
 * Tells what went wrong, on stderr: a sentence for people, one JSON object with -o json.
 * @returns the exit code
 */
export async function reportFailure(thrown: unknown, invocation: Invocation): Promise<ExitCode> {
  const { context, progress } = invocation;
  const { stderr } = context.streams;
  const error = nameInterruption(thrown, invocation);
  const failure = describeFailure(error);
  const flags = scanFlags(invocation);
  if (flags.get('output') === 'json') {
    await stderr.write(await renderDocument(failure, 'json'));
    return failure.exitCode;
  }
  const messages = await readMessages(invocation);
  const style = styleFor(stderr, context.env, { noColor: flags.has('no-color') });
  // Before the first write of a run every error comes as it is; later ones are run.*, and say themselves how far it came.
  const isBeforeChange = progress.command?.beginsChange === true && error instanceof RetraceError && !/^(run|usage)\./.test(error.code);
  await stderr.write(renderFailure(error, messages, style, isBeforeChange ? [messages.run.nothingChanged] : []));
  const isTalkative = Number(flags.get('v') ?? 0) > 0;
  if (isTalkative && error instanceof Error) await stderr.write(`${stackOf(error)}\n`);
  return failure.exitCode;
}

/** Says what Ctrl-C does: at the first one what is still finished, at the second one how to go on. */
export async function announceStop(what: 'stopping' | 'atOnce', invocation: Invocation): Promise<void> {
  const { plugin, progress, context } = invocation;
  const { run } = await readMessages(invocation);
  const { runId } = progress;
  const text = what === 'stopping' ? run.stopping : run.interruptedAtOnce(runId === undefined ? undefined : `kubectl ${plugin.name} resume ${runId}`);
  if (progress.say !== undefined) progress.say(text);
  else await context.streams.stderr.write(`${text}\n`);
}

// A request that Ctrl-C has cut off ends in whatever its library throws.
function nameInterruption(error: unknown, { context, progress }: Invocation): unknown {
  if (!context.signal.aborted || progress.runId !== undefined) return error;
  if (error instanceof RetraceError && error.code === 'run.interrupted-before') return error;
  return new RetraceError('run.interrupted-before', {}, { cause: error });
}

async function readMessages(invocation: Invocation): Promise<Messages> {
  return loadMessages(chooseLanguage(scanFlags(invocation).get('lang'), invocation.context.env));
}

// Not through the parser: it may be the parser that failed.
function scanFlags({ plugin, argv }: Invocation): Map<string, string> {
  const flags = Object.assign({}, ...plugin.commands.map((command) => command.flags)) as FlagTable;
  const found = new Map<string, string>();
  for (const word of spellOutShortFlags(argv, flags)) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) found.set(name === 'o' ? 'output' : name, value ?? '');
  }
  return found;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
