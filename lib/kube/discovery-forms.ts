import type { JsonObject } from '../core/json.ts';
import type { ResourceType } from './types.ts';

/** One group version with its types; pure readings of the three forms in which servers list them. */
export interface ServedVersion {
  group: string;
  version: string;
  /** False when the server behind an aggregated API does not answer. */
  available: boolean;
  types: ResourceType[];
}

interface AggregatedGroup {
  metadata?: { name?: string };
  versions?: { version: string; freshness?: string; resources?: AggregatedResource[] }[];
}

interface AggregatedResource {
  resource: string;
  responseKind?: { kind?: string };
  scope?: string;
  singularResource?: string;
  shortNames?: string[];
  verbs?: string[];
}

interface LegacyResource {
  name: string;
  singularName?: string;
  kind: string;
  namespaced: boolean;
  verbs?: string[];
  shortNames?: string[];
}

/** From an `APIGroupDiscoveryList` (Kubernetes 1.26 and later); the server lists the preferred version first. */
export function readAggregated(body: JsonObject): ServedVersion[] {
  return ((body['items'] ?? []) as unknown as AggregatedGroup[]).flatMap(({ metadata, versions = [] }) =>
    versions.map(({ version, freshness, resources = [] }) => {
      const group = metadata?.name ?? '';
      // A resource that exists only through its subresources has no kind of its own.
      const types = resources
        .filter(({ responseKind }) => Boolean(responseKind?.kind))
        .map((resource) => ({
          group,
          version,
          kind: resource.responseKind?.kind ?? '',
          plural: resource.resource,
          singular: resource.singularResource || (resource.responseKind?.kind ?? '').toLowerCase(),
          shortNames: resource.shortNames ?? [],
          namespaced: resource.scope === 'Namespaced',
          verbs: resource.verbs ?? [],
        }));
      return { group, version, available: freshness !== 'Stale', types };
    }),
  );
}

/** Group versions of an `APIVersions` or `APIGroupList` (before 1.26), preferred version first. */
export function readLegacyGroup(body: JsonObject): { group: string; version: string }[] {
  if (Array.isArray(body['versions'])) return (body['versions'] as string[]).map((version) => ({ group: '', version }));
  const groups = (body['groups'] ?? []) as unknown as { name: string; versions: { version: string }[]; preferredVersion?: { version: string } }[];
  return groups.flatMap(({ name, versions, preferredVersion }) => {
    const rank = (version: string) => (version === preferredVersion?.version ? 0 : 1);
    return versions.map(({ version }) => ({ group: name, version })).sort((a, b) => rank(a.version) - rank(b.version));
  });
}

/** Types of an `APIResourceList`, without subresources. */
export function readLegacyResources(body: JsonObject, group: string, version: string): ResourceType[] {
  const resources = (body['resources'] ?? []) as unknown as LegacyResource[];
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, kind, namespaced, verbs = [], shortNames = [] }) => {
      return { group, version, kind, plural: name, singular: singularName || kind.toLowerCase(), shortNames, namespaced, verbs };
    });
}
