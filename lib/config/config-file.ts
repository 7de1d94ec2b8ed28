import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { configDirectory, homeDirectory } from './directories.ts';
import { readInventory, type InventoryCluster } from './inventory.ts';

/**
 * The clusters of `$XDG_CONFIG_HOME/retrace/config.yaml`, with absolute paths; none where there is no such file.
 * @throws config.broken
 */
export async function loadInventory(context: Pick<Context, 'env' | 'platform'>): Promise<{ path: string; clusters: InventoryCluster[] }> {
  const path = join(configDirectory(context), 'config.yaml');
  const clusters = readInventory(path, await readYaml(path));
  const locate = (file: string) => (file.startsWith('~/') ? join(homeDirectory(context), file.slice(2)) : resolve(dirname(path), file));
  return { path, clusters: clusters.map((cluster) => (cluster.kubeconfig === undefined ? cluster : { ...cluster, kubeconfig: locate(cluster.kubeconfig) })) };
}

async function readYaml(path: string): Promise<unknown> {
  try {
    const content = await readFile(path, 'utf8');
    return content.trim() === '' ? undefined : load(content);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw new RetraceError('config.broken', { path, member: '', detail: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}
