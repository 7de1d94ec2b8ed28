import { digestOf } from '../../core/digest.ts';
import { RetraceError } from '../../core/errors.ts';
import type { MissingPermission } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { imagesOf, templateDigest } from '../../formats/pod-template.ts';
import { diffTemplates } from '../../formats/template-diff.ts';
import { replicasOf, templateOf } from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { Ownership } from '../../ownership/judge.ts';
import { displayName } from '../../run/object-ref.ts';
import { note } from '../../run/notes.ts';
import type { Note } from '../../run/notes.ts';
import type { FieldChange, WorkloadTarget, RevisionRef, Step } from '../../run/plan.ts';
import { basisOf } from './basis.ts';
import { liveTemplate } from './facts.ts';
import { stepId } from './plan.ts';
import { noteOwners } from './traps.ts';

export interface WorkloadRevertInput {
  runId: string;
  /** The target as the run planned it. */
  planned: WorkloadTarget;
  live: KubeObject;
  /** What the run's writing steps found before they wrote, by step id; a step that did not come to write has none. */
  before: { template?: KubeObject | undefined; replicas?: KubeObject | undefined };
  /** Who writes it now. */
  ownership: Ownership;
  /** To look at what there is when the workload is neither. */
  planCommand: string;
}

export interface WorkloadRevert {
  target: WorkloadTarget;
  steps: Step[];
  /** What it leads back to first. */
  notes: Note[];
  needs: MissingPermission[];
}

/**
 * The inverse of a run on one workload: the template and replicas that it found. Nothing is awaited: the state before an
 * undo is the bad one and does not become ready.
 * @throws plan.stale when the workload is neither as the run left it nor as the run found it
 */
export function planWorkloadRevert({ runId, planned, live, before, ownership, planCommand }: WorkloadRevertInput): WorkloadRevert {
  const { object } = planned;
  const template = before.template && templateOf(before.template);
  const digest = template ? templateDigest(template) : undefined;
  const liveDigest = templateDigest(liveTemplate(live));
  if (template && liveDigest !== planned.to.templateDigest && liveDigest !== digest) {
    throw new RetraceError('plan.stale', { target: displayName(object), changed: ['template'], command: planCommand });
  }
  const replicas = before.replicas && replicasOf(before.replicas);
  const writesTemplate = template !== undefined && liveDigest !== digest;
  const writesReplicas = replicas !== undefined && replicas !== replicasOf(live);
  const to = revisionBefore(planned.from, template ?? liveTemplate(live));
  const basis = basisOf(live, writesTemplate ? template : undefined, { withReplicas: writesReplicas });
  const changes: FieldChange[] = [
    ...(writesTemplate ? diffTemplates(liveTemplate(live), template) : []),
    ...(writesReplicas ? [{ path: 'replicas', from: String(replicasOf(live)), to: String(replicas) }] : []),
  ];
  const step = (kind: string, params: JsonObject): Step => ({ id: stepId(kind, object), kind, target: object, params });
  const source = { source: 'pre-image', runId, stepId: stepId('patch-template', object), templateDigest: to.templateDigest, hash: to.hash, planCommand };
  // What was seen before the run is not how it stands now.
  const { seen: _seen, owners: _owners, ...target } = planned;
  const { owners } = ownership;
  const isNoop = !writesTemplate && !writesReplicas;
  return {
    target: { ...target, action: isNoop ? 'noop' : 'change', from: planned.to, to, chosenBy: 'before-run', changes, basis, basisDigest: digestOf(basis), ...(owners.length > 0 ? { owners } : {}) },
    steps: [
      ...(isNoop ? [] : [step('keep-evidence', {})]),
      ...(writesTemplate ? [step('patch-template', source)] : []),
      ...(writesReplicas ? [step('set-replicas', { from: replicasOf(live), to: replicas, planCommand })] : []),
    ],
    notes: [note('revert-is-bad', 'warning', { runId, target: displayName(object) }), ...noteOwners(displayName(object), ownership)],
    needs: isNoop ? [] : ['get', 'patch'].map((verb) => ({ verb, resource: object.resource, group: 'apps', namespace: object.namespace, name: object.name })),
  };
}

/** What the run went away from; without a revision object of its own, the template says what it was. */
function revisionBefore(from: RevisionRef | undefined, template: JsonObject): RevisionRef {
  const digest = templateDigest(template);
  if (from?.templateDigest === digest) return from;
  return { number: undefined, hash: '', name: '', templateDigest: digest, images: imagesOf(template), createdAt: undefined };
}
