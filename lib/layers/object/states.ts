import type { ErrorCode } from '../../core/errors.ts';
import { objectAt, textAt, textsAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { diffObjects } from '../../formats/object-diff.ts';
import { lastAppliedOf } from '../../formats/workload.ts';
import { apiVersionOf } from '../../kube/paths.ts';
import type { KubeObject, ResourceType } from '../../kube/types.ts';
import type { WantedSource } from '../../run/plan.ts';
import { groupOf } from '../../snapshot/restore/immutable.ts';
import type { StateCandidate } from './candidates.ts';

/** A state of an object as it was found somewhere, not yet compared with what is live. */
export interface StateFact {
  source: WantedSource;
  /** RFC 3339. */
  at: string | undefined;
  isVerified: boolean;
  /** The object as it was; of a manifest, laid over the live one. */
  stored: KubeObject;
}

/** A place that may hold a state and could not be looked at. */
export interface StateGap {
  /** `snapshot:s-20261122-0250`, `helm release kps`. */
  what: string;
  why: ErrorCode;
}

/** True for the same object, whatever its version: group, kind, namespace and name. */
export function isSameObject(a: JsonObject, b: JsonObject): boolean {
  const key = (object: JsonObject) => [groupOf(object), textAt(object, 'kind') ?? '', textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? ''].join('|');
  return key(a) === key(b);
}

/** Stands for an object that is not there (any more): it has no uid. */
export function goneObject(type: ResourceType, namespace: string | undefined, name: string): KubeObject {
  const metadata = { name, uid: '', resourceVersion: '', creationTimestamp: '', ...(type.namespaced && namespace !== undefined ? { namespace } : {}) };
  return { apiVersion: apiVersionOf(type), kind: type.kind, metadata };
}

export function isGone({ metadata }: KubeObject): boolean {
  return metadata.uid === '';
}

/**
 * A manifest laid over the live object: what the manifest does not say of labels and annotations is not its own, and stays; all else
 * is as the manifest says, which may be less than what is live.
 */
export function layOver(manifest: JsonObject, live: KubeObject): KubeObject {
  const { status, metadata } = live;
  const merged = (key: 'labels' | 'annotations') => ({ ...objectAt(metadata, key), ...textsAt(manifest, 'metadata', key) });
  const { metadata: _metadata, status: _status, ...rest } = manifest;
  return {
    ...rest,
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { ...metadata, labels: merged('labels'), annotations: merged('annotations') },
    ...(status === undefined ? {} : { status }),
  } as KubeObject;
}

/** What `kubectl apply` wrote last; undefined where nobody applied the object, or in another version than is served now. */
export function lastAppliedState(live: KubeObject): StateFact | undefined {
  const manifest = lastAppliedOf(live);
  if (!manifest || textAt(manifest, 'apiVersion') !== live.apiVersion) return undefined;
  // Exactly one manager writes the annotation, and its time is of its latest write.
  const at = timeOfManager(live, 'kubectl-client-side-apply');
  return { source: { kind: 'last-applied' }, at, isVerified: false, stored: layOver(manifest, live) };
}

function timeOfManager(live: KubeObject, manager: string): string | undefined {
  const entries = live.metadata['managedFields'];
  const found = (Array.isArray(entries) ? entries : []).find((entry) => textAt(entry, 'manager') === manager);
  return textAt(found, 'time');
}

/**
 * States as candidates: compared with what is live and with each other by what a person would see differ.
 * @param states `stored` as the server would keep it, defaults filled in
 */
export function compareStates(live: KubeObject, states: readonly StateFact[]): StateCandidate[] {
  const kinds: KubeObject[] = [];
  return states.map(({ source, at, isVerified, stored }) => {
    const changes = diffObjects(isGone(live) ? undefined : live, stored);
    let kind = kinds.findIndex((one) => diffObjects(one, stored).length === 0);
    if (kind < 0) kind = kinds.push(stored) - 1;
    return { source, at, isVerified, wanted: stored, digest: String(kind), isLive: changes.length === 0, changes };
  });
}
