import { textAt, textsAt } from '../../../core/fields.ts';
import { restartedAtKey, templateDigest } from '../../../formats/pod-template.ts';
import type { JsonPatchOperation, KubeObject } from '../../../kube/types.ts';
import type { Step } from '../../../run/plan.ts';
import type { StepKind } from '../../../run/step-kind.ts';
import { liveTemplate } from '../facts.ts';
import { readTarget, resultOf, writeGuarded } from './guarded-write.ts';
import { stale } from './patch-template.ts';

/**
 * Makes new pods of the same template, as `kubectl rollout restart`: an annotation in it (kubectl polymorphichelpers/objectrestarter.go).
 * Params: `restartedAt`, which the plan fixes, so that a step that is run again knows its own work; `beforeDigest` of the
 * template that was planned with; `planCommand` as in patch-template.
 */
export const restart: StepKind = {
  kind: 'restart',

  async isDone(step, { connection }) {
    const live = await readTarget(connection, step.target!);
    return isDone(step, live) ? resultOf(live) : undefined;
  },

  async run(step, { connection, savePreImage }) {
    const written = await writeGuarded({
      connection,
      target: step.target!,
      isDone: (live) => isDone(step, live),
      refuseStale(live) {
        if (templateDigest(liveTemplate(live)) !== step.params['beforeDigest']) throw stale(step, ['template']);
      },
      beforeWrite: async (live) => void (await savePreImage(live)),
      patchFor: (live) => restartPatch(live, textAt(step.params, 'restartedAt') ?? ''),
    });
    return resultOf(written);
  },
};

function isDone(step: Step, live: KubeObject): boolean {
  return textsAt(live, 'spec', 'template', 'metadata', 'annotations')[restartedAtKey] === step.params['restartedAt'];
}

/** Of exactly this object in exactly this state: the whole template is what is tested, the annotation what is added. */
export function restartPatch(live: KubeObject, restartedAt: string): JsonPatchOperation[] {
  const annotations = { ...textsAt(live, 'spec', 'template', 'metadata', 'annotations'), [restartedAtKey]: restartedAt };
  return [
    { op: 'test', path: '/metadata/uid', value: live.metadata.uid },
    { op: 'test', path: '/metadata/generation', value: live.metadata['generation'] ?? 1 },
    { op: 'add', path: '/spec/template/metadata/annotations', value: annotations },
  ];
}
