import type { MissingPermission } from '../../core/errors.ts';
import { fieldAt } from '../../core/fields.ts';
import { templateDigest } from '../../formats/pod-template.ts';
import { isBeingDeleted, strategyOf } from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import { restartableKinds } from '../../ownership/judge-dependents.ts';
import type { Dependent } from '../../ownership/judge-dependents.ts';
import { displayName } from '../../run/object-ref.ts';
import { note } from '../../run/notes.ts';
import type { DependentNote, Note } from '../../run/notes.ts';
import type { Step } from '../../run/plan.ts';
import { liveTemplate } from './facts.ts';
import { stepId } from './plan.ts';
import { orderByService } from './restart-order.ts';

export interface RestartInput {
  dependents: readonly Dependent[];
  /** The workloads among them, as they were read. */
  workloads: readonly KubeObject[];
  /** Services of their namespaces. */
  services: readonly KubeObject[];
  /** `not-here`: this command restarts nobody, and only tells. */
  mode: 'auto' | 'never' | 'not-here';
  /** Restart here also what somebody above writes; never what a controller does. */
  withoutHold?: boolean | undefined;
  /** UIDs of workloads that get new pods by this plan anyway, or go with theirs. */
  replaced: ReadonlySet<string>;
  /** UIDs of workloads that this plan deletes and makes again around the same pods: what is there then has another uid. */
  remade?: ReadonlySet<string>;
  /** RFC 3339; the restart's mark. */
  restartedAt: string;
  /** For the commands: ` --context=prod`. */
  flagsForHints: string;
  /** To make the plan again: `kubectl rollback plan configmap/x -n monitoring`. */
  planCommand: string;
}

export interface RestartPlan {
  steps: Step[];
  notes: Note[];
  needs: MissingPermission[];
}

/**
 * Restarts of who uses a changed object and reads it only at its start, each once, in the order in which they read each
 * other; and for every user a note of what becomes of it. From facts alone.
 */
export function planRestarts(input: RestartInput): RestartPlan {
  const { dependents, workloads } = input;
  const judged = dependents.map((dependent) => ({ dependent, ...judge(dependent, input) }));
  const restarted = new Map(judged.filter(({ outcome }) => outcome === 'restarted').map(({ dependent }) => [dependent.object.uid, dependent]));
  const ordered = orderByService(workloads.filter(({ metadata }) => restarted.has(metadata.uid)), input.services);
  const notes = judged.flatMap(({ dependent, outcome, blocked }) => noteOf(dependent, outcome, blocked, input));
  return {
    steps: ordered.flatMap((workload) => stepsFor(restarted.get(workload.metadata.uid)!, workload, input)),
    notes,
    needs: ordered.flatMap((workload) => needsOf(restarted.get(workload.metadata.uid)!)),
  };
}

type Judged = Pick<DependentNote, 'outcome' | 'blocked'>;

function judge({ object, restart, uses, owners }: Dependent, { mode, withoutHold, replaced, remade, workloads }: RestartInput): Judged {
  if (replaced.has(object.uid)) return { outcome: 'replaced' };
  if (restart === 'perhaps') return { outcome: 'perhaps' };
  if (restart === 'not-needed') return { outcome: uses.every(({ reads }) => reads === 'later') ? 'later' : 'reads' };
  const live = workloads.find(({ metadata }) => metadata.uid === object.uid);
  if (!live || !restartableKinds.includes(object.kind)) return { outcome: 'blocked', blocked: 'no-controller' };
  // New pods come only when somebody deletes the old ones; a paused Deployment makes none (kubectl refuses it too).
  if (strategyOf(live) === 'OnDelete') return { outcome: 'blocked', blocked: 'on-delete' };
  if (fieldAt(live, 'spec', 'paused') === true || isBeingDeleted(live)) return { outcome: 'blocked', blocked: 'paused' };
  const isForbidden = owners.length > 0 && (!withoutHold || owners[0]?.kind === 'controller');
  if (isForbidden) return { outcome: 'blocked', blocked: 'owner' };
  if (remade?.has(object.uid)) return { outcome: 'blocked', blocked: 'not-here' };
  return mode === 'auto' ? { outcome: 'restarted' } : { outcome: 'blocked', blocked: mode };
}

/** One note a user; of its uses the one that decides. */
function noteOf({ object, uses, owners }: Dependent, outcome: DependentNote['outcome'], blocked: DependentNote['blocked'], { flagsForHints }: RestartInput): Note[] {
  const order = ['at-start', 'file', 'reloads', 'later'];
  const [deciding] = uses.toSorted((a, b) => order.indexOf(a.reads) - order.indexOf(b.reads));
  const { source, usedAs, because } = deciding!;
  const place = `${object.namespace === '' ? '' : ` -n ${object.namespace}`}${flagsForHints}`;
  const isRestartable = restartableKinds.includes(object.kind) && blocked !== 'on-delete';
  const wantsCommand = (outcome === 'blocked' && isRestartable) || (outcome === 'perhaps' && isRestartable);
  const [owner] = owners;
  return [
    note('dependent', outcome === 'blocked' ? 'warning' : 'info', {
      target: displayName(object),
      source: displayName(source),
      usedAs,
      because,
      outcome,
      ...(blocked === undefined ? {} : { blocked }),
      ...(owner === undefined ? {} : { owner: owner.name }),
      // The Prometheus Operator leaves the mark of a restart where it is (prometheus-operator pkg/k8s, propagateKubectlTemplateAnnotations).
      ...(wantsCommand ? { command: `kubectl rollout restart ${displayName(object)}${place}` } : {}),
    }),
  ];
}

function stepsFor({ object }: Dependent, workload: KubeObject, { restartedAt, planCommand }: RestartInput): Step[] {
  const step = (kind: string, params: Step['params']): Step => ({ id: stepId(kind, object), kind, target: object, params });
  return [
    step('keep-evidence', {}),
    step('restart', { restartedAt, beforeDigest: templateDigest(liveTemplate(workload)), planCommand }),
    step('wait-rollout', { restartedAt }),
  ];
}

function needsOf({ object: { resource, namespace, name } }: Dependent): MissingPermission[] {
  return [{ verb: 'patch', resource, group: 'apps', namespace, name }];
}
