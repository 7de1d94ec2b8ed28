import { isError, type MissingPermission } from '../core/errors.ts';
import { ownerMarksOf } from '../formats/owner-marks.ts';
import type { OwnerMark } from '../formats/owner-marks.ts';
import { controllerOwnerOf } from '../formats/owner-reference.ts';
import { findTypeOfObject, readDiscovery } from '../kube/discovery.ts';
import { getObject, listObjects } from '../kube/objects.ts';
import { builtinTypes, qualifiedName } from '../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import type { OwnerFact, OwnerObject, OwnershipFacts } from './facts.ts';
import { findApplications } from './find-application.ts';
import { findRelease } from './find-release.ts';

// An Application of an ApplicationSet of an Application of …: nobody has more, and a circle must end.
const mostLevels = 6;

/**
 * Everything that tells who writes an object: reads only, and only where the object carries a mark. One round trip's time
 * for each owner above it, two for a Helm release; none for an object without marks in a cluster without the CRDs of
 * vertical pod autoscalers.
 * @param object the target as a GET has just given it
 * @throws server.* when the API server cannot be reached; what may not be read is `unread`
 */
export async function gatherOwnership(connection: Connection, object: KubeObject): Promise<OwnershipFacts> {
  const [owners, { autoscalers, unread }] = await Promise.all([gatherOwners(connection, object), gatherAutoscalers(connection, object)]);
  return { object, owners, autoscalers, unread };
}

/** The owners alone. @throws as gatherOwnership */
export async function gatherOwners(connection: Connection, object: KubeObject, levels = mostLevels): Promise<OwnerFact[]> {
  if (levels === 0) return [];
  return Promise.all(ownerMarksOf(object).map((mark) => gatherOwner(connection, object, mark, levels)));
}

async function gatherOwner(connection: Connection, of: KubeObject, mark: OwnerMark, levels: number): Promise<OwnerFact> {
  const fact = { mark, of };
  if (mark.kind === 'helm') return { ...fact, objects: [], ...(await orUnread(() => findRelease(connection, mark))) };
  if (mark.kind === 'argocd') {
    const type = await findType(connection, 'argoproj.io', 'applications');
    if (!type) return { ...fact, ...nothing('not-served') };
    const { objects, ...found } = await orUnread(() => findApplications(connection, type, mark));
    return { ...fact, ...found, objects: await withOwnersAbove(connection, type, objects ?? [], levels) };
  }
  const wanted = mark.kind === 'controller' ? mark.reference : mark;
  const type = mark.kind === 'controller' ? await findTypeOfObject(connection, mark.reference) : await findType(connection, fluxGroups[mark.plural], mark.plural);
  if (!type) return { ...fact, ...nothing('not-served') };
  const namespace = mark.kind === 'controller' ? of.metadata['namespace'] : mark.namespace;
  const found = await orUnread(async () => {
    const object = await getObject(connection, type, namespace === undefined ? undefined : String(namespace), wanted.name);
    return { state: object ? ('found' as const) : ('missing' as const), unread: [], objects: object ? [object] : [] };
  });
  return { ...fact, ...found, objects: await withOwnersAbove(connection, type, found.objects ?? [], levels) };
}

const fluxGroups = { kustomizations: 'kustomize.toolkit.fluxcd.io', helmreleases: 'helm.toolkit.fluxcd.io' } as const;

function nothing(state: OwnerFact['state'], unread: MissingPermission[] = []): Pick<OwnerFact, 'state' | 'unread' | 'objects'> {
  return { state, unread, objects: [] };
}

async function orUnread<T extends { state: OwnerFact['state']; unread: MissingPermission[] }>(read: () => Promise<T>): Promise<T | { state: 'unread'; unread: MissingPermission[]; objects?: undefined }> {
  try {
    return await read();
  } catch (error) {
    if (!isError(error, 'access.forbidden')) throw error;
    return { state: 'unread', unread: error.params.missing };
  }
}

async function withOwnersAbove(connection: Connection, type: ResourceType, objects: KubeObject[], levels: number): Promise<OwnerObject[]> {
  const resource = qualifiedName(type);
  return Promise.all(objects.map(async (object) => ({ object, resource, above: await gatherOwners(connection, object, levels - 1) })));
}

async function findType(connection: Connection, group: string, plural: string): Promise<ResourceType | undefined> {
  return (await readDiscovery(connection)).preferred.find((type) => type.group === group && type.plural === plural);
}

/** What sets replicas or resources by itself. Vertical ones only where their CRD is; both are optional. */
async function gatherAutoscalers(connection: Connection, object: KubeObject): Promise<Pick<OwnershipFacts, 'autoscalers' | 'unread'>> {
  const unread: MissingPermission[] = [];
  const { metadata } = object;
  const namespace = metadata['namespace'] === undefined ? undefined : String(metadata['namespace']);
  const vertical = await findType(connection, 'autoscaling.k8s.io', 'verticalpodautoscalers');
  // Those of the workload itself are among its own facts; one above it may drive its custom resource.
  const types = [...(controllerOwnerOf(object) ? [builtinTypes.horizontalpodautoscalers] : []), ...(vertical ? [vertical] : [])];
  const lists = await Promise.all(
    types.map(async (type) => {
      try {
        return (await listObjects(connection, type, { namespace })).items;
      } catch (error) {
        // A hint that is missing must not stop an undo: autoscaling/v2 is not everywhere, and not everybody may list it.
        if (isError(error, 'access.forbidden')) unread.push(...error.params.missing);
        else if (!isError(error, 'server.rejected')) throw error;
        return [];
      }
    }),
  );
  return { autoscalers: lists.flat(), unread };
}
