import { gunzipSync } from 'node:zlib';
import { loadAll } from 'js-yaml';
import { isObject, numberAt, objectAt, textAt, textsAt } from '../core/fields.ts';
import { parseJson } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';

/** One revision of a release, without its values and notes: those may hold secrets. */
export interface HelmRelease {
  name: string;
  namespace: string;
  revision: number;
  /** `deployed`, `failed`, `pending-upgrade`, `superseded` … */
  status: string;
  /** RFC 3339. */
  deployedAt: string | undefined;
  /** What the manifest holds; undefined when it is no YAML that can be read. */
  objects: ManifestObject[] | undefined;
}

/** An object of a manifest, by name. Without a namespace it is in the release's own, or has none. */
export interface ManifestObject {
  apiVersion: string;
  kind: string;
  namespace: string | undefined;
  name: string;
}

/**
 * Reads a release as Helm 3 and 4 store it: JSON, gzipped, base64; in a Secret base64 once more, as all its data
 * (helm pkg/storage/driver/util.go). Very old releases are not gzipped.
 * @param stored a Secret of type helm.sh/release.v1, or a ConfigMap with the label owner=helm
 * @returns undefined when it holds no release
 */
export function decodeHelmRelease(stored: JsonObject): HelmRelease | undefined {
  const release = unpackRelease(stored);
  return release && readRelease(release);
}

/** `thanos-15.7.25`, the chart of a stored release with its version, as helm list prints it; undefined when it holds none. */
export function chartOfRelease(stored: JsonObject): string | undefined {
  const chart = objectAt(unpackRelease(stored), 'chart', 'metadata');
  const name = textAt(chart, 'name');
  return name === undefined ? undefined : `${name}-${textAt(chart, 'version') ?? ''}`;
}

/** Labels of a stored release say what it is without unpacking it (helm pkg/storage/driver/secrets.go, newSecretsObject). */
export function releaseMarkOf(stored: JsonObject): { name: string; namespace: string; revision: number; status: string } | undefined {
  const { owner, name, version, status = 'unknown' } = textsAt(stored, 'metadata', 'labels');
  if (owner !== 'helm' || name === undefined || !/^\d+$/.test(version ?? '')) return undefined;
  return { name, namespace: textAt(stored, 'metadata', 'namespace') ?? '', revision: Number(version), status };
}

/** Whole objects of the manifest of a stored release, the members of a List each for itself; undefined when it cannot be read. */
export function manifestOfRelease(stored: JsonObject): JsonObject[] | undefined {
  const release = unpackRelease(stored);
  try {
    return release && loadAll(textAt(release, 'manifest') ?? '').flatMap(objectsIn);
  } catch {
    return undefined;
  }
}

function unpackRelease(stored: JsonObject): JsonObject | undefined {
  const data = textAt(stored, 'data', 'release');
  if (data === undefined) return undefined;
  try {
    const inner = textAt(stored, 'kind') === 'ConfigMap' ? data : Buffer.from(data, 'base64').toString('latin1');
    const bytes = Buffer.from(inner, 'base64');
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
    const release = parseJson(text);
    return isObject(release) ? release : undefined;
  } catch {
    return undefined;
  }
}

function readRelease(release: JsonObject): HelmRelease | undefined {
  const [name, revision] = [textAt(release, 'name'), numberAt(release, 'version')];
  if (name === undefined || revision === undefined) return undefined;
  return {
    name,
    namespace: textAt(release, 'namespace') ?? '',
    revision,
    status: textAt(release, 'info', 'status') ?? 'unknown',
    deployedAt: textAt(release, 'info', 'last_deployed'),
    objects: readManifest(textAt(release, 'manifest') ?? ''),
  };
}

/** Objects of a rendered manifest; the members of a List each for itself. Undefined when it is not YAML. */
export function readManifest(manifest: string): ManifestObject[] | undefined {
  try {
    return loadAll(manifest).flatMap(objectsIn).flatMap(namesIn);
  } catch {
    return undefined;
  }
}

function objectsIn(document: unknown): JsonObject[] {
  if (!isObject(document)) return [];
  const items = document['items'];
  return Array.isArray(items) && textAt(document, 'kind')?.endsWith('List') ? items.flatMap(objectsIn) : [document];
}

function namesIn(document: JsonObject): ManifestObject[] {
  const name = textAt(objectAt(document, 'metadata'), 'name');
  if (name === undefined) return [];
  return [{ apiVersion: textAt(document, 'apiVersion') ?? '', kind: textAt(document, 'kind') ?? '', namespace: textAt(document, 'metadata', 'namespace'), name }];
}

/** True when the manifest holds the object; by group, not version: the API server may serve another one. */
export function manifestHolds(release: Pick<HelmRelease, 'namespace' | 'objects'>, object: JsonObject): boolean | undefined {
  const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
  const namespace = textAt(object, 'metadata', 'namespace');
  return release.objects?.some(
    (entry) =>
      entry.kind === textAt(object, 'kind') &&
      entry.name === textAt(object, 'metadata', 'name') &&
      groupOf(entry.apiVersion) === groupOf(textAt(object, 'apiVersion') ?? '') &&
      (namespace === undefined || (entry.namespace ?? release.namespace) === namespace),
  );
}
