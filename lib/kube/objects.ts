import type { Json, JsonObject } from '../core/json.ts';
import { isExpired, isNotFound } from './failures.ts';
import { apiVersionOf, resourcePath } from './paths.ts';
import type { Connection, JsonPatchOperation, KubeObject, KubeRequest, PatchType, ResourceType } from './types.ts';

export interface ReadOptions {
  /** Only metadata is sent (PartialObjectMetadata): a tenth of the bytes for most lists. */
  metadataOnly?: boolean;
  signal?: AbortSignal;
  /** `none`: the caller repeats it itself, and wants to know at once. */
  retry?: 'none';
}

export interface ListQuery extends ReadOptions {
  /** All namespaces when left out. */
  namespace?: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects a request; 500, as kubectl's chunk size. */
  pageSize?: number;
}

export interface ListResult {
  items: KubeObject[];
  /** Of the list as a whole: where a watch goes on. */
  resourceVersion: string;
  serverTime: Date | undefined;
}

/** One object, or undefined when there is none of that name. */
export async function getObject(
  connection: Connection,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  options: ReadOptions = {},
): Promise<KubeObject | undefined> {
  const path = resourcePath(type, { namespace, name });
  try {
    const { body } = await connection.request({ method: 'GET', path, ...readHow(options, 'PartialObjectMetadata') });
    return withType(body as KubeObject, type);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * All objects of a type, read page by page; every item with apiVersion and kind, which the server leaves out in a list.
 * A continue token that expires on the way starts the list again, once.
 */
export async function listObjects(connection: Connection, type: ResourceType, query: ListQuery = {}): Promise<ListResult> {
  try {
    return await listPages(connection, type, query);
  } catch (error) {
    if (!isExpired(error)) throw error;
    return listPages(connection, type, query);
  }
}

async function listPages(connection: Connection, type: ResourceType, query: ListQuery): Promise<ListResult> {
  const { namespace, labelSelector, fieldSelector, pageSize = 500 } = query;
  const path = resourcePath(type, { namespace });
  const items: KubeObject[] = [];
  let token: string | undefined;
  for (;;) {
    const page = { limit: pageSize, continue: token, labelSelector, fieldSelector };
    const { body, serverTime } = await connection.request({ method: 'GET', path, query: page, ...readHow(query, 'PartialObjectMetadataList') });
    const list = body as { items?: KubeObject[] | null; metadata?: { continue?: string; resourceVersion?: string } };
    for (const item of list.items ?? []) items.push(withType(item, type));
    token = list.metadata?.continue || undefined;
    if (token === undefined) return { items, resourceVersion: list.metadata?.resourceVersion ?? '', serverTime };
  }
}

function readHow({ metadataOnly, signal, retry }: ReadOptions, form: string): Pick<KubeRequest, 'accept' | 'signal' | 'retry'> {
  return {
    ...(retry ? { retry } : {}),
    ...(metadataOnly ? { accept: `application/json;as=${form};g=meta.k8s.io;v=v1,application/json` } : {}),
    ...(signal ? { signal } : {}),
  };
}

/** First in the object, as in every manifest, and the type's own names where the server sent PartialObjectMetadata. */
function withType(object: KubeObject, type: ResourceType): KubeObject {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...rest } as KubeObject;
}

export interface WriteOptions {
  /** Recorded in managedFields. */
  fieldManager: string;
  dryRun?: boolean | undefined;
  subresource?: string | undefined;
  signal?: AbortSignal;
}

/** Changes an object. @returns it as it is afterwards */
export async function patchObject(
  connection: Connection,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  patch: JsonPatchOperation[] | JsonObject,
  options: WriteOptions & { patchType: PatchType; force?: boolean },
): Promise<KubeObject> {
  const path = resourcePath(type, { namespace, name, subresource: options.subresource });
  const query = { ...writeQuery(options), force: options.force };
  const request = { method: 'PATCH' as const, path, body: patch as Json, contentType: options.patchType, query };
  return (await connection.request({ ...request, ...withSignal(options) })).body as KubeObject;
}

/** Makes an object. @returns it as the server made it */
export async function createObject(
  connection: Connection,
  type: ResourceType,
  namespace: string | undefined,
  object: JsonObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const request = { method: 'POST' as const, path: resourcePath(type, { namespace }), body: object, query: writeQuery(options) };
  return (await connection.request({ ...request, ...withSignal(options) })).body as KubeObject;
}

/**
 * Puts an object in the place of the live one; with metadata.resourceVersion in it, only of exactly that one.
 * @returns it as it is afterwards
 */
export async function replaceObject(
  connection: Connection,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  object: JsonObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const path = resourcePath(type, { namespace, name, subresource: options.subresource });
  const request = { method: 'PUT' as const, path, body: object, query: writeQuery(options) };
  return (await connection.request({ ...request, ...withSignal(options) })).body as KubeObject;
}

export interface DeleteOptions {
  /** Preconditions: another uid or resourceVersion is a server.conflict. */
  uid?: string;
  resourceVersion?: string;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  dryRun?: boolean;
  signal?: AbortSignal;
}

/**
 * Deletes an object. It may live on until its finalizers or its pods have ended: wait for it where that matters.
 * @returns false when it was already gone
 */
export async function deleteObject(
  connection: Connection,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions = {},
): Promise<boolean> {
  const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = options;
  const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  const body: JsonObject = { apiVersion: 'v1', kind: 'DeleteOptions' };
  if (Object.keys(preconditions).length > 0) body['preconditions'] = preconditions;
  if (gracePeriodSeconds !== undefined) body['gracePeriodSeconds'] = gracePeriodSeconds;
  if (propagationPolicy !== undefined) body['propagationPolicy'] = propagationPolicy;
  // In the body too: a DELETE with a body has its query ignored (apiserver, endpoints/handlers/delete.go).
  if (options.dryRun) body['dryRun'] = ['All'];
  try {
    await connection.request({ method: 'DELETE', path: resourcePath(type, { namespace, name }), body, query: dryRunQuery(options), ...withSignal(options) });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

// Strict: a field that the server does not know is an error, not silently left out of what we restore.
function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return { ...dryRunQuery(options), fieldManager: options.fieldManager, fieldValidation: 'Strict' };
}

function dryRunQuery({ dryRun }: { dryRun?: boolean | undefined }): Record<string, string | undefined> {
  return { dryRun: dryRun ? 'All' : undefined };
}

function withSignal({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
