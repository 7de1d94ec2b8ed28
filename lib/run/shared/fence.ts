import type { Context } from '../../core/context.ts';
import type { Connection, KubeRequest } from '../../kube/types.ts';

// Of a burst of writes one look is enough: a lock that was ours with half of its minute left cannot be another's this soon after. A laptop
// that slept in between is seen by its clock.
const lookHoldsMs = 250;

/**
 * The same connection, looking at the lock before each request that changes something: no step can forget it.
 * @param check throws when the lock is no longer ours
 */
export function fence(connection: Connection, check: () => Promise<void>, context: Pick<Context, 'now'>): Connection {
  let look: { begunMs: number; done: Promise<void> } | undefined;
  const lookAtLock = (): Promise<void> => {
    const nowMs = context.now().getTime();
    if (look && nowMs >= look.begunMs && nowMs - look.begunMs < lookHoldsMs) return look.done;
    const done = check();
    look = { begunMs: nowMs, done };
    // What failed is asked again: it may have been the way to the server.
    done.catch(() => (look = undefined));
    return done;
  };
  return wrap(connection, lookAtLock);
}

function wrap(connection: Connection, lookAtLock: () => Promise<void>): Connection {
  return {
    ...connection,
    async request(request) {
      if (changesSomething(request)) await lookAtLock();
      return connection.request(request);
    },
    uninterrupted: () => wrap(connection.uninterrupted(), lookAtLock),
  };
}

function changesSomething({ method, query, withoutEffect }: KubeRequest): boolean {
  return method !== 'GET' && withoutEffect !== true && query?.['dryRun'] === undefined;
}
