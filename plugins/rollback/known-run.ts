import { isError } from '../../lib/core/errors.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import type { Connection } from '../../lib/kube/types.ts';
import type { StoredRun } from '../../lib/run/run-store.ts';
import { rememberedCluster, withConnection, type ClusterArgs } from '../../lib/cli/connection.ts';

/** Without a kubeconfig there is no cluster that could know the run: then it is the run that is not there. */
async function requireKubeconfig(id: string, args: ClusterArgs, env: CommandEnvironment): Promise<void> {
  try {
    await withConnection(args, env, async () => undefined);
  } catch (error) {
    if (!isError(error, 'kubeconfig.missing') && !isError(error, 'kubeconfig.no-current-context')) throw error;
    const { openRun } = await import('../../lib/run/run-store.ts');
    await openRun(id, env.context);
  }
}

/**
 * Opens the way to a run's cluster: that of its plan where this machine knows the run, else the one that the flags name.
 * @param how `to-work` brings a run of another machine here; `to-ask` is for a procedure that opens it itself, once it knows that it may
 * @throws run.not-found
 */
export async function withRun<T>(id: string, args: ClusterArgs, env: CommandEnvironment, use: (run: StoredRun, connection: Connection, namespace: string) => Promise<T>, how: 'to-work' | 'to-look' | 'to-ask' = 'to-work'): Promise<T> {
  const { findLocalRun, openSharedRun, readSharedRun } = await import('../../lib/procedure/shared-runs.ts');
  const local = await findLocalRun(id, env.context);
  if (!local) await requireKubeconfig(id, args, env);
  const remembered = local ? rememberedCluster(local.plan.cluster) : {};
  return withConnection(
    args,
    env,
    async (connection) => {
      const namespace = args.namespace ?? connection.defaultNamespace;
      const find = how === 'to-work' ? openSharedRun : readSharedRun;
      return use((how === 'to-ask' ? local : undefined) ?? (await find(id, connection, namespace, env.context)), connection, namespace);
    },
    remembered,
  );
}
