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
  const found = (await listPlaces(flags, kubeconfig, context)).get(name);
  const entry = kubeconfig?.clusters.get(name);
  if (found === undefined) {
    if (entry !== undefined) return flags;
    const names = await listClusterNames(flags, kubeconfig, context);
    throw new RetraceError('cluster.unknown', { name, known: names, near: nearNames(name, names) });
  }
  const there = found.kubeconfig === undefined ? kubeconfig : await readKubeconfigFiles([found.kubeconfig]);
  const servers = [serverOf(there, found.context), serverIn(entry?.fields)];
  if (servers[0] !== undefined && servers[1] !== undefined && servers[0] !== servers[1]) {
    throw new RetraceError('cluster.ambiguous', { name, servers: [`${servers[0]} (${there!.path})`, `${servers[1]} (${kubeconfig!.path})`] });
  }
  return { ...others, ...found };
}

/** Every name that `--cluster` takes beside these flags. */
export async function listClusterNames(flags: KubeFlags, kubeconfig: MergedKubeconfig | undefined, context: Context): Promise<string[]> {
  const places = flags.context !== undefined || flags.server !== undefined ? [] : (await listPlaces(flags, kubeconfig, context)).keys();
  return [...new Set([...places, ...(kubeconfig?.clusters.keys() ?? [])])].sort();
}

/** The flags that each name stands for, but for kubectl's cluster entries. Of two places of one name the first holds. */
async function listPlaces(flags: KubeFlags, kubeconfig: MergedKubeconfig | undefined, context: Context): Promise<Map<string, Found>> {
  const ofFlag = flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig };
  const contexts = [...(kubeconfig?.contexts.keys() ?? [])].map((name): [string, Found] => [name, { ...ofFlag, context: name }]);
  if (flags.kubeconfig !== undefined) return new Map(contexts);
  const { clusters } = await loadInventory(context);
  const written = clusters.map(({ name, ...cluster }): [string, Found] => [
    name,
    { ...(cluster.kubeconfig === undefined ? {} : { kubeconfig: cluster.kubeconfig }), ...(cluster.context === undefined ? {} : { context: cluster.context }) },
  ]);
  const filed = (await listFiledNames(context)).map((name): [string, Found] => [name, { kubeconfig: join(filedDirectory(context), `${name}.conf`) }]);
  return new Map([...filed, ...contexts, ...written]);
}

/** Clusters with a file of their own: `~/.kube/configs/NAME.conf`. */
export async function listFiledNames(context: Context): Promise<string[]> {
  const files = await readdir(filedDirectory(context)).catch(() => []);
  return files.filter((file) => file.endsWith('.conf')).map((file) => file.slice(0, -'.conf'.length)).sort();
}

function filedDirectory(context: Context): string {
  return join(homeDirectory(context), '.kube', 'configs');
}

function serverOf(kubeconfig: MergedKubeconfig | undefined, contextName: string | undefined): string | undefined {
  const fields = kubeconfig?.contexts.get(contextName ?? kubeconfig.currentContext ?? '')?.fields;
  return serverIn(kubeconfig?.clusters.get(String(fields?.['cluster']))?.fields);
}

function serverIn(fields: Record<string, unknown> | undefined): string | undefined {
  const server = fields?.['server'];
  return typeof server === 'string' ? server.replace(/\/+$/, '') : undefined;
}
