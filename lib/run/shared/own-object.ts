import { canonicalJson } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { isError } from '../../core/errors.ts';
import { sleep } from '../../core/time.ts';
import { failureOf, mayHaveArrived } from '../../kube/failures.ts';
import { createObject, deleteObject, getObject, replaceObject } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';

/** Recorded in managedFields of what a run keeps for itself in the cluster. */
export const fieldManager = 'retrace';

const attempts = 4;
const longestPauseMs = 10_000;

/** An object that Retrace makes for itself, with the state that its next write is based on. */
export interface OwnObject {
  type: ResourceType;
  namespace: string;
  name: string;
  /** As it was read or written last; undefined when it is not there. */
  live: KubeObject | undefined;
}

/** Reads it, also after Ctrl-C: what a run has in the cluster must be known. */
export async function readOwnObject(connection: Connection, type: ResourceType, namespace: string, name: string): Promise<OwnObject> {
  return { type, namespace, name, live: await getObject(connection.uninterrupted(), type, namespace, name) };
}

/**
 * Writes it as a whole, only over exactly the state that was read last (resourceVersion, or that it is not there). An answer that
 * leaves open whether the write arrived is settled by reading.
 * @param content labels and annotations under `metadata`, and everything else that the object has
 * @returns the object as it is now
 * @throws server.conflict when somebody else wrote it since
 */
export function writeOwnObject(connection: Connection, object: OwnObject, content: JsonObject): Promise<OwnObject> {
  return settle(connection, object, {
    send: (now) => send(connection, now, content),
    isDone: (live) => live !== undefined && hasContent(live, content),
  });
}

/**
 * Deletes it, and no other that has its name since; one that is gone already is deleted.
 * @throws server.conflict when somebody else wrote it since
 */
export async function deleteOwnObject(connection: Connection, object: OwnObject): Promise<void> {
  if (!object.live) return;
  await settle(connection, object, {
    async send({ type, namespace, name, live }) {
      const { uid, resourceVersion } = live!.metadata;
      await deleteObject(connection, type, namespace, name, { uid, resourceVersion });
      return undefined;
    },
    isDone: (live) => live === undefined,
  });
}

interface OwnWrite {
  /** @returns the object afterwards */
  send(object: OwnObject): Promise<KubeObject | undefined>;
  isDone(live: KubeObject | undefined): boolean;
}

/** Sends a write until it is done, each time over exactly the state that was read: one that arrives late meets another and is refused. */
async function settle(connection: Connection, object: OwnObject, { send, isDone }: OwnWrite): Promise<OwnObject> {
  const { type, namespace, name, live } = object;
  for (let attempt = 1; ; attempt++) {
    try {
      return { ...object, live: await send(object) };
    } catch (error) {
      const pauseMs = pauseAfter(error, attempt);
      if (pauseMs === undefined) throw error;
      await sleep(pauseMs);
      const again = await readOwnObject(connection, type, namespace, name);
      if (isDone(again.live)) return again;
      if (attempt === attempts || again.live?.metadata.resourceVersion !== live?.metadata.resourceVersion) throw error;
    }
  }
}

function send(connection: Connection, { type, namespace, name, live }: OwnObject, content: JsonObject): Promise<KubeObject> {
  const { metadata, ...rest } = content as { metadata?: JsonObject };
  const head = { apiVersion: apiVersionOf(type), kind: type.kind };
  if (!live) return createObject(connection, type, namespace, { ...head, metadata: { ...metadata, name, namespace }, ...rest }, { fieldManager });
  const { uid, resourceVersion } = live.metadata;
  return replaceObject(connection, type, namespace, name, { ...head, metadata: { ...metadata, name, namespace, uid, resourceVersion }, ...rest }, { fieldManager });
}

/** Milliseconds to wait before looking again; undefined when looking does not help. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  const failure = failureOf(error);
  if (failure?.status === 429) return Math.min((failure.retryAfterSeconds ?? 1) * 1000, longestPauseMs);
  if (isError(error, 'server.conflict')) return 0;
  return mayHaveArrived(error) ? 100 * 2 ** attempt : undefined;
}

function hasContent(live: KubeObject, { metadata: _metadata, ...content }: JsonObject): boolean {
  return Object.entries(content).every(([key, value]) => canonicalJson(live[key] ?? {}) === canonicalJson(value ?? {}));
}
