import type { OutputFormat } from '../output/document.ts';
import { renderDocument } from '../output/document.ts';
import type { CommandEnvironment } from './environment.ts';

export interface Printable {
  /** For -o json and -o yaml. */
  document: unknown;
  /** For -o name, one a line. */
  names: readonly string[];
  /** For -o table and -o wide. */
  table(): string | Promise<string>;
}

/** Writes data to stdout in the form that was asked for. */
export async function print(printable: Printable, format: OutputFormat, env: CommandEnvironment): Promise<void> {
  await env.context.streams.stdout.write(await textOf(printable, format));
}

async function textOf(printable: Printable, format: OutputFormat): Promise<string> {
  switch (format) {
    case 'json':
    case 'yaml':
      return renderDocument(printable.document, format);
    case 'name':
      return printable.names.map((name) => `${name}\n`).join('');
    default:
      return printable.table();
  }
}

/** Writes talk to stderr. */
export async function say(text: string, env: CommandEnvironment): Promise<void> {
  await env.context.streams.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}
