import { accessSync, constants, lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';

/** How kubectl finds what completes a plugin: `_complete` before the first dash. */
export const completionPrefix = 'kubectl_complete-';

/**
 * Makes the link by which kubectl asks the plugin for completions, beside the name that the plugin was called by, so that
 * it is on PATH too and goes on to work after an upgrade.
 * @param invokedAs the plugin's own argv[0]
 * @returns path of the link
 * @throws file.unreadable when the plugin is not on PATH; file.write when something else stands there or the folder is read-only
 */
export function linkCompletion(plugin: string, invokedAs: string, context: Context): string {
  const program = findProgram(`kubectl-${plugin}`, invokedAs, context);
  const link = join(dirname(program), basename(program).replace('kubectl-', completionPrefix));
  const target = basename(program);
  try {
    if (readLink(link) === target) return link;
    const temporary = `${link}.${context.pid}`;
    symlinkSync(target, temporary);
    try {
      renameSync(temporary, link);
    } catch (error) {
      unlinkSync(temporary);
      throw error;
    }
    return link;
  } catch (error) {
    if (error instanceof RetraceError) throw error;
    throw new RetraceError('file.write', { path: link, detail: (error as Error).message }, { cause: error });
  }
}

/** Where a link points to; undefined when there is nothing. @throws file.write when it is no link: not ours to replace */
function readLink(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isSymbolicLink()) throw new RetraceError('file.write', { path, detail: 'a file that is no link stands there' });
  return readlinkSync(path);
}

function findProgram(name: string, invokedAs: string, { env, cwd, platform }: Context): string {
  const isName = (path: string) => basename(path).replace(/\.exe$/, '') === name;
  if (isName(invokedAs) && /[\\/]/.test(invokedAs)) return resolve(cwd, invokedAs);
  const file = platform === 'win32' ? `${name}.exe` : name;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.map((folder) => resolve(cwd, folder, file)).find(isExecutable);
  if (found === undefined) throw new RetraceError('file.unreadable', { path: file, detail: 'not on PATH' });
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
