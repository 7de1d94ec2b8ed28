import { RetraceError } from '../core/errors.ts';
import { isSameCluster, readClusterRef } from '../kube/cluster-identity.ts';
import type { Connection } from '../kube/types.ts';
import type { Plan } from '../run/plan.ts';

/** @throws plan.other-cluster when the plan was made for another cluster than the one connected to */
export async function checkCluster(plan: Plan, connection: Connection): Promise<void> {
  const here = await readClusterRef(connection);
  if (!isSameCluster(plan.cluster, here)) throw new RetraceError('plan.other-cluster', { planServer: plan.cluster.server, server: here.server });
}
