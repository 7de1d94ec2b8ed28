import { isError } from '../core/errors.ts';
import { quoteForShell } from '../core/shell.ts';
import type { ClusterRef } from '../kube/cluster-identity.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection } from '../kube/types.ts';
import { flagsForHints } from './command-line.ts';
import type { ArgsOf } from './define-command.ts';
import type { CommandEnvironment } from './environment.ts';
import { clusterFlags } from './kubectl-flags.ts';
import { tellNewKey } from './new-key.ts';
import { say } from './print.ts';

export type ClusterArgs = ArgsOf<typeof clusterFlags>;
/** A command whose -n may be repeated goes through its namespaces itself: the connection needs none of them. */
type ConnectArgs = Omit<ClusterArgs, 'namespace'> & { namespace: string | string[] | undefined };
type ConnectFlags = Parameters<typeof import('../kube/connect.ts').connect>[0];

/** What a run or a plan remembers of its cluster; a flag that was given wins. */
export type Remembered = Pick<ConnectFlags, 'cluster' | 'context' | 'kubeconfig'>;

/**
 * Opens the way to the cluster that the flags name, for as long as `use` takes. Whether it is the one that a plan was made for,
 * the plan's commands check by its UID: names change their meaning.
 * @throws RetraceError kubeconfig.*, cluster.*
 */
export async function withConnection<T>(args: ConnectArgs, env: CommandEnvironment, use: (connection: Connection) => Promise<T>, remembered: Remembered = {}): Promise<T> {
  const connection = await open(givenFlags(args, env), remembered, env);
  try {
    if (connection.isCertificateUnchecked) await say(env.messages.uncheckedCertificate(connection.server), env);
    return await tellNewKey(env, () => use(connection));
  } finally {
    connection.close();
  }
}

async function open(given: ConnectFlags, remembered: Remembered, env: CommandEnvironment): Promise<Connection> {
  const { connect } = await import('../kube/connect.ts');
  const typed = flagsForHints(env);
  const userAgent = `kubectl-${env.plugin.name}/${env.build.version}`;
  // What is typed says where to go: a name stands for the whole way there, a cluster entry for all but the kubeconfig and the user.
  const others: (keyof ConnectFlags)[] = remembered.context === undefined ? ['cluster', 'context', 'server', 'kubeconfig'] : ['cluster', 'context'];
  if (others.some((key) => given[key] !== undefined)) return connect({ ...given, userAgent }, env.context, typed);
  // The context alone is most often the current one: not repeated.
  const isContextAlone = remembered.cluster === undefined && remembered.kubeconfig === undefined;
  const left = Object.entries(remembered).filter(([key]) => given[key as keyof ConnectFlags] === undefined);
  const flags = isContextAlone ? [] : left.map(([key, value]) => ` --${key}=${quoteForShell(value)}`);
  try {
    return await connect({ ...remembered, ...given, userAgent }, env.context, [typed, ...flags].join(''));
  } catch (error) {
    const isFileGone = isError(error, 'kubeconfig.missing') && remembered.kubeconfig !== undefined;
    if (!isError(error, 'cluster.unknown') && !isFileGone) throw error;
    // No longer in the inventory, a plan from a machine that has another, or a file that is gone: as without the name.
    return connect({ ...given, userAgent }, env.context, typed);
  }
}

/** The flags of the cluster that were typed. */
export function givenFlags(args: ConnectArgs, env: CommandEnvironment): ConnectFlags {
  const keys = Object.keys(clusterFlags) as (keyof typeof clusterFlags)[];
  const given = keys.filter((key) => env.given[key] !== undefined && (key !== 'namespace' || !Array.isArray(args.namespace)));
  return Object.fromEntries(given.map((key) => [key === 'requestTimeout' ? 'requestTimeoutMs' : key, args[key]]));
}

/** How to reach the cluster of a plan again: by its name, or by the file and the context that it was made with and the cluster entry beside it. */
export function rememberedCluster({ name, entry, contextName, kubeconfig }: ClusterRef): Remembered {
  if (name !== undefined) return { cluster: name };
  if (contextName === 'in-cluster') return {};
  return { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(entry === undefined ? {} : { cluster: entry }), ...(contextName === '' ? {} : { context: contextName }) };
}

/** The server's now, for ages: the laptop's clock corrected by the latest Date header. */
export function serverNow(connection: Connection, env: CommandEnvironment): Date {
  return new Date(serverNowMs(connection, env.context));
}
