import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatCommandLine } from '../../lib/cli/command-line.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { openPlace } from '../../lib/cli/open-place.ts';
import { say } from '../../lib/cli/print.ts';
import { orFileError } from '../../lib/core/durable-file.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import { printable } from '../../lib/output/printable.ts';
import { displayName } from '../../lib/run/object-ref.ts';
import { exportObjects, type ExportedObject, type LeftOut } from '../../lib/snapshot/export/export-objects.ts';
import { openSnapshot } from '../../lib/snapshot/open-content.ts';
import { selectObjects } from '../../lib/snapshot/select.ts';
import type { RepositoryArgs } from '../../lib/cli/repository-flags.ts';

export interface ExportArgs extends RepositoryArgs {
  namespace: string[];
  withSecrets: boolean;
  outputFile: string | undefined;
  outputDir: string | undefined;
  words: string[];
}

/** Writes the YAML and says what is not in it. @throws export.exists, file.write */
export async function exportAndTell(args: ExportArgs, env: CommandEnvironment): Promise<void> {
  const { context, messages } = env;
  const repository = await openPlace(args, context);
  const [id = '', ...words] = args.words;
  const { manifest, stored } = await openSnapshot(repository, id, args.identity, context);
  const namespaces = args.namespace.length > 0 ? args.namespace : undefined;
  const isChosen = selectObjects(words, namespaces, manifest.types, stored.map(({ object }) => object), id);
  const chosen = stored.filter(({ object }) => isChosen(object));
  const { exported, leftOut } = exportObjects(chosen, { withSecrets: args.withSecrets, isNamed: words.length > 0 });
  if (words.length > 0 && exported.length === 0 && leftOut.some(({ why }) => why === 'credential')) {
    const objects = leftOut.map(({ object }) => displayName(object));
    throw new RetraceError('export.nothing', { objects, command: formatCommandLine({ start: 'kubectl snapshot export', words: args.words, flags: env.command.flags, given: env.given, add: ['--with-secrets'] }) });
  }
  const path = args.outputFile ?? args.outputDir;
  // What holds credentials is for its owner alone.
  const mode = args.withSecrets ? 0o600 : 0o666;
  if (args.outputDir !== undefined) await writeDirectory(resolve(context.cwd, args.outputDir), exported, mode);
  else if (args.outputFile !== undefined) await writeNew(resolve(context.cwd, args.outputFile), asOneText(exported), mode);
  else await context.streams.stdout.write(asOneText(exported));
  if (path !== undefined) await say(messages.diff.written(exported.length, path), env);
  for (const line of leftOutLines(leftOut, env)) await say(line, env);
}

function asOneText(exported: readonly ExportedObject[]): string {
  return exported.map(({ yaml }) => yaml).join('---\n');
}

/** A new file, whole or not at all. By its own name at once: file systems of sticks know no links. */
async function writeNew(path: string, content: string, mode: number): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx', mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new RetraceError('export.exists', { path, isDirectory: false }, { cause: error });
    await rm(path, { force: true }).catch(() => undefined);
    throw new RetraceError('file.write', { path, detail: (error as Error).message }, { cause: error });
  }
}

/** Into nothing else: files of objects that are no more would be applied with the rest. */
async function writeDirectory(path: string, exported: readonly ExportedObject[], mode: number): Promise<void> {
  await orFileError(path, () => mkdir(path, { recursive: true }));
  const there = await orFileError(path, () => readdir(path));
  if (there.length > 0) throw new RetraceError('export.exists', { path, isDirectory: true });
  for (const { fileName, yaml } of exported) await writeNew(join(path, fileName), yaml, mode);
}

// More names than these are in no line that is read.
const mostNames = 5;

function leftOutLines(leftOut: readonly LeftOut[], { messages }: CommandEnvironment): string[] {
  const reasons = [...new Set(leftOut.map(({ why }) => why))];
  return reasons.map((why) => {
    const own = leftOut.filter((one) => one.why === why).map(({ object }) => printable(displayName(object)));
    return messages.diff.leftOut(why, own.length, own.slice(0, mostNames));
  });
}
