import type { Context } from '../core/context.ts';
import type { LeftRevision } from '../layers/workload/facts.ts';
import { listRuns } from '../run/run-store.ts';

/**
 * What earlier runs on this machine went away from, so that a second undo never goes back to it. A run that was
 * reverted does not count: its judgement was taken back.
 */
export async function listLeftRevisions(context: Context): Promise<LeftRevision[]> {
  const runs = await listRuns(context);
  return runs
    .filter((run) => run.plan.purpose === 'undo' && run.state !== 'reverted')
    .flatMap((run) =>
      run.plan.targets.flatMap((target) =>
        target.action === 'change' && target.from ? [{ uid: target.object.uid, hash: target.from.hash, runId: run.id }] : [],
      ),
    );
}
