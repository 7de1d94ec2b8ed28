import { RetraceError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { KubeFailure } from './failures.ts';
import { apiVersionOf, resourcePath } from './paths.ts';
import type { Connection, KubeObject, ResourceType } from './types.ts';

export interface ObserveQuery {
  type: ResourceType;
  /** All namespaces when undefined. */
  namespace: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubeObject;
}

/**
 * Opens one watch and gives its events in the groups in which they arrive. It ends when the server closes it.
 * @param silenceMs a watch without a byte for so long is taken for dead. The server is asked to close it before that,
 *   so silence never means that nothing happened.
 * @throws the failure of the request, of an ERROR event, or `Silence`
 */
export async function* watchEvents(
  connection: Connection,
  query: ObserveQuery,
  resourceVersion: string,
  silenceMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent[]> {
  const { type, namespace, labelSelector, fieldSelector } = query;
  const path = resourcePath(type, { namespace });
  const quiet = new AbortController();
  const end = () => quiet.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const silent = makeFailure(path, undefined, 'Silence', `no byte for ${silenceMs / 1000}s`);
  let timer = setTimeout(() => quiet.abort(silent), silenceMs);
  try {
    const timeoutSeconds = Math.max(1, Math.floor((silenceMs / 1000) * 0.8));
    const search = { watch: true, allowWatchBookmarks: true, timeoutSeconds, resourceVersion, labelSelector, fieldSelector };
    const bytes = await connection.stream({ method: 'GET', path, query: search, signal: quiet.signal });
    yield [];
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of bytes) {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(silent), silenceMs);
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      const events = lines.filter((line) => line !== '').map((line) => readEvent(line, type, path));
      if (events.length > 0) yield events;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    quiet.abort(silent);
  }
}

function readEvent(line: string, type: ResourceType, path: string): WatchEvent {
  const event = parseJson(line) as unknown as { type: string; object: KubeObject & { code?: number; reason?: string; message?: string } };
  if (event.type === 'ERROR') throw makeFailure(path, event.object.code, event.object.reason ?? '', event.object.message ?? 'the watch ended with an error');
  return { type: event.type as WatchEvent['type'], object: { ...event.object, apiVersion: apiVersionOf(type), kind: type.kind } };
}

function makeFailure(path: string, status: number | undefined, reason: string, message: string): RetraceError {
  const facts = { method: 'GET', path, status, reason, message, causes: [], retryAfterSeconds: undefined, mayHaveArrived: false };
  return new RetraceError('server.error', { status: status ?? 0, reason, message, request: `GET ${path}` }, { cause: new KubeFailure(facts) });
}
