import { listKnownNames } from '../kube/kubeconfig.ts';
import { listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { Connection, ResourceType } from '../kube/types.ts';
import type { Choice, Offer } from './completion-offer.ts';
import { givenFlags, withConnection, type ClusterArgs } from './connection.ts';
import type { CommandEnvironment } from './environment.ts';

/** Values of the flags that choose a cluster, a user and a namespace; undefined for any other flag. */
export async function offerClusterFlag(flag: string, args: Record<string, unknown>, env: CommandEnvironment): Promise<Offer | undefined> {
  switch (flag) {
    case 'context':
    case 'cluster':
    case 'user':
      return { choices: (await listKnownNames(flag, givenFlags(args as unknown as ClusterArgs, env), env.context)).map((value) => ({ value })) };
    case 'namespace':
      return withConnection(args as unknown as ClusterArgs, env, async (connection) => ({ choices: await listNames(connection, builtinTypes.namespaces, undefined) }));
    default:
      return undefined;
  }
}

/** Names of the objects of a type. */
export async function listNames(connection: Connection, type: ResourceType, namespace: string | undefined): Promise<Choice[]> {
  const { items } = await listObjects(connection, type, { namespace, metadataOnly: true });
  return items.map(({ metadata }) => ({ value: metadata.name }));
}
