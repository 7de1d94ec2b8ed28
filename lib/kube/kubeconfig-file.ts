import { readFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { load } from 'js-yaml';
import { RetraceError } from '../core/errors.ts';

type Fields = Record<string, unknown>;

export interface NamedEntry {
  fields: Fields;
  /** Directory of the file that it stands in: relative paths start there. */
  directory: string;
}

/** Several kubeconfig files seen as one. */
export interface MergedKubeconfig {
  /** The files that were there, for messages. */
  path: string;
  currentContext: string | undefined;
  clusters: ReadonlyMap<string, NamedEntry>;
  users: ReadonlyMap<string, NamedEntry>;
  contexts: ReadonlyMap<string, NamedEntry>;
}

/**
 * Reads and merges kubeconfig files by kubectl's documented rule: the first file to name an entry or the current
 * context wins, entries are not mixed. (client-node throws on a name that comes twice and lets the last context win.)
 * @param paths files in order; one that does not exist is passed over
 * @returns undefined when none of them exists
 */
export async function readKubeconfigFiles(paths: string[]): Promise<MergedKubeconfig | undefined> {
  const merged = { clusters: new Map<string, NamedEntry>(), users: new Map<string, NamedEntry>(), contexts: new Map<string, NamedEntry>() };
  const found: string[] = [];
  let currentContext: string | undefined;
  for (const path of paths) {
    const text = await readIfThere(path);
    if (text === undefined) continue;
    found.push(path);
    const file = parseFile(path, text);
    const current = file['current-context'];
    if (typeof current === 'string' && current !== '') currentContext ??= current;
    addEntries(merged.clusters, file['clusters'], 'cluster', path);
    addEntries(merged.users, file['users'], 'user', path);
    addEntries(merged.contexts, file['contexts'], 'context', path);
  }
  return found.length === 0 ? undefined : { path: found.join(':'), currentContext, ...merged };
}

/** A path of a kubeconfig entry as an absolute one. */
export function resolveEntryPath(entry: NamedEntry, path: string): string {
  return resolve(entry.directory, path);
}

/** A command of an exec plugin: with a separator in it, it is relative to the file; a bare name is looked up on PATH. */
export function resolveEntryCommand(entry: NamedEntry, command: string): string {
  return command.includes('/') || command.includes(sep) ? resolve(entry.directory, command) : command;
}

/** Text of a file that the kubeconfig names. */
export async function readNamedFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RetraceError('file.unreadable', { path, detail: reasonOf(error) }, { cause: error });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw new RetraceError('kubeconfig.broken', { path, detail: reasonOf(error) }, { cause: error });
  }
}

function parseFile(path: string, text: string): Fields {
  if (text.trim() === '') return {};
  let content: unknown;
  try {
    content = load(text);
  } catch (error) {
    throw new RetraceError('kubeconfig.broken', { path, detail: reasonOf(error) }, { cause: error });
  }
  if (content === null || content === undefined) return {};
  if (!isFields(content)) throw new RetraceError('kubeconfig.broken', { path, detail: 'not a mapping' });
  return content;
}

function addEntries(into: Map<string, NamedEntry>, list: unknown, key: string, path: string): void {
  if (list === null || list === undefined) return;
  if (!Array.isArray(list)) throw new RetraceError('kubeconfig.broken', { path, detail: `${key}s is not a list` });
  const seen = new Set<string>();
  for (const item of list as unknown[]) {
    const name = isFields(item) ? item['name'] : undefined;
    if (!isFields(item) || typeof name !== 'string') throw new RetraceError('kubeconfig.broken', { path, detail: `an entry of ${key}s has no name` });
    if (seen.has(name)) throw new RetraceError('kubeconfig.broken', { path, detail: `${key} ${name} is there twice` });
    seen.add(name);
    const fields = isFields(item[key]) ? item[key] : {};
    if (!into.has(name)) into.set(name, { fields, directory: dirname(resolve(path)) });
  }
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
