import { RetraceError } from '../core/errors.ts';
import { findResourceType } from './discovery.ts';
import { getObject, listObjects } from './objects.ts';
import { makeNotFoundError, type HintOptions } from './target-hints.ts';
import type { Connection, KubeObject, ResourceType } from './types.ts';

/** What the person typed for one target; without a name, all of the type that the selector picks. */
export interface TargetWord {
  type: string;
  name: string | undefined;
}

/**
 * kubectl's forms: `sts/x deploy/y`, `sts x y`, `sts,deploy x`, and `sts` alone (for a selector).
 * @throws RetraceError target.bad-form, usage.missing-target
 */
export function parseTargetWords(words: string[], command = ''): TargetWord[] {
  const [first, ...names] = words;
  if (first === undefined) throw new RetraceError('usage.missing-target', { command });
  if (words.some((word) => word.includes('/'))) return words.map(parsePair);
  const types = first.split(',');
  if (types.some((type) => type === '')) throw badForm(first, types);
  if (names.some((name) => name === '')) throw badForm(words.join(' '), types);
  if (names.length === 0) return types.map((type) => ({ type, name: undefined }));
  return types.flatMap((type) => names.map((name) => ({ type, name })));
}

function parsePair(word: string): TargetWord {
  const [type = '', name = '', ...rest] = word.split('/');
  if (type === '' || name === '' || rest.length > 0 || type.includes(',')) throw badForm(word, []);
  return { type, name };
}

function badForm(value: string, kinds: string[]): RetraceError {
  return new RetraceError('target.bad-form', { value, kinds: kinds.filter((kind) => kind !== '') });
}

export interface ResolvedTarget {
  type: ResourceType;
  object: KubeObject;
}

export interface TargetOptions extends HintOptions {
  namespace: string;
  /** Label selector, for words without names. */
  selector?: string | undefined;
}

/**
 * The live objects that the words mean: discovery and one GET for each target, all at once. Every object comes once,
 * however often it was named.
 * @throws RetraceError kind.unknown, target.not-found (with near names and other namespaces that have it),
 *   namespace.unknown, target.bad-form for a type without a name or selector
 */
export async function resolveTargets(connection: Connection, words: string[], options: TargetOptions): Promise<ResolvedTarget[]> {
  const parsed = parseTargetWords(words, `kubectl ${options.verb}`);
  const found = await Promise.all(parsed.map((word) => resolveWord(connection, word, options)));
  const byUid = new Map(found.flat().map((target) => [target.object.metadata.uid, target]));
  return [...byUid.values()];
}

async function resolveWord(connection: Connection, word: TargetWord, options: TargetOptions): Promise<ResolvedTarget[]> {
  const { namespace, selector } = options;
  if (word.name === undefined && selector === undefined) throw badForm(word.type, []);
  const type = await findResourceType(connection, word.type);
  if (word.name !== undefined) {
    const object = await getObject(connection, type, namespace, word.name);
    if (!object) throw await makeNotFoundError(connection, type, { type: word.type, name: word.name }, options);
    return [{ type, object }];
  }
  const { items } = await listObjects(connection, type, { namespace, labelSelector: selector! });
  if (items.length === 0) throw await makeNotFoundError(connection, type, { type: word.type, selector: selector! }, options);
  return items.map((object) => ({ type, object }));
}
