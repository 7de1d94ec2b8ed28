import type { MissingPermission } from '../core/errors.ts';
import { isTrueAt } from '../core/fields.ts';
import { templatesEqual } from '../formats/pod-template.ts';
import { replicasOf, templateOf } from '../formats/workload.ts';
import type { PlannedObject } from '../layers/object/plan.ts';
import { stepId } from '../layers/workload/plan.ts';
import { isRolledOut } from '../layers/workload/refusal.ts';
import type { RunOptions, Step } from '../run/plan.ts';
import { isWritten } from '../run/plan.ts';
import { permissionsToObserve } from '../run/wait/observe.ts';

export interface FollowedWorkloads {
  /** Evidence of who is there, and the waits: before and after what is written. */
  steps: Step[];
  needs: MissingPermission[];
  /** UIDs of those that get new pods. */
  replaced: ReadonlySet<string>;
}

/**
 * What belongs to workloads that a plan over objects writes: logs and events that new pods destroy are kept first, and the
 * roll-out is awaited and repaired as after every other change, for an object that is as it was proves no pod.
 */
export function followWorkloads(planned: readonly PlannedObject[], options: RunOptions): FollowedWorkloads {
  const workloads = planned.filter(({ target, facts }) => isWritten(target) && isRolledOut(facts.type));
  const changed = workloads.filter(changesPods);
  const known = changed.filter(({ target }) => target.object.uid !== '');
  const awaited = changed.filter(({ target, facts }) => target.verb !== 'delete' && !isTrueAt(facts.stored, 'spec', 'paused'));
  return {
    steps: [
      ...known.map(({ target: { object } }): Step => ({ id: stepId('keep-evidence', object), kind: 'keep-evidence', target: object, params: {} })),
      ...awaited.map(({ target: { object, verb } }): Step => ({ id: stepId('wait-rollout', object), kind: 'wait-rollout', target: verb === 'update' ? object : { ...object, uid: '' }, params: {} })),
    ],
    needs: awaited.flatMap(({ target: { object } }) => [
      ...permissionsToObserve(object),
      ...(options.stuckPods === 'evict' ? [{ verb: 'create', resource: 'pods/eviction', group: '', namespace: object.namespace }] : []),
    ]),
    replaced: new Set(known.map(({ target }) => target.object.uid)),
  };
}

function changesPods({ target, facts: { live, stored } }: PlannedObject): boolean {
  if (target.verb !== 'update') return true;
  const isScaled = target.keepsReplicas !== true && replicasOf(live!) !== replicasOf(stored!);
  return isScaled || !templatesEqual(templateOf(live!) ?? {}, templateOf(stored!) ?? {});
}
