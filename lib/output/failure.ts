import { exitCodes, isError, RetraceError, type ExitCode } from '../core/errors.ts';
import type { Message, Messages } from './messages/messages.ts';
import { english } from './messages/en.ts';
import { printable, printableData } from './printable.ts';
import { paint, type Style } from './style.ts';

export interface Failure {
  apiVersion: 'retrace/v1';
  kind: 'Error';
  code: string;
  params: object;
  /** In English, whatever the person reads. */
  message: string;
  exitCode: ExitCode;
}

/** The failure for programs. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof RetraceError) {
    const { text, lines = [], next = [] } = messageOf(error, english);
    return { apiVersion: 'retrace/v1', kind: 'Error', code: error.code, params: error.params, message: [text, ...lines, ...next].join('\n'), exitCode: error.exitCode };
  }
  return { apiVersion: 'retrace/v1', kind: 'Error', code: 'bug', params: {}, message: english.bug(detailOf(error)).text, exitCode: exitCodes.bug };
}

/** The failure for people: the sentence, its evidence, and as the last line what to type next. */
export function renderFailure(error: unknown, messages: Messages, style: Style, extraLines: readonly string[] = []): string {
  const message = error instanceof RetraceError ? messageOf(error, messages) : messages.bug(detailOf(error));
  const lines = [...(message.lines ?? []), ...extraLines.filter((line) => !(message.lines ?? []).includes(line) && !(message.next ?? []).includes(line))];
  return `${[
    `${paint(style, 'bad', `${messages.error}:`)} ${message.text}`,
    ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`),
    ...(message.next ?? []),
  ].join('\n')}\n`;
}

/** The sentence of a failure, with what belongs to it. */
export function messageOf(error: RetraceError, messages: Messages): Message {
  const make = messages.errors[error.code] as (params: unknown) => Message;
  const message = make(printableData(error.params));
  if (!isError(error, 'run.stopped') || !(error.cause instanceof RetraceError)) return message;
  // `why` is a code here; its sentence and evidence are what the person needs.
  const { text, lines = [] } = messageOf(error.cause, messages);
  return { ...message, text: messages.errors['run.stopped']({ ...error.params, why: text }).text, lines: [...lines, ...(message.lines ?? [])] };
}

function detailOf(error: unknown): string {
  return printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
