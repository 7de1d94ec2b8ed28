import { dirname, join } from 'node:path';
import { RetraceError } from '../../../core/errors.ts';
import { textAt } from '../../../core/fields.ts';
import type { JsonObject } from '../../../core/json.ts';
import { templateDigest } from '../../../formats/pod-template.ts';
import { templateOf, templateOfRevision } from '../../../formats/workload.ts';
import { getObject } from '../../../kube/objects.ts';
import { builtinTypes } from '../../../kube/paths.ts';
import type { JsonPatchOperation, KubeObject } from '../../../kube/types.ts';
import { displayName } from '../../../run/object-ref.ts';
import type { ObjectRef, Plan, Step } from '../../../run/plan.ts';
import { readPreImage } from '../../../run/pre-image.ts';
import type { StepEnvironment, StepKind } from '../../../run/step-kind.ts';
import { basisOf, changedFields } from '../basis.ts';
import { liveTemplate } from '../facts.ts';
import { readTarget, resultOf, writeGuarded } from './guarded-write.ts';

/**
 * Writes the pod template of a revision, and nothing else: annotations stay as they are, other than with
 * `kubectl rollout undo`, which replaces them all by those of the old ReplicaSet.
 *
 * Params: `source` is `revision` (with `revisionName`) or `pre-image` (with `runId` and `stepId`: what that run's step
 * found before it wrote); `templateDigest` of the template to write; `planCommand` for the message of a stale plan.
 */
export const patchTemplate: StepKind = {
  kind: 'patch-template',

  async isDone(step, { connection }) {
    const live = await readTarget(connection, step.target!);
    return isDone(step, live) ? resultOf(live) : undefined;
  },

  async run(step, environment) {
    const target = step.target!;
    let template: JsonObject | undefined;
    const found = await readTemplate(step, environment);
    const written = await writeGuarded({
      connection: environment.connection,
      target,
      isDone: (live) => isDone(step, live),
      refuseStale(live) {
        template = checkTemplate(step, found);
        refuseStale(step, live, template, environment.plan);
      },
      beforeWrite: (live) => environment.savePreImage(live),
      patchFor: (live) => templatePatch(live, template!),
    });
    return resultOf(written, { revisionName: textAt(step.params, 'revisionName') ?? null });
  },
};

function isDone(step: Step, live: KubeObject): boolean {
  return templateDigest(liveTemplate(live)) === step.params['templateDigest'];
}

/**
 * Replaces the template, of exactly this object in exactly this state. The generation does not move with the status, but
 * a Deployment's does with its annotations (apps/deployment strategy PrepareForUpdate): then the write is tried again.
 */
export function templatePatch(live: KubeObject, template: JsonObject): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: live.metadata.uid },
    { op: 'test', path: '/metadata/generation', value: live.metadata['generation'] ?? 1 },
    { op: 'replace', path: '/spec/template', value: template },
  ];
}

async function readTemplate(step: Step, environment: StepEnvironment): Promise<JsonObject | undefined> {
  return step.params['source'] === 'pre-image' ? readFromPreImage(step, environment) : readFromRevision(step, environment);
}

async function readFromRevision(step: Step, { connection }: StepEnvironment): Promise<JsonObject | undefined> {
  const target = step.target!;
  const type = target.kind === 'Deployment' ? builtinTypes.replicasets : builtinTypes.controllerrevisions;
  const revision = await getObject(connection, type, target.namespace, textAt(step.params, 'revisionName') ?? '');
  return revision && templateOfRevision(revision);
}

async function readFromPreImage(step: Step, { directory, context }: StepEnvironment): Promise<JsonObject | undefined> {
  const [runId, stepId] = [textAt(step.params, 'runId') ?? '', textAt(step.params, 'stepId') ?? ''];
  // A plan may come from a file: its words never lead out of the directory of runs.
  if (!/^r-[0-9a-z]+$/.test(runId) || !/^[a-z0-9.-]+$/.test(stepId)) throw broken(step, directory);
  const [before] = (await readPreImage(join(dirname(directory), runId), stepId, context)) ?? [];
  return before && templateOf(before);
}

function broken(step: Step, directory: string): RetraceError {
  return new RetraceError('plan.broken', { path: join(directory, 'plan.json'), detail: `${step.id}: params` });
}

/** The template must be the one that the person saw: controllers delete revisions beyond their history limit. */
function checkTemplate(step: Step, found: JsonObject | undefined): JsonObject {
  if (found && templateDigest(found) === step.params['templateDigest']) return found;
  throw stale(step, ['targetRevision']);
}

function refuseStale(step: Step, live: KubeObject, template: JsonObject, plan: Plan): void {
  const planned = plannedBasis(plan, step.target!);
  const changed = changedFields(planned, basisOf(live, template, { withReplicas: 'replicas' in planned }));
  if (changed.length > 0) throw stale(step, changed);
}

function plannedBasis(plan: Plan, target: ObjectRef): Record<string, string> {
  return plan.targets.find(({ object }) => object.uid === target.uid)?.basis ?? {};
}

/** The plan's basis no longer holds; the command makes a new plan. */
export function stale(step: Step, changed: string[]): RetraceError {
  const target = displayName(step.target!);
  return new RetraceError('plan.stale', { target, changed, command: textAt(step.params, 'planCommand') ?? `kubectl rollback plan ${target}` });
}
