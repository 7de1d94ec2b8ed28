import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { Connection } from '../kube/types.ts';
import { basisOf, changedFields } from '../layers/workload/basis.ts';
import { readTarget } from '../layers/workload/steps/guarded-write.ts';
import { basisOf as objectBasisOf, changedBasis } from '../layers/object/basis.ts';
import { keyOf, readLive } from '../layers/object/read-live.ts';
import { staleObject } from '../layers/object/steps/write-object.ts';
import { displayName } from '../run/object-ref.ts';
import { isObjectTarget, isWorkloadTarget, isWritten } from '../run/plan.ts';
import type { ObjectRef, Plan } from '../run/plan.ts';
import { judgeOwnersAgain } from './owners-again.ts';

/**
 * Looks, before a run exists, whether every target still is what its plan was computed from, and nobody has come above it.
 * Each writing step looks again at the target itself; this is for the answer "nothing was changed", without half of the
 * targets done.
 * @throws target.owned for a new owner; plan.stale with the fields that changed, or for an owner that is gone; target.deleted
 */
export async function checkFresh(plan: Plan, connection: Connection, context: Context): Promise<void> {
  await Promise.all([
    checkObjectsFresh(plan, connection),
    ...plan.targets.filter(isWorkloadTarget).map(async (planned) => {
      const { object: ref, basis } = planned;
      const live = await readTarget(connection, ref);
      // A new owner leaves its mark on the target too: it is the better answer of the two.
      const { gone } = await judgeOwnersAgain(planned, live, connection, context, { purpose: plan.purpose, anyway: commandAnyway(plan, ref) });
      const changed = changedFields(basis, basisOf(live, undefined, { withReplicas: basis.replicas !== undefined }));
      if (changed.length === 0 && gone.length === 0) return;
      const command = `kubectl rollback plan ${displayName(ref)} -n ${ref.namespace}${connection.flagsForHints}`;
      throw new RetraceError('plan.stale', { target: displayName(ref), changed, command, ...(gone.length > 0 ? { ownersGone: gone } : {}) });
    }),
  ]);
}

/** One list a kind. A new owner leaves its mark on the object, which is part of what the plan was based on. */
async function checkObjectsFresh(plan: Plan, connection: Connection): Promise<void> {
  const targets = plan.targets.filter(isObjectTarget).filter(isWritten);
  const live = await readLive(connection, targets.map(({ object }) => object));
  for (const target of targets) {
    const changed = changedBasis(target.basis, objectBasisOf(live.get(keyOf(target.object)), { keepsReplicas: target.keepsReplicas === true }));
    if (changed.length > 0) throw staleObject(target, changed);
  }
}

/** A plan does not take an owner in: a new one has to be made, and seen. */
function commandAnyway({ reverts }: Plan, ref: ObjectRef): string {
  const words = reverts === undefined ? `undo ${displayName(ref)} -n ${ref.namespace}` : `revert ${reverts}`;
  return `kubectl rollback ${words}`;
}
