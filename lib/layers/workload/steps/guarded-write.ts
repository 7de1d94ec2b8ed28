import { isError, RetraceError } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import { sleep } from '../../../core/time.ts';
import { failureOf, mayHaveArrived } from '../../../kube/failures.ts';
import { getObject, patchObject } from '../../../kube/objects.ts';
import type { Connection, JsonPatchOperation, KubeObject } from '../../../kube/types.ts';
import { deletedError, typeOfRef } from '../../../run/object-ref.ts';
import type { ObjectRef } from '../../../run/plan.ts';

/** Recorded in managedFields, so that everybody can see who wrote. */
export const fieldManager = 'kubectl-rollback';

const longestThrottleSeconds = 10;

export interface GuardedWrite {
  connection: Connection;
  target: ObjectRef;
  /** The postcondition, on the live object. */
  isDone(live: KubeObject): boolean;
  /** Throws when the live object is no longer what the plan was made for. */
  refuseStale(live: KubeObject): void;
  /** Before the first write, with the object that it is going to change. */
  beforeWrite(live: KubeObject): Promise<void>;
  /** Operations with their tests, for exactly this live object. */
  patchFor(live: KubeObject): JsonPatchOperation[];
}

/**
 * The live object of a target.
 * @throws target.deleted when it is gone, or another one has its name
 */
export async function readTarget(connection: Connection, target: ObjectRef): Promise<KubeObject> {
  const live = await getObject(connection, typeOfRef(target), target.namespace, target.name);
  if (live?.metadata.uid === target.uid) return live;
  throw deletedError(target, connection);
}

/**
 * Patches an object at most twice. After an answer that leaves open whether the write arrived (5xx, broken connection),
 * and after a failed `test` or a conflict, the object is read first: done is done, stale is refused, and only an object
 * that is still as planned is written once more. The tests make the second write harmless if the first arrives late.
 * @returns the object afterwards
 * @throws plan.stale, target.deleted; else the error of the write
 */
export async function writeGuarded(write: GuardedWrite): Promise<KubeObject> {
  let live = await readTarget(write.connection, write.target);
  if (write.isDone(live)) return live;
  write.refuseStale(live);
  await write.beforeWrite(live);
  for (let isLast = false; ; isLast = true) {
    try {
      return await send(write, live);
    } catch (error) {
      if (!mayHaveArrived(error) && !isOvertaken(error) && !isThrottled(error)) throw error;
      if (isThrottled(error)) await sleep(throttlePauseMs(error));
      const again = await readAfter(write, error);
      if (write.isDone(again)) return again;
      if (isLast) throw error;
      refuseSecondWrite(write, live, again, error);
      live = again;
    }
  }
}

/** What the write did must be known even after Ctrl-C. Not knowing is told as what it is, never as a refusal from before. */
async function readAfter({ connection, target }: GuardedWrite, error: unknown): Promise<KubeObject> {
  try {
    return await readTarget(connection.uninterrupted(), target);
  } catch (failure) {
    throw isError(failure, 'target.deleted') ? failure : error;
  }
}

/** Throws when the object must not be written again. */
function refuseSecondWrite(write: GuardedWrite, live: KubeObject, again: KubeObject, error: unknown): void {
  if (isThrottled(error)) return write.refuseStale(again);
  if (mayHaveArrived(error)) {
    // Something was written and it is not ours, or no longer: somebody answers our write.
    if (again.metadata['generation'] !== live.metadata['generation']) throw error;
    return;
  }
  write.refuseStale(again);
  // A 422 that no other write explains is an admission rule's: sending it again changes nothing. A 409 asks for it.
  const isConflict = error instanceof RetraceError && error.code === 'server.conflict';
  if (!isConflict && again.metadata.resourceVersion === live.metadata.resourceVersion) throw error;
}

async function send(write: GuardedWrite, live: KubeObject): Promise<KubeObject> {
  const { connection, target } = write;
  const options = { patchType: 'application/json-patch+json' as const, fieldManager };
  return patchObject(connection, typeOfRef(target), target.namespace, target.name, write.patchFor(live), options);
}

/** 409, or 422: a failed `test` of a JSON Patch is answered as Invalid, like any other refusal. */
function isOvertaken(error: unknown): boolean {
  return error instanceof RetraceError && (error.code === 'server.conflict' || error.code === 'server.rejected');
}

/** 429 from the API server's own fair queueing: the write surely was not carried out. */
function isThrottled(error: unknown): boolean {
  return failureOf(error)?.status === 429;
}

function throttlePauseMs(error: unknown): number {
  return Math.min(failureOf(error)?.retryAfterSeconds ?? 1, longestThrottleSeconds) * 1000;
}

/** What the journal keeps of an object after a write. */
export function resultOf(object: KubeObject, more: JsonObject = {}): JsonObject {
  const { uid, resourceVersion } = object.metadata;
  return { uid, resourceVersion, generation: object.metadata['generation'] ?? null, ...more };
}
