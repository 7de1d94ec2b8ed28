import { givenFlags, withConnection } from '../../lib/cli/connection.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import { chooseClusterGroups, chooseNamedClusters } from '../../lib/kube/cluster-choice.ts';
import type { Connection } from '../../lib/kube/types.ts';
import type { Verification } from '../../lib/procedure/verify.ts';
import type { ClusterLook } from '../../lib/procedure/verify-clusters.ts';
import type { LookArgs } from './verify-flags.ts';

/** One of several clusters, with the environment of a command that was typed for it alone: what it prints to type next leads there. */
export interface ChosenCluster {
  name: string;
  env: CommandEnvironment;
}

/**
 * The clusters that the flags name; undefined where they mean one, in the way of every other command.
 * @throws cluster.unknown, cluster.unknown-group; usage.exclusive with a flag that leads to one cluster
 */
export async function chooseClusters(args: LookArgs, env: CommandEnvironment): Promise<ChosenCluster[] | undefined> {
  const names = args.cluster?.split(',').map((name) => name.trim()).filter((name) => name !== '') ?? [];
  if (args.clusters === undefined && names.length < 2) return undefined;
  const chooser = args.clusters === undefined ? '--cluster' : '--clusters';
  const ofOne = (['context', 'server', 'run'] as const).find((key) => args[key] !== undefined);
  if (ofOne !== undefined) throw new RetraceError('usage.exclusive', { flags: [chooser, `--${ofOne}`] });
  const { cluster: _, ...flags } = givenFlags(args, env);
  const chosen = args.clusters === undefined ? await chooseNamedClusters(names, flags, env.context) : await chooseClusterGroups(args.clusters, flags, env.context);
  const { clusters: __, ...given } = env.given;
  return chosen.map((name) => ({ name, env: { ...env, given: { ...given, cluster: [name] } } }));
}

/** A look at one of several clusters by a connection of its own. */
export function lookBy({ name, env }: ChosenCluster, args: LookArgs, look: (connection: Connection, env: CommandEnvironment) => Promise<Verification>): ClusterLook {
  return { name, look: () => withConnection({ ...args, cluster: name }, env, (connection) => look(connection, env)) };
}
