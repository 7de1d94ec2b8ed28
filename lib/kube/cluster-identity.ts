import { RetraceError } from '../core/errors.ts';
import type { NamedCluster } from './access-entry.ts';
import { getObject } from './objects.ts';
import { builtinTypes } from './paths.ts';
import type { Connection } from './types.ts';

/** With what `--cluster` and `--kubeconfig` were, so that a run finds its cluster again without them. */
export interface ClusterRef extends NamedCluster {
  contextName: string;
  server: string;
  /** UID of the namespace kube-system: tells two clusters of one name apart. */
  uid: string | undefined;
}

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

/** The same cluster, as this connection reaches it: another machine made the plan, or other flags. */
export function reachedBy({ server, uid }: ClusterRef, connection: Connection): ClusterRef {
  return { contextName: connection.contextName, server, uid, ...connection.named };
}

/** True when both are one cluster: by the UID where both have one, else by the address. */
export function isSameCluster(a: ClusterRef, b: ClusterRef): boolean {
  return a.uid && b.uid ? a.uid === b.uid : a.server === b.server;
}
