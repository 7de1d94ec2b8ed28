import { loadInventory } from '../config/config-file.ts';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import type { KubeFlags } from './access-entry.ts';
import { listKnownNames } from './kubeconfig.ts';
import { listFiledNames } from './named-cluster.ts';

/**
 * The clusters that `--cluster a,b` names, each once, in the order in which they were typed.
 * @throws cluster.unknown for the first that is none, before any is asked
 */
export async function chooseNamedClusters(names: readonly string[], flags: KubeFlags, context: Context): Promise<string[]> {
  const known = await listKnownNames('cluster', flags, context);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RetraceError('cluster.unknown', { name: unknown, known, near: nearNames(unknown, known) });
  return [...new Set(names)];
}

/**
 * The clusters of one or more groups of the config file, in its order. `all` are those of the config file; where it has none the
 * contexts of the kubeconfig, where there are none the files of `~/.kube/configs`. With `--kubeconfig` only that file's contexts.
 * @throws cluster.unknown-group, config.broken
 */
export async function chooseClusterGroups(groups: readonly string[], flags: KubeFlags, context: Context): Promise<string[]> {
  const { path, clusters } = flags.kubeconfig === undefined ? await loadInventory(context) : { path: flags.kubeconfig, clusters: [] };
  const ordered = clusters.toSorted((a, b) => a.order - b.order);
  const chosen = await Promise.all(
    groups.map(async (group) => {
      const members = ordered.filter((cluster) => group === 'all' || cluster.groups.includes(group)).map(({ name }) => name);
      const found = members.length > 0 || group !== 'all' ? members : await listUnwritten(flags, context);
      const known = [...new Set(clusters.flatMap((cluster) => cluster.groups))].sort();
      if (found.length === 0) throw new RetraceError('cluster.unknown-group', { group, known, near: nearNames(group, known), path });
      return found;
    }),
  );
  return [...new Set(chosen.flat())];
}

async function listUnwritten(flags: KubeFlags, context: Context): Promise<string[]> {
  const contexts = await listKnownNames('context', flags, context);
  return contexts.length > 0 || flags.kubeconfig !== undefined ? contexts : listFiledNames(context);
}

/** What `--clusters` takes. */
export async function listClusterGroups(context: Context): Promise<string[]> {
  const { clusters } = await loadInventory(context);
  return ['all', ...new Set(clusters.flatMap(({ groups }) => groups).sort())];
}
