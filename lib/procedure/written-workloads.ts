import type { MissingPermission } from '../core/errors.ts';
import { isTrueAt } from '../core/fields.ts';
import { templateDigest, templatesEqual } from '../formats/pod-template.ts';
import { replicasOf, templateOf } from '../formats/workload.ts';
import type { ObjectFacts } from '../layers/object/facts.ts';
import type { PlannedObject } from '../layers/object/plan.ts';
import { stepId } from '../layers/workload/plan.ts';
import { isRolledOut } from '../layers/workload/refusal.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import { displayName } from '../run/object-ref.ts';
import type { RunOptions, Step } from '../run/plan.ts';
import { isWritten } from '../run/plan.ts';
import { permissionsToObserve } from '../run/wait/observe.ts';

export interface FollowedWorkloads {
  /** Evidence of who is there, and the waits: before and after what is written. */
  steps: Step[];
  needs: MissingPermission[];
  notes: Note[];
  /** UIDs of those that get new pods, or go with theirs. */
  replaced: ReadonlySet<string>;
  /** UIDs of those that are made anew around the pods that they have. */
  remade: ReadonlySet<string>;
}

/**
 * What belongs to workloads that a plan over objects writes: logs and events that new pods destroy are kept first, and the
 * roll-out is awaited and repaired as after every other change, for an object that is as it was proves no pod.
 */
export function followWorkloads(planned: readonly PlannedObject[], options: RunOptions, flagsForHints: string): FollowedWorkloads {
  const workloads = planned.filter(({ target, facts }) => isWritten(target) && isRolledOut(facts.type));
  const changed = workloads.filter(changesPods);
  const known = changed.filter(({ target }) => target.object.uid !== '');
  // A paused Deployment makes no pods (kubernetes deployment/sync.go): it would be waited for in vain.
  const isPaused = ({ facts }: PlannedObject) => isTrueAt(facts.stored, 'spec', 'paused');
  const made = changed.filter(({ target }) => target.verb !== 'delete');
  const awaited = made.filter((one) => !isPaused(one));
  const keepsPods = ({ target, facts }: PlannedObject) => target.verb === 'recreate' && hasSameTemplate(facts);
  const uids = (some: readonly PlannedObject[]) => new Set(some.map(({ target }) => target.object.uid));
  return {
    steps: [
      ...known.map(({ target: { object } }): Step => ({ id: stepId('keep-evidence', object), kind: 'keep-evidence', target: object, params: {} })),
      ...awaited.map(({ target: { object, verb }, facts }): Step => ({ id: stepId('wait-rollout', object), kind: 'wait-rollout', target: verb === 'update' ? object : { ...object, uid: '' }, params: beforeOf(facts) })),
    ],
    needs: awaited.flatMap(({ target: { object } }) => [
      ...permissionsToObserve(object),
      ...(options.stuckPods === 'evict' ? [{ verb: 'create', resource: 'pods/eviction', group: '', namespace: object.namespace }] : []),
    ]),
    notes: made.filter(isPaused).map(({ target: { object } }) =>
      note('restore-not-awaited', 'warning', { target: displayName(object), command: `kubectl rollout resume ${displayName(object)} -n ${object.namespace}${flagsForHints}` })),
    replaced: uids(known.filter((one) => !keepsPods(one))),
    remade: uids(known.filter(keepsPods)),
  };
}

function changesPods({ target, facts: { live, stored } }: PlannedObject): boolean {
  if (target.verb !== 'update') return true;
  const isScaled = target.keepsReplicas !== true && replicasOf(live!) !== replicasOf(stored!);
  return isScaled || !hasSameTemplate({ live, stored });
}

function hasSameTemplate({ live, stored }: Pick<ObjectFacts, 'live' | 'stored'>): boolean {
  return templatesEqual(templateOf(live!) ?? {}, templateOf(stored!) ?? {});
}

/** What the wait must not find again: somebody above has put it back then. */
function beforeOf({ live, stored }: ObjectFacts): Step['params'] {
  return live && !hasSameTemplate({ live, stored }) ? { beforeDigest: templateDigest(templateOf(live) ?? {}) } : {};
}
