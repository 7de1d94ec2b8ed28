import { objectsAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { referencesOf } from '../formats/template-reference.ts';
import type { Component } from './components.ts';

/** An object whose content becomes the configuration of a component. */
export interface ConfigSource {
  kind: 'ConfigMap' | 'Secret';
  name: string;
}

/**
 * What the configuration file of a component is made of: the ConfigMaps and Secrets of the volume that it is in. Where that is
 * an emptyDir, a reloader writes the file there (prometheus-operator's config-out), from what it mounts itself. Mounts by
 * subPath count for nothing: they are never brought up to date.
 */
export function configSourcesOf(pod: JsonObject, { container, configFile }: Pick<Component, 'container' | 'configFile'>): ConfigSource[] {
  if (configFile === undefined) return [];
  const containers = objectsAt(pod, 'spec', 'containers');
  const volume = volumeAt(containers.find(({ name }) => name === container), configFile);
  if (volume === undefined) return [];
  const own = sourcesOfVolumes(pod, [volume]);
  if (own.length > 0) return own;
  const writers = containers.filter((each) => each['name'] !== container && mountsOf(each).some(({ name }) => name === volume));
  return sourcesOfVolumes(pod, writers.flatMap(mountsOf).map(({ name }) => name));
}

interface Mount {
  name: string;
  path: string;
}

function mountsOf(container: JsonObject | undefined): Mount[] {
  return objectsAt(container, 'volumeMounts')
    .filter((mount) => mount['subPath'] === undefined && mount['subPathExpr'] === undefined)
    .map((mount) => ({ name: textAt(mount, 'name') ?? '', path: textAt(mount, 'mountPath') ?? '' }));
}

/** The volume that a file is in: that of the longest mount path. */
function volumeAt(container: JsonObject | undefined, file: string): string | undefined {
  return mountsOf(container)
    .filter(({ path }) => file.startsWith(`${path.replace(/\/+$/, '')}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]?.name;
}

function sourcesOfVolumes(pod: JsonObject, names: readonly string[]): ConfigSource[] {
  const found = referencesOf(pod).filter(({ kind, usedAs }) => (kind === 'ConfigMap' || kind === 'Secret') && names.some((name) => usedAs === `volumes[${name}]`));
  return [...new Map(found.map(({ kind, name }) => [`${kind}/${name}`, { kind, name } as ConfigSource])).values()];
}
