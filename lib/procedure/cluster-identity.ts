import { RetraceError } from '../core/errors.ts';
import { getObject } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { Connection } from '../kube/types.ts';
import type { ClusterRef, Plan } from '../run/plan.ts';

/**
 * Which cluster this is. The UID of kube-system stays for a cluster's life and differs between clusters, also where
 * two have one name or a tunnel gives them one address; who may not read it goes by the address alone.
 */
export async function readClusterRef(connection: Connection): Promise<ClusterRef> {
  return { contextName: connection.contextName, server: connection.server, uid: await readClusterUid(connection), ...connection.named };
}

async function readClusterUid(connection: Connection): Promise<string | undefined> {
  try {
    const namespace = await getObject(connection, builtinTypes.namespaces, undefined, 'kube-system', { metadataOnly: true });
    return namespace?.metadata.uid;
  } catch (error) {
    if (error instanceof RetraceError && error.code === 'access.forbidden') return undefined;
    throw error;
  }
}

/** @throws plan.other-cluster when the plan was made for another cluster than the one connected to */
export async function checkCluster(plan: Plan, connection: Connection): Promise<void> {
  const here = await readClusterRef(connection);
  const isSame = plan.cluster.uid && here.uid ? plan.cluster.uid === here.uid : plan.cluster.server === here.server;
  if (!isSame) throw new RetraceError('plan.other-cluster', { planServer: plan.cluster.server, server: here.server });
}
