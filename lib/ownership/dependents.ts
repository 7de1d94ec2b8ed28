import { isError } from '../core/errors.ts';
import type { MissingPermission } from '../core/permission.ts';
import { objectsAt, textAt } from '../core/fields.ts';
import { controllerOwnerOf } from '../formats/owner-reference.ts';
import { readDiscovery } from '../kube/discovery.ts';
import { listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import { gatherOwners } from './gather.ts';
import { judgeOwnership } from './judge.ts';
import { hasReloaderAnnotation, judgeDependents } from './judge-dependents.ts';
import type { Dependent, DependentFacts, SourceObject, UserFact } from './judge-dependents.ts';

export interface Dependents {
  dependents: Dependent[];
  /** The workloads among them, as they were read. */
  workloads: KubeObject[];
  /** What may not be looked at: there may be others. */
  unread: MissingPermission[];
}

/**
 * Who uses these ConfigMaps and Secrets, how, and who has to be started again to see new content. Three round trips' time
 * (discovery, lists, owners of who needs a restart), however many sources there are; all lists go out together. The owner
 * of a workload is looked up only where it matters: when a restart is, or may be, needed.
 * @throws server.* when the API server cannot be reached; what may not be read is `unread`
 */
export async function findDependents(connection: Connection, sources: readonly SourceObject[]): Promise<Dependents> {
  if (sources.length === 0) return { dependents: [], workloads: [], unread: [] };
  const facts = await gatherDependents(connection, sources);
  const found = judgeDependents(facts, sources);
  const byUid = new Map(facts.workloads.map(({ object }) => [object.metadata.uid, object]));
  const dependents = await Promise.all(found.map(async (dependent) => {
    const object = byUid.get(dependent.object.uid);
    if (!object || dependent.restart === 'not-needed') return dependent;
    const { owners } = judgeOwnership({ object, owners: await gatherOwners(connection, object), autoscalers: [], unread: [] }, connection.flagsForHints);
    return { ...dependent, owners };
  }));
  const workloads = dependents.flatMap(({ object }) => byUid.get(object.uid) ?? []);
  return { dependents, workloads, unread: facts.unread };
}

const workloadTypes = [builtinTypes.deployments, builtinTypes.statefulsets, builtinTypes.daemonsets];
const listedControllers = [...workloadTypes.map(({ kind }) => kind), 'ReplicaSet', 'Job'];

/** All that may name one of the sources: reads only. */
export async function gatherDependents(connection: Connection, sources: readonly SourceObject[]): Promise<DependentFacts> {
  const { preferred } = await readDiscovery(connection);
  const served = (group: string, ...plurals: string[]) => preferred.filter((type) => type.group === group && plurals.includes(type.plural));
  const unread: MissingPermission[] = [];
  const list = async (type: ResourceType, namespace?: string): Promise<UserFact[]> => {
    try {
      return (await listObjects(connection, type, { namespace })).items.map((object) => ({ object, resource: type.plural }));
    } catch (error) {
      if (!isError(error, 'access.forbidden')) throw error;
      unread.push(...error.params.missing);
      return [];
    }
  };
  const resourceTypes = preferred.filter(({ group, plural, verbs }) => group === 'monitoring.coreos.com' && plural !== 'prometheusrules' && verbs.includes('list'));
  const otherTypes = [...served('networking.k8s.io', 'ingresses'), ...served('', 'serviceaccounts')];
  const isSecret = sources.some(({ kind }) => kind === 'Secret');
  const namespaces = [...new Set(sources.map(({ namespace }) => namespace))];
  const inEach = async (types: readonly ResourceType[]) => (await Promise.all(namespaces.flatMap((namespace) => types.map((type) => list(type, namespace))))).flat();
  const [workloads, pods, resources, others, volumes] = await Promise.all([
    inEach([...workloadTypes, ...served('batch', 'cronjobs')]),
    inEach([builtinTypes.pods]),
    inEach(resourceTypes),
    isSecret ? inEach(otherTypes) : [],
    isSecret ? Promise.all(served('', 'persistentvolumes').map((type) => list(type))).then((lists) => lists.flat()) : [],
  ]);
  const reloader = workloads.some(({ object }) => hasReloaderAnnotation(object)) ? await findReloader(connection) : 'absent';
  return { workloads: [...workloads, ...pods.filter(isAlone)], resources, others: [...others, ...volumes], reloader, unread };
}

/** A pod that no listed workload makes: without an owner, or of an operator that makes pods itself. */
function isAlone({ object }: UserFact): boolean {
  return !listedControllers.includes(controllerOwnerOf(object)?.kind ?? '');
}

/** Reloader runs once for the cluster, in any namespace; what it is called is up to who installed it, its image is not. */
async function findReloader(connection: Connection): Promise<DependentFacts['reloader']> {
  try {
    const { items } = await listObjects(connection, builtinTypes.deployments);
    const isReloader = (image: string) => /stakater\/reloader(?:[:@]|$)/.test(image);
    return items.some((object) => objectsAt(object, 'spec', 'template', 'spec', 'containers').some((container) => isReloader(textAt(container, 'image') ?? ''))) ? 'runs' : 'absent';
  } catch (error) {
    if (isError(error, 'access.forbidden')) return 'unknown';
    throw error;
  }
}
