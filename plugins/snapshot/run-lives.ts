import type { Context } from '../../lib/core/context.ts';
import { listRuns } from '../../lib/run/run-store.ts';
import type { RunLife } from '../../lib/snapshot/retention.ts';

/** What this machine knows of the runs that files belong to. One that finished can still be reverted, until it is closed. */
export async function readRunLives(context: Context): Promise<(runId: string) => RunLife> {
  const states = new Map((await listRuns(context)).map(({ id, state }) => [id, state]));
  return (runId) => {
    const state = states.get(runId);
    if (state === undefined) return 'unknown';
    return state === 'closed' || state === 'reverted' ? 'ended' : 'open';
  };
}
