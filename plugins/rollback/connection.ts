import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { say } from '../../lib/cli/print.ts';
import { clusterFlags } from '../../lib/cli/kubectl-flags.ts';
import { serverNowMs } from '../../lib/kube/server-time.ts';
import type { Connection } from '../../lib/kube/types.ts';
import type { ClusterRef } from '../../lib/run/plan.ts';

export type ClusterArgs = ArgsOf<typeof clusterFlags>;
type ConnectFlags = Parameters<typeof import('../../lib/kube/connect.ts').connect>[0];

/** What a run or a plan remembers of its cluster; a flag that was given wins. */
export type Remembered = Partial<ConnectFlags>;

/**
 * Opens the way to the cluster that the flags name, for as long as `use` takes.
 * @throws RetraceError kubeconfig.*
 */
export async function withConnection<T>(args: ClusterArgs, env: CommandEnvironment, use: (connection: Connection) => Promise<T>, remembered: Remembered = {}): Promise<T> {
  const { connect } = await import('../../lib/kube/connect.ts');
  const given = givenFlags(args, env);
  // A cluster that was named is not to be looked for in the context of before.
  const before = given.cluster === undefined ? remembered : {};
  const connection = await connect({ ...before, ...given, userAgent: `kubectl-${env.plugin.name}/${env.build.version}` }, env.context);
  try {
    if (connection.isCertificateUnchecked) await say(env.messages.uncheckedCertificate(connection.server), env);
    return await use(connection);
  } finally {
    connection.close();
  }
}

function givenFlags(args: ClusterArgs, env: CommandEnvironment): ConnectFlags {
  const keys = Object.keys(clusterFlags) as (keyof typeof clusterFlags)[];
  const given = keys.filter((key) => env.given[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key === 'requestTimeout' ? 'requestTimeoutMs' : key, args[key]]));
}

/** How to reach the cluster of a plan again: by the context that it was made with. */
export function rememberedCluster({ contextName }: ClusterRef): Remembered {
  return contextName === 'in-cluster' ? {} : { context: contextName };
}

/** The server's now, for ages: the laptop's clock corrected by the latest Date header. */
export function serverNow(connection: Connection, env: CommandEnvironment): Date {
  return new Date(serverNowMs(connection, env.context));
}
