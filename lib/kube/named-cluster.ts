import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadInventory } from '../config/config-file.ts';
import { homeDirectory } from '../config/directories.ts';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import type { KubeFlags } from './access-entry.ts';
import { readKubeconfigFiles, type MergedKubeconfig } from './kubeconfig-file.ts';

type Found = Pick<KubeFlags, 'kubeconfig' | 'context'>;

/**
 * What `--cluster NAME` means: the cluster of that name in the config file, else the context of that name, else the file
 * `~/.kube/configs/NAME.conf`, else, as in kubectl, the kubeconfig's cluster entry of that name with the user of the current
 * context. With `--context` or `--server` beside it only kubectl's meaning makes sense; with `--kubeconfig` that file decides.
 * @param kubeconfig that the flags and the environment name
 * @returns the flags that choose it
 * @throws cluster.unknown, cluster.ambiguous when a cluster entry of the same name has another server, config.broken
 */
export async function resolveCluster(flags: KubeFlags, kubeconfig: MergedKubeconfig | undefined, context: Context): Promise<KubeFlags> {
  const { cluster: name, ...others } = flags;
  if (name === undefined || flags.context !== undefined || flags.server !== undefined) return flags;
  if (name.includes(',')) throw new RetraceError('usage.one-cluster', { names: name.split(',').filter((each) => each !== '') });
  const known: string[] = [];
  const found = await lookUp(name, flags, kubeconfig, context, known);
  const entry = kubeconfig?.clusters.get(name);
  if (found === undefined) {
    if (entry !== undefined) return flags;
    const names = [...new Set([...known, ...(kubeconfig?.clusters.keys() ?? [])])].sort();
    throw new RetraceError('cluster.unknown', { name, known: names, near: nearNames(name, names) });
  }
  const there = found.kubeconfig === undefined ? kubeconfig : await readKubeconfigFiles([found.kubeconfig]);
  const servers = [serverOf(there, found.context), serverIn(entry?.fields)];
  if (servers[0] !== undefined && servers[1] !== undefined && servers[0] !== servers[1]) {
    throw new RetraceError('cluster.ambiguous', { name, servers: [`${servers[0]} (${there!.path})`, `${servers[1]} (${kubeconfig!.path})`] });
  }
  return { ...others, ...found };
}

async function lookUp(name: string, flags: KubeFlags, kubeconfig: MergedKubeconfig | undefined, context: Context, known: string[]): Promise<Found | undefined> {
  const byFlag = flags.kubeconfig !== undefined;
  const { clusters } = byFlag ? { clusters: [] } : await loadInventory(context);
  known.push(...clusters.map((cluster) => cluster.name));
  const written = clusters.find((cluster) => cluster.name === name);
  if (written) return { ...(written.kubeconfig === undefined ? {} : { kubeconfig: written.kubeconfig }), ...(written.context === undefined ? {} : { context: written.context }) };
  known.push(...(kubeconfig?.contexts.keys() ?? []));
  if (kubeconfig?.contexts.has(name)) return { ...(byFlag ? { kubeconfig: flags.kubeconfig! } : {}), context: name };
  if (byFlag) return undefined;
  const directory = join(homeDirectory(context), '.kube', 'configs');
  const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith('.conf'));
  known.push(...files.map((file) => file.slice(0, -'.conf'.length)));
  return files.includes(`${name}.conf`) ? { kubeconfig: join(directory, `${name}.conf`) } : undefined;
}

function serverOf(kubeconfig: MergedKubeconfig | undefined, contextName: string | undefined): string | undefined {
  const fields = kubeconfig?.contexts.get(contextName ?? kubeconfig.currentContext ?? '')?.fields;
  return serverIn(kubeconfig?.clusters.get(String(fields?.['cluster']))?.fields);
}

function serverIn(fields: Record<string, unknown> | undefined): string | undefined {
  const server = fields?.['server'];
  return typeof server === 'string' ? server.replace(/\/+$/, '') : undefined;
}
