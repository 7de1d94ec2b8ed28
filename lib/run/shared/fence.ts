import type { Connection, KubeRequest } from '../../kube/types.ts';

/**
 * The same connection, looking at the lock before each request that changes something: no step can forget it.
 * @param check throws when the lock is no longer ours
 */
export function fence(connection: Connection, check: () => Promise<void>): Connection {
  return {
    ...connection,
    async request(request) {
      if (changesSomething(request)) await check();
      return connection.request(request);
    },
    uninterrupted: () => fence(connection.uninterrupted(), check),
  };
}

function changesSomething({ method, query, withoutEffect }: KubeRequest): boolean {
  return method !== 'GET' && withoutEffect !== true && query?.['dryRun'] === undefined;
}
