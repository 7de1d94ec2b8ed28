import type { Context } from '../../core/context.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection } from '../../kube/types.ts';
import type { Plan } from '../plan.ts';
import { leaseName, readLease } from './lease.ts';
import type { LeaseFacts } from './lease.ts';
import { readOwnObject } from './own-object.ts';
import { namespacesOf } from './sharing.ts';
import { serverNowMs } from '../../kube/server-time.ts';

/** The lock of a run as it is now, when the run has it and renews it: somebody works on it. */
export async function findLiveLock(run: { id: string; plan: Plan }, connection: Connection, context: Context): Promise<(LeaseFacts & { namespace: string }) | undefined> {
  for (const namespace of namespacesOf(run.plan)) {
    const facts = readLease((await readOwnObject(connection, builtinTypes.leases, namespace, leaseName)).live);
    const isOver = serverNowMs(connection, context) > facts.untilMs;
    if (facts.holder?.runId === run.id && !isOver) return { ...facts, namespace };
  }
  return undefined;
}
