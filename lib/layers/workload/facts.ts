import { objectAt } from '../../core/fields.ts';
import type { MissingPermission } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { templateOfRevision } from '../../formats/workload.ts';
import type { KubeObject, ResourceType } from '../../kube/types.ts';
import { displayName } from '../../run/object-ref.ts';

/** What was seen of a workload, as plain JSON: nothing is interpreted, so that a recording of it is a test. */
export interface WorkloadFacts {
  type: ResourceType;
  object: KubeObject;
  /** ReplicaSets or ControllerRevisions that the object controls. */
  revisions: KubeObject[];
  /** Pods that the object or one of its ReplicaSets controls. */
  pods: KubeObject[];
  /** HorizontalPodAutoscalers that scale the object. */
  autoscalers: KubeObject[];
  /** PodDisruptionBudgets of the namespace. */
  budgets: KubeObject[];
  /** Names of the PersistentVolumeClaims of the namespace. */
  claims: string[];
  /** As `v1.36.3`; undefined when it could not be read. */
  serverVersion: string | undefined;
  /** What could not be looked at; the plan goes on without it. */
  unread: UnreadFact[];
}

export interface UnreadFact {
  what: 'autoscalers' | 'budgets' | 'claims' | 'serverVersion';
  missing: MissingPermission[];
}

/** Whether an object that a template needs is there: who wrote it when, and nothing of its content. */
export interface ReferenceFact {
  kind: string;
  name: string;
  state: 'found' | 'missing' | 'unknown';
  metadata?: JsonObject;
  /** Why it is unknown. */
  missing?: MissingPermission[];
}

/** A revision that an earlier run went away from. */
export interface LeftRevision {
  /** UID of the workload. */
  uid: string;
  hash: string;
  runId?: string;
}

/** How a person writes the workload: `statefulset/thanos-receive`. */
export function targetText({ type, object }: Pick<WorkloadFacts, 'type' | 'object'>): string {
  return displayName({ kind: type.kind, name: object.metadata.name });
}

export function namespaceOf(object: KubeObject): string {
  return String(object.metadata['namespace'] ?? '');
}

/** The pod template of a revision by its object's name; undefined when it is not among the facts. */
export function templateOfNamed(facts: WorkloadFacts, revisionName: string): JsonObject | undefined {
  const found = facts.revisions.find((revision) => revision.metadata.name === revisionName);
  return found && templateOfRevision(found);
}

/** The pod template that runs now; an object without one has an empty one. */
export function liveTemplate(object: JsonObject): JsonObject {
  return objectAt(object, 'spec', 'template') ?? {};
}
