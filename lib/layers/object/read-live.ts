import { isError } from '../../core/errors.ts';
import { isNotFound } from '../../kube/failures.ts';
import { getObject, listObjects } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import type { ObjectRef } from '../../run/plan.ts';
import { typeOfRef } from '../../run/object-ref.ts';

// Up to here single reads ask less of the server, and need no permission to list.
const fewObjects = 2;
// More namespaces than this are read with one list over all of them.
const fewNamespaces = 3;

/** What tells one object of a cluster from all others, whatever its uid: group, kind, namespace and name. The version may differ. */
export function keyOf({ apiVersion, kind, namespace, name }: Pick<ObjectRef, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [group, kind, namespace, name].join('|');
}

export function keyOfObject({ apiVersion, kind, metadata }: KubeObject): string {
  return keyOf({ apiVersion, kind, namespace: String(metadata['namespace'] ?? ''), name: metadata.name });
}

/** The live objects of these references, by `keyOf`: one list a kind (and namespace), not a read an object. */
export async function readLive(connection: Connection, refs: readonly ObjectRef[]): Promise<Map<string, KubeObject>> {
  const byType = Map.groupBy(refs, ({ apiVersion, resource }) => `${apiVersion}/${resource}`);
  const found = await Promise.all([...byType.values()].map((group) => readType(connection, typeOfRef(group[0]!), group)));
  return new Map(found.flat().map((object) => [keyOfObject(object), object]));
}

async function readType(connection: Connection, type: ResourceType, refs: readonly ObjectRef[]): Promise<KubeObject[]> {
  const namespaces = [...new Set(refs.map(({ namespace }) => namespace))];
  if (refs.length <= fewObjects) {
    const objects = await Promise.all(refs.map(({ namespace, name }) => getObject(connection, type, namespace || undefined, name)));
    return objects.filter((object) => object !== undefined);
  }
  const wanted = new Set(refs.map(keyOf));
  return (await listType(connection, type, namespaces)).filter((object) => wanted.has(keyOfObject(object)));
}

/** All objects of a type in these namespaces; of a type that is not served (yet), none. */
export async function listType(connection: Connection, type: ResourceType, namespaces: readonly string[], labelSelector?: string): Promise<KubeObject[]> {
  const query = labelSelector === undefined ? {} : { labelSelector };
  const each = () => Promise.all(namespaces.map(async (namespace) => (await listObjects(connection, type, { ...query, ...(namespace === '' ? {} : { namespace }) })).items));
  try {
    if (!type.namespaced) return (await listObjects(connection, type, query)).items;
    if (namespaces.length <= fewNamespaces) return (await each()).flat();
    const inside = new Set(namespaces);
    return (await listAll(connection, type, query, each)).filter(({ metadata }) => inside.has(String(metadata['namespace'])));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Over all namespaces; who may not do that reads each. */
async function listAll(connection: Connection, type: ResourceType, query: { labelSelector?: string }, each: () => Promise<KubeObject[][]>): Promise<KubeObject[]> {
  try {
    return (await listObjects(connection, type, query)).items;
  } catch (error) {
    if (!isError(error, 'access.forbidden')) throw error;
    return (await each()).flat();
  }
}

/** The reference to an object of this type; `uid` of the live one, empty where there is none. */
export function refTo(type: ResourceType, object: KubeObject, uid: string): ObjectRef {
  return { apiVersion: apiVersionOf(type), kind: type.kind, resource: type.plural, namespace: type.namespaced ? String(object.metadata['namespace'] ?? '') : '', name: object.metadata.name, uid };
}
