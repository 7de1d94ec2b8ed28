import { withConnection } from '../../lib/cli/connection.ts';
import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { showChanges, showTable } from '../../lib/output/verify-watch.ts';
import type { ClusterLook } from '../../lib/procedure/verify-clusters.ts';
import { watchCluster } from '../../lib/procedure/verify-watch.ts';
import { chooseClusters, lookBy } from './chosen-clusters.ts';
import { lookAtCluster, readAsked } from './cluster-look.ts';
import type { watchFlags } from './verify-flags.ts';

/** Watches the clusters that the flags name, each at its own pace, until Ctrl-C. */
export async function watchAndTell(args: ArgsOf<typeof watchFlags>, env: CommandEnvironment): Promise<void> {
  const asked = readAsked(args);
  const chosen = await chooseClusters(args, env);
  const { stdout } = env.context.streams;
  const input = { clusters: (chosen ?? []).map(({ name }) => name), everyMs: args.every, messages: env.messages, stream: stdout, style: env.outStyle };
  const show = stdout.isTTY ? showTable({ ...input, rows: () => env.terminal?.rows() ?? 24 }) : showChanges(input);
  const watchOne = (one: ClusterLook, at: number) => watchCluster(one, args.every, env.context, (seen) => show.see(seen, at));
  const look = (connection: Connection, own: CommandEnvironment) => lookAtCluster(args, asked, connection, own);
  try {
    // One of several that cannot even be opened is inconclusive as well: each look opens its own way.
    if (chosen !== undefined) await Promise.all(chosen.map((cluster, at) => watchOne(lookBy(cluster, args, look), at)));
    else await withConnection(args, env, (connection) => watchOne({ name: connection.named.name ?? connection.contextName, look: () => look(connection, env) }, 0));
  } finally {
    await show.end();
  }
}
