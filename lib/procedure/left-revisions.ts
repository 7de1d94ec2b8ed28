import type { Context } from '../core/context.ts';
import type { LeftRevision } from '../layers/workload/facts.ts';
import { isError } from '../core/errors.ts';
import type { MissingPermission } from '../core/errors.ts';
import type { Connection } from '../kube/types.ts';
import { isWorkloadTarget } from '../run/plan.ts';
import { listRuns } from '../run/run-store.ts';
import { listLeftMarks } from '../run/shared/cluster-record.ts';

/**
 * What earlier runs, of this machine and of others, went away from, so that a second undo never goes back to it. A run that was
 * reverted does not count: its judgement was taken back.
 * @returns `unread`: the permission that was missing to read the records of others, which then count as none
 */
export async function listLeftRevisions(connection: Connection, namespace: string, context: Context): Promise<{ left: LeftRevision[]; unread: MissingPermission[] }> {
  const unread: MissingPermission[] = [];
  const reading = listLeftMarks(connection, namespace).catch((error: unknown): Awaited<ReturnType<typeof listLeftMarks>> => {
    if (!isError(error, 'access.forbidden')) throw error;
    unread.push(...error.params.missing);
    return { left: [], reverted: [] };
  });
  const [here, shared] = await Promise.all([listLeftHere(context), reading]);
  // A run of this machine that was taken back elsewhere: its journal here does not know, its record does.
  const own = here.filter(({ runId }) => runId === undefined || !shared.reverted.includes(runId));
  return { left: [...new Map([...own, ...shared.left].map((left) => [`${left.uid} ${left.hash}`, left])).values()], unread };
}

async function listLeftHere(context: Context): Promise<LeftRevision[]> {
  const runs = await listRuns(context);
  return runs
    .filter((run) => run.plan.purpose === 'undo' && run.state !== 'reverted')
    .flatMap((run) =>
      run.plan.targets.filter(isWorkloadTarget).flatMap((target) =>
        target.action === 'change' && target.from ? [{ uid: target.object.uid, hash: target.from.hash, runId: run.id }] : [],
      ),
    );
}
