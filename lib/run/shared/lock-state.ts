import type { Context } from '../../core/context.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection } from '../../kube/types.ts';
import type { StoredRun } from '../run-store.ts';
import { leaseName, readLease } from './lease.ts';
import type { LeaseFacts } from './lease.ts';
import { readOwnObject } from './own-object.ts';
import { namespacesOf, readToken } from './sharing.ts';
import { serverNowMs } from '../../kube/server-time.ts';

/** Reads the lock of a namespace, each once: for many runs of one. */
export function lockReader(connection: Connection): (namespace: string) => Promise<LeaseFacts> {
  const read = new Map<string, Promise<LeaseFacts>>();
  return (namespace) => {
    const known = read.get(namespace) ?? readOwnObject(connection, builtinTypes.leases, namespace, leaseName).then(({ live }) => readLease(live));
    read.set(namespace, known);
    return known;
  };
}

/**
 * The lock of a run as it is now, when the run has it and renews it: somebody works on it. That of a process that died over this
 * very run directory is none: it is known by its pid, and nobody waits until it expires.
 */
export async function findLiveLock(
  run: Pick<StoredRun, 'id' | 'directory' | 'plan'>,
  connection: Connection,
  context: Context,
  readLock = lockReader(connection),
): Promise<(LeaseFacts & { namespace: string }) | undefined> {
  const token = await readToken(run.directory);
  for (const namespace of namespacesOf(run.plan)) {
    const facts = await readLock(namespace);
    const isOver = serverNowMs(connection, context) > facts.untilMs;
    const { holder } = facts;
    const isDeadHere = holder?.token === token && holder !== undefined && !context.isProcessAlive(holder.pid);
    if (holder?.runId === run.id && !isOver && !isDeadHere) return { ...facts, namespace };
  }
  return undefined;
}
