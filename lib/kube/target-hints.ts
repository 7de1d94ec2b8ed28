import { isError, RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import { quoteForShell } from '../core/shell.ts';
import { isNotFound } from './failures.ts';
import { listObjects, type ListQuery } from './objects.ts';
import { builtinTypes, resourcePath } from './paths.ts';
import type { Connection, KubeObject, ResourceType } from './types.ts';

export interface HintOptions {
  /** Flags that a suggested command must repeat, without the namespace: ` --context prod`; empty, or with a space before. */
  flagsForHints: string;
  /** The command without `kubectl`: `rollback plan`. */
  verb: string;
}

type Wanted = { type: string; name: string } | { type: string; selector: string };

/**
 * Why a target is not there and what may have been meant. Asked only after the 404, all at once; what we may not list
 * is left out.
 */
export async function makeNotFoundError(
  connection: Connection,
  type: ResourceType,
  wanted: Wanted,
  options: HintOptions & { namespace: string },
): Promise<RetraceError> {
  const target = 'name' in wanted ? `${wanted.type}/${wanted.name}` : `${wanted.type} -l ${wanted.selector}`;
  const pick = 'name' in wanted ? { fieldSelector: `metadata.name=${wanted.name}` } : { labelSelector: wanted.selector };
  const [namespaceError, here, everywhere] = await Promise.all([
    type.namespaced ? findMissingNamespace(connection, options.namespace) : undefined,
    listIfAllowed(connection, type, { namespace: options.namespace }),
    type.namespaced ? listIfAllowed(connection, type, pick) : [],
  ]);
  if (namespaceError) return namespaceError;
  const near = 'name' in wanted ? nearNames(wanted.name, here.map(({ metadata }) => metadata.name)) : [];
  const namespaces = [...new Set(everywhere.map(({ metadata }) => String(metadata['namespace'])))].filter((name) => name !== options.namespace).sort();
  const words = 'name' in wanted ? [target] : [wanted.type, '-l', wanted.selector];
  const elsewhere = namespaces.map((namespace) => ({
    namespace,
    command: `kubectl ${options.verb} ${[...words, '-n', namespace].map(quoteForShell).join(' ')}${options.flagsForHints}`,
  }));
  return new RetraceError('target.not-found', { target, namespace: type.namespaced ? options.namespace : '', near, elsewhere });
}

/** namespace.unknown with near names, when the namespace is not there; undefined when it is, or may not be looked at. */
export async function findMissingNamespace(connection: Connection, namespace: string): Promise<RetraceError | undefined> {
  try {
    await connection.request({ method: 'GET', path: resourcePath(builtinTypes.namespaces, { name: namespace }) });
    return undefined;
  } catch (error) {
    if (isError(error, 'access.forbidden')) return undefined;
    if (!isNotFound(error)) throw error;
    const all = await listIfAllowed(connection, builtinTypes.namespaces, {});
    return new RetraceError('namespace.unknown', { name: namespace, near: nearNames(namespace, all.map(({ metadata }) => metadata.name)) });
  }
}

async function listIfAllowed(connection: Connection, type: ResourceType, query: ListQuery): Promise<KubeObject[]> {
  try {
    return (await listObjects(connection, type, { ...query, metadataOnly: true })).items;
  } catch (error) {
    if (isError(error, 'access.forbidden')) return [];
    throw error;
  }
}
