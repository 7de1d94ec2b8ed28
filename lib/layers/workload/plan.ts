import { digestOf } from '../../core/digest.ts';
import { numberAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import type { MissingPermission } from '../../core/errors.ts';
import { imagesOf, templateDigest } from '../../formats/pod-template.ts';
import { diffTemplates } from '../../formats/template-diff.ts';
import { minReadySecondsOf, replicasOf } from '../../formats/workload.ts';
import type { Ownership } from '../../ownership/judge.ts';
import { displayName, refOf as objectRefOf } from '../../run/object-ref.ts';
import { note } from '../../run/notes.ts';
import type { Note } from '../../run/notes.ts';
import type { FieldChange, ObjectRef, Plan, WorkloadTarget, RevisionRef, RunOptions, Step } from '../../run/plan.ts';
import { basisOf } from './basis.ts';
import { chooseRevision } from './choose.ts';
import type { ChosenRevision, RevisionChoice } from './choose.ts';
import { liveTemplate, templateOfNamed } from './facts.ts';
import type { LeftRevision, ReferenceFact, WorkloadFacts } from './facts.ts';
import { refuseMissingReferences, refuseOwned, refuseTarget } from './refusal.ts';
import { noteReplicas, noteScaleDown, readReplicas, resolveReplicas } from './replicas.ts';
import { labelOf, listRevisions, refOf } from './revisions.ts';
import { describeState } from './seen.ts';
import { namesOf, stuckPodsOf } from './stuck-pods.ts';
import { noteOwners, noteReferences, noteStrategy, noteStuckPods, noteWriters } from './traps.ts';

export interface WorkloadPlanInput {
  facts: WorkloadFacts;
  /** Of the template to go to; see `gatherReferences`. */
  references: ReferenceFact[];
  choice: RevisionChoice;
  replicas?: number | 'previous' | undefined;
  options: RunOptions;
  /** Revisions that earlier runs went away from. */
  left: LeftRevision[];
  /** The server's time. */
  now: Date;
  /** The person's own flags, for the commands in messages: ` -n monitoring`. */
  flagsForHints: string;
  ownership: Ownership;
  /** Do it here although somebody above the target will put it back. */
  withoutHold?: boolean | undefined;
}

/** This target's part of a plan. */
export interface WorkloadPlan {
  target: WorkloadTarget;
  /** Without those of the run as a whole. */
  steps: Step[];
  notes: Note[];
  confirmation: Plan['confirmation'];
  /** What the run must be allowed to do. */
  needs: MissingPermission[];
}

/**
 * Plans the undo of one workload, from facts alone.
 * @throws target.owned, kind.unsupported, target.deleted, target.paused, history.empty, revision.not-found,
 *   revision.nothing-to-go-back-to, references.missing, replicas.unknown-previous
 */
export function planWorkload(input: WorkloadPlanInput): WorkloadPlan {
  const { facts, options, flagsForHints } = input;
  refuseOwned(facts, input.ownership, input);
  refuseTarget(facts, flagsForHints);
  const entries = listRevisions(facts, input.now, input.left);
  const chosen = chooseRevision(entries, facts, input.choice);
  const { to } = chosen;
  const template = templateOfNamed(facts, to.name) ?? {};
  const known = readReplicas(facts, to);
  const replicas = resolveReplicas(facts, known, input.replicas);
  const action = chosen.action === 'noop' && replicas !== undefined ? 'change' : chosen.action;
  if (action !== 'noop') refuseMissingReferences(facts, template, input.references, labelOf(to));

  const current = entries.find((entry) => entry.current);
  const stuck = action === 'noop' ? [] : stuckPodsOf(facts, to);
  const scaleDown = replicas === undefined ? undefined : noteScaleDown(facts, replicas);
  const object = objectRefOf(facts.type, facts.object);
  const { owners } = input.ownership;
  const notes = [
    ...noteChoice(chosen),
    ...(chosen.action === 'repair' ? [note('repair-only', 'info', { pods: namesOf(stuck) })] : []),
    ...(action === 'noop' ? [] : [...noteStrategy(facts, to), ...noteStuckPods(facts, stuck, options)]),
    ...(chosen.action === 'change' ? [...noteReferences(template, input.references, to, entries), ...noteWriters(facts, template, input.ownership)] : []),
    ...(action === 'noop' ? [] : noteOwners(displayName(object), input.ownership)),
    ...(replicas === undefined ? noteReplicas(facts, known, current) : []),
    ...(replicas !== undefined && known.drivenBy ? [note('replicas-driven', 'warning', known.drivenBy)] : []),
    ...(scaleDown ? [scaleDown] : []),
  ];
  const basis = basisOf(facts.object, template, { withReplicas: replicas !== undefined });
  return {
    target: {
      object,
      layer: 'workload',
      action,
      from: current ? refOf(current) : unnumbered(facts),
      to: refOf(to),
      chosenBy: chosen.rule,
      changes: [...(chosen.action === 'change' ? diffTemplates(liveTemplate(facts.object), template) : []), ...replicaChange(facts, replicas)],
      ...(owners.length > 0 ? { owners } : {}),
      seen: describeState(facts, input.ownership),
      basisDigest: digestOf(basis),
      basis,
    },
    steps: stepsFor(object, facts, chosen, action, replicas, flagsForHints),
    notes,
    confirmation: scaleDown?.params.whenScaled === 'Delete' ? { kind: 'type-name', name: object.name, because: scaleDown } : { kind: 'yes' },
    needs: action === 'noop' ? [] : permissionsFor(object, facts, { writes: action === 'change', revision: chosen.action === 'change' ? to.name : undefined }, options),
  };
}

/** The live template when the controller has not made a revision of it yet. */
function unnumbered(facts: WorkloadFacts): RevisionRef {
  const template = liveTemplate(facts.object);
  return { number: undefined, hash: '', name: '', templateDigest: templateDigest(template), images: imagesOf(template), createdAt: undefined };
}

function noteChoice({ to, rule, action, previous, ruled }: ChosenRevision): Note[] {
  const notes: Note[] = [];
  if (action === 'change' && rule !== 'asked' && previous && previous.name !== to.name) {
    notes.push(note('previous-differs', 'info', { previous: labelOf(previous), chosen: labelOf(to) }));
  }
  if (ruled && ruled.name !== to.name) {
    notes.push(note('rule-differs', 'warning', { previous: labelOf(to), ruled: labelOf(ruled) }));
  }
  if (to.left) {
    notes.push(note('goes-back-to-left', 'warning', { revision: labelOf(to), ...(to.leftByRun === undefined ? {} : { runId: to.leftByRun }) }));
  }
  return notes;
}

function replicaChange(facts: WorkloadFacts, replicas: number | undefined): FieldChange[] {
  return replicas === undefined ? [] : [{ path: 'replicas', from: String(replicasOf(facts.object)), to: String(replicas) }];
}

/**
 * Evidence, template, replicas, wait. Replicas come after the template, whichever way they go: pods that a larger number
 * adds are made from the good template, and a smaller number takes no healthy pod away while the bad one is in force.
 */
function stepsFor(
  object: ObjectRef,
  facts: WorkloadFacts,
  { to, action: templateAction }: ChosenRevision,
  action: WorkloadTarget['action'],
  replicas: number | undefined,
  flagsForHints: string,
): Step[] {
  if (action === 'noop') return [];
  const step = (kind: string, params: JsonObject): Step => ({ id: stepId(kind, object), kind, target: object, params });
  const planCommand = `kubectl rollback plan ${displayName(object)}${flagsForHints}`;
  const revision = { revisionName: to.name, hash: to.hash, templateDigest: to.templateDigest };
  const generation = numberAt(facts.object, 'metadata', 'generation') ?? null;
  const beforeDigest = templateDigest(liveTemplate(facts.object));
  return [
    step('keep-evidence', {}),
    ...(templateAction === 'change' ? [step('patch-template', { source: 'revision', ...revision, beforeDigest, generation, planCommand })] : []),
    ...(replicas === undefined ? [] : [step('set-replicas', { from: replicasOf(facts.object), to: replicas, planCommand })]),
    step('wait-rollout', { ...revision, minReadySeconds: minReadySecondsOf(facts.object) }),
  ];
}

/** Unique in a plan, also in one over several namespaces, and usable as a file name: pre-images are kept under it. */
export function stepId(kind: string, object: Pick<ObjectRef, 'namespace' | 'kind' | 'name'>): string {
  return `${kind}.${object.namespace}.${object.kind.toLowerCase()}.${object.name}`;
}

function permissionsFor(object: ObjectRef, facts: WorkloadFacts, { writes, revision }: { writes: boolean; revision: string | undefined }, options: RunOptions): MissingPermission[] {
  const { namespace, name, resource } = object;
  const group = facts.type.group;
  const revisions = facts.type.kind === 'Deployment' ? 'replicasets' : 'controllerrevisions';
  const replacesPods = facts.type.kind === 'StatefulSet' || stuckPodsOf(facts, { name: '', hash: '' }).length > 0;
  return [
    ...(writes ? [{ verb: 'get', resource, group, namespace, name }, { verb: 'patch', resource, group, namespace, name }] : []),
    ...(revision === undefined ? [] : [{ verb: 'get', resource: revisions, group, namespace, name: revision }]),
    ...(replacesPods && options.stuckPods === 'evict' ? [{ verb: 'create', resource: 'pods/eviction', group: '', namespace }] : []),
    ...(replacesPods && options.stuckPods === 'delete' ? [{ verb: 'delete', resource: 'pods', group: '', namespace }] : []),
  ];
}
