import { isObjectTarget, isWritten } from '../../../run/plan.ts';
import { readPreImage } from '../../../run/pre-image.ts';
import type { StepKind } from '../../../run/step-kind.ts';
import { basisOf, changedBasis } from '../basis.ts';
import { keyOf, readLive } from '../read-live.ts';
import { staleObject } from './write-object.ts';

/**
 * The safety copy of everything that the plan is going to change, delete or make again, before the first write: in the run directory and in
 * the cluster, together with what is to be written, so that another machine can go on or take it back.
 */
export const keepObjects: StepKind = {
  kind: 'keep-objects',

  async isDone(step, { directory, context, savePreImage, shareWanted }) {
    const before = await readPreImage(directory, step.id, context);
    if (!before) return undefined;
    // It may not have reached the cluster yet.
    await shareWanted();
    await savePreImage(...before);
    return { objects: before.length };
  },

  async run(_step, environment) {
    const targets = environment.plan.targets.filter(isObjectTarget).filter(isWritten);
    const live = await readLive(environment.connection, targets.map(({ object }) => object));
    for (const target of targets) {
      const changed = changedBasis(target.basis, basisOf(live.get(keyOf(target.object)), { keepsReplicas: target.keepsReplicas === true }));
      if (changed.length > 0) throw staleObject(target, changed);
    }
    const before = targets.flatMap(({ object }) => live.get(keyOf(object)) ?? []);
    await environment.shareWanted();
    await environment.savePreImage(...before);
    return { objects: before.length };
  },
};
