import { failureOf } from './failures.ts';
import { builtinTypes, resourcePath } from './paths.ts';
import type { Connection } from './types.ts';

export interface LogQuery {
  container: string;
  /** Of the container's last life before this one. */
  previous?: boolean;
  tailLines?: number;
  limitBytes?: number;
  timestamps?: boolean;
  signal?: AbortSignal;
}

export interface LogText {
  text: string;
  /** The server stopped at limitBytes: there is more. */
  truncated: boolean;
}

/**
 * What a container wrote.
 * @returns undefined when there is nothing to read: no such pod, not started yet, no previous life
 */
export async function readLogs(connection: Connection, namespace: string, pod: string, query: LogQuery): Promise<LogText | undefined> {
  const { signal, ...rest } = query;
  const path = resourcePath(builtinTypes.pods, { namespace, name: pod, subresource: 'log' });
  try {
    const { body } = await connection.request({ method: 'GET', path, query: rest, accept: '*/*', ...(signal ? { signal } : {}) });
    const text = typeof body === 'string' ? body : '';
    return { text, truncated: query.limitBytes !== undefined && Buffer.byteLength(text) >= query.limitBytes };
  } catch (error) {
    const status = failureOf(error)?.status;
    // 400: "previous terminated container … not found", "container … is waiting to start".
    if (status === 404 || status === 400) return undefined;
    throw error;
  }
}
