import { isError } from '../core/errors.ts';
import { sleep } from '../core/time.ts';
import { failureOf, isExpired } from './failures.ts';
import { openMailbox } from './mailbox.ts';
import { listObjects } from './objects.ts';
import type { Connection, KubeObject } from './types.ts';
import { watchEvents, type ObserveQuery, type WatchEvent } from './watch-events.ts';

export type { ObserveQuery } from './watch-events.ts';

export interface Observation {
  /** Everything that the query picks, by uid: a copy that does not change any more. */
  objects: ReadonlyMap<string, KubeObject>;
  /** False while the server cannot be heard: the objects are the last known ones. */
  connected: boolean;
  reason?: string;
}

export interface ObserveOptions {
  /** Ends the iteration, without an error, within milliseconds. */
  signal: AbortSignal;
  /** How long a watch may be silent before it is taken for dead; 60 000. */
  silenceMs?: number;
}

/**
 * The complete current set of objects, first when it is known and again after every change; what changes while the
 * reader is busy comes in one piece. Goes on through closed watches, expired versions, silence and a restarting API
 * server; only a refusal (401, 403, 400, 422) ends it, with that error.
 */
export async function* observeObjects(connection: Connection, query: ObserveQuery, options: ObserveOptions): AsyncGenerator<Observation> {
  const mailbox = openMailbox<Observation>();
  const leave = new AbortController();
  const stop = () => {
    leave.abort();
    mailbox.close();
  };
  if (options.signal.aborted) return;
  options.signal.addEventListener('abort', stop, { once: true });
  follow(connection, query, options.silenceMs ?? 60_000, leave.signal, mailbox.put).then(() => mailbox.close(), mailbox.close);
  try {
    for (;;) {
      const observation = await mailbox.take();
      if (!observation) return;
      yield observation;
    }
  } finally {
    options.signal.removeEventListener('abort', stop);
    stop();
  }
}

// An API server that has just started may refuse with 403 until it has read its own roles.
const mostRefusals = 5;

async function follow(
  connection: Connection,
  query: ObserveQuery,
  silenceMs: number,
  signal: AbortSignal,
  publish: (observation: Observation) => void,
): Promise<void> {
  const objects = new Map<string, KubeObject>();
  /** Where the next watch goes on; undefined = list first. */
  let resourceVersion: string | undefined;
  let synced = false;
  let connected = false;
  let troubles = 0;
  let refusals = 0;
  const tell = (reason?: string) => publish({ objects: new Map(objects), connected, ...(reason === undefined ? {} : { reason }) });
  while (!signal.aborted) {
    try {
      if (resourceVersion === undefined) {
        resourceVersion = await readAll(connection, query, objects, signal);
        [synced, connected, refusals] = [true, true, 0];
        tell();
      }
      for await (const events of watchEvents(connection, query, resourceVersion, silenceMs, signal)) {
        const changed = events.filter((event) => applyEvent(objects, event)).length > 0;
        resourceVersion = events.at(-1)?.object.metadata.resourceVersion ?? resourceVersion;
        if (events.length > 0) troubles = 0;
        if (changed) tell();
      }
    } catch (error) {
      if (signal.aborted) return;
      const refused = isError(error, 'access.forbidden') || isError(error, 'credentials.rejected');
      refusals = refused ? refusals + 1 : refusals;
      if (failureOf(error) === undefined || isBadQuery(error) || (refused && (!synced || refusals >= mostRefusals))) throw error;
      resourceVersion = undefined;
      if (!isExpired(error)) {
        connected = false;
        tell(failureOf(error)?.message);
      }
    }
    // A watch that was closed in good order is opened again at once; only one that brings nothing twice has to wait.
    if (troubles > 0) await sleep(Math.min(5_000, 100 * 2 ** troubles), signal);
    troubles++;
  }
}

async function readAll(connection: Connection, query: ObserveQuery, objects: Map<string, KubeObject>, signal: AbortSignal): Promise<string> {
  const { type, ...pick } = query;
  const { items, resourceVersion } = await listObjects(connection, type, { ...pick, signal, retry: 'none' });
  objects.clear();
  for (const item of items) objects.set(item.metadata.uid, item);
  return resourceVersion;
}

function applyEvent(objects: Map<string, KubeObject>, { type, object }: WatchEvent): boolean {
  if (type === 'BOOKMARK') return false;
  if (type === 'DELETED') return objects.delete(object.metadata.uid);
  objects.set(object.metadata.uid, object);
  return true;
}

// 404 is not among them: a CustomResourceDefinition is missing for a moment when the API server starts.
function isBadQuery(error: unknown): boolean {
  const status = failureOf(error)?.status;
  return status === 400 || status === 422;
}
