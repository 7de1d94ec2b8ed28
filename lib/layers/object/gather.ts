import { isError } from '../../core/errors.ts';
import type { MissingPermission } from '../../core/permission.ts';
import { textAt } from '../../core/fields.ts';
import { controllerOwnerOf } from '../../formats/owner-reference.ts';
import { ownerMarksOf } from '../../formats/owner-marks.ts';
import { findTypeOfObject, readDiscovery } from '../../kube/discovery.ts';
import { builtinTypes } from '../../kube/paths.ts';
import { rememberReads } from '../../kube/remembered.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import { gatherOwners } from '../../ownership/gather.ts';
import { judgeOwnership } from '../../ownership/judge.ts';
import type { Ownership } from '../../ownership/judge.ts';
import type { ObjectFacts } from './facts.ts';
import { keyOf, keyOfObject, listType, readLive, refTo } from './read-live.ts';

export interface GatherRequest {
  /** The objects as they are to be. */
  stored: readonly KubeObject[];
  /** Types as they were when the objects were captured: for those that the server does not serve yet. */
  knownTypes: readonly { apiVersion: string; kind: string; resource: string; namespaced: boolean }[];
  isNamed: boolean;
  /** Where to look for what was added since; left out: not looked for. */
  added?: { types: readonly { apiVersion: string; kind: string }[]; namespaces: readonly string[] | undefined; labelSelector: string | undefined };
  flagsForHints: string;
}

export interface Gathered {
  facts: ObjectFacts[];
  added: ObjectFacts[];
  unread: MissingPermission[];
}

/**
 * Everything that a restore of these objects is decided by: one list a kind and namespace, one for the autoscalers, and what it takes to
 * know the owners, each asked for once.
 */
export async function gatherObjects(connection: Connection, request: GatherRequest): Promise<Gathered> {
  const remembering = rememberReads(connection);
  const unread: MissingPermission[] = [];
  const { stored } = request;
  const typed = await Promise.all(stored.map(async (object) => ({ object, ...(await findType(remembering, object, request)) })));
  const refs = typed.filter(({ isServed, type }) => isServed && type.verbs.length > 0).map(({ type, object }) => refTo(type, object, ''));
  const [live, scaled, addedFound] = await Promise.all([
    readLive(connection, refs),
    gatherScaled(connection, stored, unread),
    request.added ? listAdded(remembering, request.added, stored, unread) : [],
  ]);
  const factsOf = async (type: ResourceType, isServed: boolean, object: KubeObject | undefined, now: KubeObject | undefined): Promise<ObjectFacts> => {
    const ownership = await gatherOwnership(remembering, (now ?? object)!, request.flagsForHints);
    unread.push(...(ownership?.unread ?? []));
    return { type, isServed, stored: object, live: now, isNamed: request.isNamed, ownership, isScaled: scaled.has(keyOfObject((object ?? now)!)) };
  };
  const facts = await Promise.all(typed.map(({ object, type, isServed }) => factsOf(type, isServed, object, live.get(keyOf(refTo(type, object, ''))))));
  const added = await Promise.all(addedFound.map(({ type, object }) => factsOf(type, true, undefined, object)));
  return { facts, added, unread };
}

/** In the version that the object was captured in, else in the preferred one; a CRD among the objects makes its type served in time. */
async function findType(connection: Connection, object: KubeObject, { stored, knownTypes }: GatherRequest): Promise<{ type: ResourceType; isServed: boolean }> {
  const served = await findTypeOfObject(connection, object);
  if (served) return { type: served, isServed: true };
  const known = knownTypes.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
  const [version = '', group = ''] = object.apiVersion.split('/').reverse();
  const type = { group, version, kind: object.kind, plural: known?.resource ?? `${object.kind.toLowerCase()}s`, singular: object.kind.toLowerCase(), shortNames: [], namespaced: known?.namespaced ?? object.metadata['namespace'] !== undefined, verbs: [] };
  const isComing = stored.some((one) => one.kind === 'CustomResourceDefinition' && textAt(one, 'spec', 'group') === group && textAt(one, 'spec', 'names', 'kind') === object.kind);
  return { type, isServed: isComing };
}

/** Nobody above it, or a controller, which is judged by the reference alone: nothing to ask. */
async function gatherOwnership(connection: Connection, object: KubeObject, flagsForHints: string): Promise<Ownership | undefined> {
  if (controllerOwnerOf(object) || ownerMarksOf(object).length === 0) return undefined;
  return judgeOwnership({ object, owners: await gatherOwners(connection, object), autoscalers: [], unread: [] }, flagsForHints);
}

const scaledKinds = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'];

/** Keys of the workloads whose replicas an autoscaler sets. */
async function gatherScaled(connection: Connection, stored: readonly KubeObject[], unread: MissingPermission[]): Promise<Set<string>> {
  const workloads = stored.filter(({ kind }) => scaledKinds.includes(kind));
  if (workloads.length === 0) return new Set();
  const namespaces = [...new Set(workloads.map(({ metadata }) => String(metadata['namespace'] ?? '')))];
  try {
    const autoscalers = await listType(connection, builtinTypes.horizontalpodautoscalers, namespaces);
    const isScaled = ({ kind, metadata }: KubeObject) =>
      autoscalers.some((one) => one.metadata['namespace'] === metadata['namespace'] && textAt(one, 'spec', 'scaleTargetRef', 'kind') === kind && textAt(one, 'spec', 'scaleTargetRef', 'name') === metadata.name);
    return new Set(workloads.filter(isScaled).map(keyOfObject));
  } catch (error) {
    if (!isError(error, 'access.forbidden')) throw error;
    unread.push(...error.params.missing);
    return new Set();
  }
}

async function listAdded(connection: Connection, { types, namespaces, labelSelector }: NonNullable<GatherRequest['added']>, stored: readonly KubeObject[], unread: MissingPermission[]): Promise<{ type: ResourceType; object: KubeObject }[]> {
  const known = new Set(stored.map(keyOfObject));
  const { all } = await readDiscovery(connection);
  const lists = await Promise.all(
    types.map(async ({ apiVersion, kind }) => {
      const type = all.find((one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion);
      if (!type) return [];
      try {
        const objects = await listType(connection, type, namespaces ?? [''], labelSelector);
        return objects.filter((object) => !known.has(keyOfObject(object))).map((object) => ({ type, object }));
      } catch (error) {
        // What may not be listed stays as it is: told, and no reason to leave the rest undone.
        if (!isError(error, 'access.forbidden')) throw error;
        unread.push(...error.params.missing);
        return [];
      }
    }),
  );
  return lists.flat();
}
