import { delimiter, join, resolve } from 'node:path';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import type { ClusterAccess, KubeFlags, NamedCluster } from './access-entry.ts';
import { readClusterEntry, type Entry } from './cluster-entry.ts';
import { loadInCluster } from './in-cluster.ts';
import { readKubeconfigFiles, type MergedKubeconfig } from './kubeconfig-file.ts';
import { listClusterNames, resolveCluster } from './named-cluster.ts';
import { readImpersonation, readUserEntry } from './user-entry.ts';

/**
 * Finds out which API server to talk to, and as whom: `--kubeconfig`, else `$KUBECONFIG` (several files, first wins),
 * else `~/.kube/config`, else the service account of the pod that we run in. Flags win over the file.
 * @throws RetraceError kubeconfig.* when there is nothing to talk to or the file does not make sense
 */
export async function loadKubeconfig(given: KubeFlags, context: Context): Promise<ClusterAccess> {
  const usual = findPaths(given, context);
  const usualFile = await readKubeconfigFiles(usual.paths);
  const flags = given.cluster === undefined ? given : await resolveCluster(given, usualFile, context);
  const { paths, source } = flags.kubeconfig === given.kubeconfig ? usual : findPaths(flags, context);
  const merged = flags.kubeconfig === given.kubeconfig ? usualFile : await readKubeconfigFiles(paths);
  if (!merged) {
    if (flags.kubeconfig !== undefined) throw new RetraceError('kubeconfig.missing', { path: paths.join(delimiter), source });
    const inCluster = flags.server === undefined ? await loadInCluster(flags, context) : undefined;
    if (inCluster) return inCluster;
    if (flags.server === undefined) throw new RetraceError('kubeconfig.missing', { path: paths.join(delimiter), source });
  }
  return { ...(await readAccess(merged ?? emptyConfig, flags, context)), named: nameOf(given, flags, context) };
}

/** What `--context`, `--user` and `--cluster` take beside these flags, for completion. */
export async function listKnownNames(what: 'context' | 'user' | 'cluster', flags: KubeFlags, context: Context): Promise<string[]> {
  const merged = await readKubeconfigFiles(findPaths(flags, context).paths);
  if (what === 'cluster') return listClusterNames(flags, merged, context);
  return [...((what === 'context' ? merged?.contexts : merged?.users)?.keys() ?? [])];
}

const emptyConfig: MergedKubeconfig = { path: '', currentContext: undefined, clusters: new Map(), users: new Map(), contexts: new Map() };

function findPaths(flags: Pick<KubeFlags, 'kubeconfig'>, { env, cwd }: Context): { paths: string[]; source: string } {
  if (flags.kubeconfig !== undefined) return { paths: [resolve(cwd, flags.kubeconfig)], source: '--kubeconfig' };
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return { paths: [...new Set(listed.map((path) => resolve(cwd, path)))], source: 'KUBECONFIG' };
  const home = env['HOME'] ?? env['USERPROFILE'];
  return { paths: home === undefined ? [] : [join(home, '.kube', 'config')], source: '~/.kube/config' };
}

/** With `--kubeconfig` a name is that file's: the file and its context say it all. */
function nameOf(given: KubeFlags, resolved: KubeFlags, { cwd }: Context): NamedCluster {
  const file = given.kubeconfig === undefined ? {} : { kubeconfig: resolve(cwd, given.kubeconfig) };
  if (given.cluster === undefined) return file;
  if (resolved.cluster !== undefined) return { ...file, entry: resolved.cluster };
  return given.kubeconfig === undefined ? { name: given.cluster } : file;
}

async function readAccess(merged: MergedKubeconfig, flags: KubeFlags, context: Context): Promise<ClusterAccess> {
  const contextName = chooseContext(merged, flags);
  const chosen = merged.contexts.get(contextName)?.fields ?? {};
  const clusterName = flags.cluster ?? textOf(chosen['cluster']) ?? '';
  const userName = flags.user ?? textOf(chosen['user']) ?? '';
  const cluster = findEntry(merged, 'cluster', clusterName, contextName, flags.server !== undefined);
  const user = findEntry(merged, 'user', userName, contextName, true);
  return {
    contextName,
    clusterName,
    source: merged.path,
    namespace: flags.namespace ?? textOf(chosen['namespace']) ?? 'default',
    endpoint: await readClusterEntry(cluster, flags, context.cwd, merged.path),
    user: await readUserEntry(user, userName, cluster, flags, context.cwd, merged.path),
    impersonation: readImpersonation(user, flags),
  };
}

function chooseContext(merged: MergedKubeconfig, flags: KubeFlags): string {
  const contexts = [...merged.contexts.keys()];
  const name = flags.context ?? merged.currentContext;
  if (name === undefined) {
    // Without a context the flags alone must say where to go, as in kubectl.
    if (flags.server !== undefined || flags.cluster !== undefined) return '';
    throw new RetraceError('kubeconfig.no-current-context', { path: merged.path, contexts });
  }
  if (!merged.contexts.has(name) && flags.server === undefined) {
    throw new RetraceError('kubeconfig.unknown-context', { name, contexts, near: nearNames(name, contexts) });
  }
  return name;
}

function findEntry(merged: MergedKubeconfig, what: 'cluster' | 'user', name: string, context: string, mayLack: boolean): Entry {
  const entry = (what === 'cluster' ? merged.clusters : merged.users).get(name);
  if (entry) return entry;
  // A context may leave its user out (anonymous, or all by flags); one that names a user which is not there is an error.
  if (mayLack && (what === 'cluster' || name === '')) return { fields: {}, directory: '' };
  throw new RetraceError('kubeconfig.unknown-entry', { what, name, context });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
