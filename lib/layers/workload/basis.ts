import { digestOf } from '../../core/digest.ts';
import { fieldAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { templateDigest } from '../../formats/pod-template.ts';
import { ownerMarksOf } from '../../formats/owner-marks.ts';
import { replicasOf } from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import { liveTemplate } from './facts.ts';

/** Names of the fields that a plan is based on. */
export type BasisField = 'uid' | 'template' | 'replicas' | 'paused' | 'updateStrategy' | 'targetRevision' | 'owner';

/**
 * Digests of what a plan for a workload is based on, one a field, so that a stale plan can say what changed.
 * Used when the plan is made and again before it is carried out. resourceVersion and generation are not in it: status
 * writes of a crash loop move the one, and a change of anything else moves the other.
 * @param revisionTemplate the template to go to; left out where no template is written (repair)
 */
export function basisOf(
  object: KubeObject,
  revisionTemplate: JsonObject | undefined,
  { withReplicas }: { withReplicas: boolean },
): Record<string, string> {
  const strategy = fieldAt(object, 'spec', 'updateStrategy') ?? fieldAt(object, 'spec', 'strategy') ?? null;
  return {
    uid: digestOf(object.metadata.uid),
    template: templateDigest(liveTemplate(object)),
    paused: digestOf(fieldAt(object, 'spec', 'paused') === true),
    updateStrategy: digestOf(strategy),
    owner: digestOf(ownerMarksOf(object)),
    ...(withReplicas ? { replicas: digestOf(replicasOf(object)) } : {}),
    ...(revisionTemplate ? { targetRevision: templateDigest(revisionTemplate) } : {}),
  };
}

/** Fields of the plan's basis that are no longer as planned; a field that was not looked at now is left out. */
export function changedFields(planned: Record<string, string>, now: Record<string, string>): string[] {
  return Object.keys(planned).filter((field) => now[field] !== undefined && now[field] !== planned[field]);
}
