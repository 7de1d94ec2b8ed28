import { numberAt } from '../../../core/fields.ts';
import { replicasOf } from '../../../formats/workload.ts';
import type { JsonPatchOperation, KubeObject } from '../../../kube/types.ts';
import type { Step } from '../../../run/plan.ts';
import type { StepKind } from '../../../run/step-kind.ts';
import { readTarget, resultOf, writeGuarded } from './guarded-write.ts';
import { stale } from './patch-template.ts';

/** Sets spec.replicas. Params: `from`, the number that the plan was based on, and `to`; `planCommand` as in patch-template. */
export const setReplicas: StepKind = {
  kind: 'set-replicas',

  async isDone(step, { connection }) {
    const live = await readTarget(connection, step.target!);
    return isDone(step, live) ? resultOf(live, { replicas: replicasOf(live) }) : undefined;
  },

  async run(step, { connection, savePreImage }) {
    const written = await writeGuarded({
      connection,
      target: step.target!,
      isDone: (live) => isDone(step, live),
      refuseStale(live) {
        if (replicasOf(live) !== numberAt(step.params, 'from')) throw stale(step, ['replicas']);
      },
      beforeWrite: (live) => savePreImage(live),
      patchFor: (live) => replicasPatch(live, numberAt(step.params, 'to') ?? replicasOf(live)),
    });
    return resultOf(written, { replicas: replicasOf(written) });
  },
};

function isDone(step: Step, live: KubeObject): boolean {
  return replicasOf(live) === numberAt(step.params, 'to');
}

function replicasPatch(live: KubeObject, to: number): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: live.metadata.uid },
    { op: 'test', path: '/spec/replicas', value: replicasOf(live) },
    { op: 'replace', path: '/spec/replicas', value: to },
  ];
}
