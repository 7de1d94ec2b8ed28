import { isError } from '../core/errors.ts';
import type { OwnerMark } from '../formats/owner-marks.ts';
import { getObject, listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import type { OwnerFact } from './facts.ts';

const usualNamespace = 'argocd';

type Found = Pick<OwnerFact, 'state' | 'unread' | 'settings'> & { objects: KubeObject[] };

/**
 * The Applications of the name in a mark, with the settings of their Argo CD. Where it runs is not written on an object,
 * so all namespaces are asked at once; who may not do that asks the namespace that most have.
 * @throws access.forbidden when neither may be read
 */
export async function findApplications(connection: Connection, type: ResourceType, mark: Extract<OwnerMark, { kind: 'argocd' }>): Promise<Found> {
  const [objects, settings] = await Promise.all([
    find(connection, type, mark.application, mark.namespace),
    find(connection, builtinTypes.configmaps, 'argocd-cm', undefined).catch(() => [] as KubeObject[]),
  ]);
  // An Application may stand in another namespace than its Argo CD; with several of them the settings are not known.
  const own = settings.length === 1 ? settings[0] : settings.find(({ metadata }) => objects.some((object) => object.metadata['namespace'] === metadata['namespace']));
  return { state: objects.length > 0 ? 'found' : 'missing', unread: [], objects, ...(own ? { settings: own } : {}) };
}

async function find(connection: Connection, type: ResourceType, name: string, namespace: string | undefined): Promise<KubeObject[]> {
  try {
    return (await listObjects(connection, type, { namespace, fieldSelector: `metadata.name=${name}` })).items;
  } catch (error) {
    if (!isError(error, 'access.forbidden')) throw error;
    const object = await getObject(connection, type, namespace ?? usualNamespace, name);
    if (object) return [object];
    // It may stand in a namespace that we may not look into.
    if (namespace === undefined) throw error;
    return [];
  }
}
