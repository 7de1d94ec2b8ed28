import { RetraceError } from '../core/errors.ts';
import { getObject } from '../kube/objects.ts';
import type { Connection } from '../kube/types.ts';
import { basisOf, changedFields } from '../layers/workload/basis.ts';
import { displayName, typeOfRef } from '../run/object-ref.ts';
import type { Plan } from '../run/plan.ts';

/**
 * Looks, before a run exists, whether every target still is what its plan was computed from. Each writing step looks
 * again; this is for the answer "nothing was changed", without half of the targets done.
 * @throws plan.stale with the fields that changed; target.deleted
 */
export async function checkFresh(plan: Plan, connection: Connection): Promise<void> {
  await Promise.all(
    plan.targets.map(async ({ object: ref, basis }) => {
      const live = await getObject(connection, typeOfRef(ref), ref.namespace, ref.name);
      if (!live || live.metadata.uid !== ref.uid) {
        throw new RetraceError('target.deleted', { target: displayName(ref), namespace: ref.namespace });
      }
      const changed = changedFields(basis, basisOf(live, undefined, { withReplicas: basis.replicas !== undefined }));
      if (changed.length === 0) return;
      const command = `kubectl rollback plan ${displayName(ref)} -n ${ref.namespace}${connection.flagsForHints}`;
      throw new RetraceError('plan.stale', { target: displayName(ref), changed, command });
    }),
  );
}
