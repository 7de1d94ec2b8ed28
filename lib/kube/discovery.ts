import { RetraceError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { nearNames } from '../core/near-names.ts';
import { readAggregated, readLegacyGroup, readLegacyResources, type ServedVersion } from './discovery-forms.ts';
import type { Connection, KubeRequest, ResourceType } from './types.ts';

export interface Discovery {
  /** Every type in every version, in kubectl's order of preference: core first, groups as the server ranks them, preferred version first. */
  all: ResourceType[];
  /** One version of each type: the preferred one that has it. */
  preferred: ResourceType[];
  /** `metrics.k8s.io/v1beta1`: served by something that does not answer now; its types may be missing from the lists. */
  unavailable: string[];
}

const memory = new WeakMap<Connection, Promise<Discovery>>();

/** What the API server serves; asked once for a connection. One group that is down does not hide the others. */
export function readDiscovery(connection: Connection): Promise<Discovery> {
  let known = memory.get(connection);
  if (!known) {
    known = discover(connection);
    memory.set(connection, known);
    // A failed discovery must not be remembered: the server may come back.
    known.catch(() => memory.delete(connection));
  }
  return known;
}

/** Forgets what was learnt: after a CustomResourceDefinition has come or gone. */
export function forgetDiscovery(connection: Connection): void {
  memory.delete(connection);
}

/** All types, each once, in its preferred version. */
export async function listResourceTypes(connection: Connection): Promise<ResourceType[]> {
  return (await readDiscovery(connection)).preferred;
}

/**
 * The type that a word means: plural, singular, short name or Kind in any case, alone, with a group
 * (`statefulsets.apps`) or with version and group (`statefulsets.v1.apps`).
 * @throws RetraceError kind.unknown with the nearest names
 */
export async function findResourceType(connection: Connection, name: string): Promise<ResourceType> {
  return resolveType(await readDiscovery(connection), name);
}

/** The same in a discovery at hand. @throws RetraceError kind.unknown with the nearest names */
export function resolveType({ all, preferred }: Pick<Discovery, 'all' | 'preferred'>, name: string): ResourceType {
  const found = matchType(all, name);
  if (found) return found;
  const words = preferred.flatMap((type) => [type.plural, type.singular, ...type.shortNames]);
  throw new RetraceError('kind.unknown', { name, near: nearNames(name.toLowerCase().split('.')[0] ?? '', words) });
}

/** The type of an object in hand; undefined when the server does not serve it (any more). */
export async function findTypeOfObject(connection: Connection, object: { apiVersion: string; kind: string }): Promise<ResourceType | undefined> {
  const { all } = await readDiscovery(connection);
  return all.find((type) => type.kind === object.kind && object.apiVersion === (type.group === '' ? type.version : `${type.group}/${type.version}`));
}

/** Source of the order: RESTMapper and shortcut expander of client-go and cli-runtime. */
export function matchType(all: ResourceType[], wanted: string): ResourceType | undefined {
  const [word = '', first, ...rest] = wanted.toLowerCase().split('.');
  if (word === '') return undefined;
  if (first === undefined) return matchWord(all, word);
  const version = rest.length > 0 || /^v\d/.test(first) ? all.filter((type) => type.version === first && type.group === rest.join('.')) : [];
  const group = [first, ...rest].join('.');
  const exact = all.filter((type) => type.group === group);
  return matchWord(version, word) ?? matchWord(exact, word) ?? matchWord(all.filter((type) => type.group.startsWith(group)), word);
}

function matchWord(types: ResourceType[], word: string): ResourceType | undefined {
  return (
    types.find((type) => type.plural === word) ??
    types.find((type) => type.singular === word) ??
    types.find((type) => type.shortNames.includes(word)) ??
    types.find((type) => type.kind.toLowerCase() === word)
  );
}

// v2 since Kubernetes 1.30, v2beta1 since 1.26; an older server answers in the plain form.
const aggregatedAccept = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

async function discover(connection: Connection): Promise<Discovery> {
  const ask = (path: string): KubeRequest => ({ method: 'GET', path, accept: aggregatedAccept });
  const [core, groups] = await Promise.all([connection.request(ask('/api')), connection.request(ask('/apis'))]);
  const bodies = [core.body as JsonObject, groups.body as JsonObject];
  const served = bodies.every((body) => body['kind'] === 'APIGroupDiscoveryList')
    ? bodies.flatMap(readAggregated)
    : await readLegacy(connection, bodies.flatMap(readLegacyGroup));
  const all = served.flatMap(({ types }) => types);
  const seen = new Set<string>();
  return {
    all,
    preferred: all.filter(({ group, plural }) => !seen.has(`${plural}.${group}`) && seen.add(`${plural}.${group}`)),
    unavailable: served.filter(({ available }) => !available).map(({ group, version }) => (group === '' ? version : `${group}/${version}`)),
  };
}

function readLegacy(connection: Connection, versions: Omit<ServedVersion, 'types' | 'available'>[]): Promise<ServedVersion[]> {
  return Promise.all(
    versions.map(async ({ group, version }) => {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      try {
        // The core group is what everything needs: it is worth a retry, the others are not.
        const { body } = await connection.request(group === '' ? { method: 'GET', path } : { method: 'GET', path, retry: 'none' });
        return { group, version, available: true, types: readLegacyResources(body as JsonObject, group, version) };
      } catch (error) {
        if (!(error instanceof RetraceError) || group === '') throw error;
        return { group, version, available: false, types: [] };
      }
    }),
  );
}
