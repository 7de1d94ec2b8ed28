import type { Connection, KubeRequest } from './types.ts';

const memories = new WeakMap<Connection, Map<string, Promise<unknown>>>();

/**
 * The same connection for one look at the cluster: each read is sent once, whoever asks for it again. For plans over many objects that
 * ask for the same owners. Never for work that waits for something to change.
 */
export function rememberReads(connection: Connection): Connection {
  const memory = new Map<string, Promise<unknown>>();
  const remembering: Connection = {
    ...connection,
    request: (request) => (request.method === 'GET' ? remembered(remembering, keyOf(request), () => connection.request(request)) : connection.request(request)),
  };
  memories.set(remembering, memory);
  return remembering;
}

/** What is made of reads, once for a connection that remembers; made again for any other. */
export function remembered<T>(connection: Connection, key: string, make: () => Promise<T>): Promise<T> {
  const memory = memories.get(connection);
  if (!memory) return make();
  const known = memory.get(key) as Promise<T> | undefined;
  if (known) return known;
  const made = make();
  memory.set(key, made);
  // What failed is asked again.
  made.catch(() => memory.delete(key));
  return made;
}

function keyOf({ path, query = {}, accept = '' }: KubeRequest): string {
  const words = Object.entries(query).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${String(value)}`).sort();
  return `GET ${path}?${words.join('&')} ${accept}`;
}

