import { fieldAt, numberAt, objectAt, textAt, textsAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';

/** Readers of Deployment, StatefulSet and DaemonSet and of their revisions (ReplicaSet, ControllerRevision). */
const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** The pod template that a workload runs now; undefined for an object that has none. */
export function templateOf(workload: JsonObject): JsonObject | undefined {
  return objectAt(workload, 'spec', 'template');
}

/**
 * The pod template that a revision holds, as it can be written to the workload: of a ControllerRevision without `$patch`,
 * of a ReplicaSet without the controller's label `pod-template-hash`. The revision itself is left as it is.
 */
export function templateOfRevision(revision: JsonObject): JsonObject | undefined {
  const held = objectAt(revision, 'data', 'spec', 'template') ?? objectAt(revision, 'spec', 'template');
  if (!held) return undefined;
  const { $patch: _patch, ...template } = held;
  const labels = textsAt(template, 'metadata', 'labels');
  if (labels['pod-template-hash'] === undefined) return template;
  delete labels['pod-template-hash'];
  return { ...template, metadata: { ...objectAt(template, 'metadata'), labels } };
}

/**
 * Number as `kubectl rollout history` shows it. A ReplicaSet that the controller has not numbered yet has none, and one
 * whose annotation is no number is skipped, as in kubectl.
 */
export function revisionNumberOf(revision: JsonObject): number | undefined {
  const number = numberAt(revision, 'revision');
  if (number !== undefined) return number;
  const text = textAt(revision, 'metadata', 'annotations', revisionAnnotation);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The short hash that names a revision: `pod-template-hash` of a ReplicaSet, the hash of a ControllerRevision. */
export function revisionHashOf(revision: JsonObject): string {
  const labels = textsAt(revision, 'metadata', 'labels');
  const name = textAt(revision, 'metadata', 'name') ?? '';
  const label = labels['pod-template-hash'] ?? labels['controller.kubernetes.io/hash'] ?? labels['controller-revision-hash'];
  // A StatefulSet's label may hold the whole name.
  return (label ?? name).slice((label ?? name).lastIndexOf('-') + 1);
}

/** What somebody wrote into `kubernetes.io/change-cause`; empty text counts as nothing. */
export function changeCauseOf(revision: JsonObject): string | undefined {
  return textAt(revision, 'metadata', 'annotations', 'kubernetes.io/change-cause') || undefined;
}

/** The Deployment's replicas when this ReplicaSet was last scaled, from its annotation. */
export function desiredReplicasOf(replicaSet: JsonObject): number | undefined {
  const text = textAt(replicaSet, 'metadata', 'annotations', 'deployment.kubernetes.io/desired-replicas');
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function replicasOf(workload: JsonObject): number {
  return numberAt(workload, 'spec', 'replicas') ?? 1;
}

/** `RollingUpdate`, `OnDelete` or `Recreate`, with the API's default where the field is absent. */
export function strategyOf(workload: JsonObject): string {
  return textAt(workload, 'spec', 'updateStrategy', 'type') ?? textAt(workload, 'spec', 'strategy', 'type') ?? 'RollingUpdate';
}

/** Ordinals below it keep the revision that they have; 0 where there is none. */
export function partitionOf(workload: JsonObject): number {
  return numberAt(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
}

export function isParallel(workload: JsonObject): boolean {
  return textAt(workload, 'spec', 'podManagementPolicy') === 'Parallel';
}

export function firstOrdinalOf(workload: JsonObject): number {
  return numberAt(workload, 'spec', 'ordinals', 'start') ?? 0;
}

/** Seconds that a pod must be Ready before it counts as available. */
export function minReadySecondsOf(workload: JsonObject): number {
  return numberAt(workload, 'spec', 'minReadySeconds') ?? 0;
}

/** The object as `kubectl apply` last had it; undefined without the annotation, or when it is no JSON. */
export function lastAppliedOf(object: JsonObject): JsonObject | undefined {
  const text = textAt(object, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration');
  if (text === undefined) return undefined;
  try {
    return objectAt({ value: JSON.parse(text) as JsonObject }, 'value');
  } catch {
    // Somebody wrote it by hand; kubectl fails on it as well, and we only read from it.
    return undefined;
  }
}

/** True when a person applied the object with kubectl: the annotation is there, whatever it holds. */
export function isAppliedByKubectl(object: JsonObject): boolean {
  return fieldAt(object, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration') !== undefined;
}

export function isBeingDeleted(object: JsonObject): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== undefined;
}
