import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { openRun } from '../run/run-store.ts';
import { refuseBusy } from './execute.ts';

/** One run of this machine. @throws run.not-found, plan.broken, journal.corrupt */
export async function readRun(id: string, context: Context): Promise<RunRecord> {
  return recordOf(await openRun(id, context), context);
}

/**
 * Ends a run where it stands: what it did stays, it cannot be resumed any more.
 * @throws run.busy while its process is alive; run.state when it was closed or reverted before
 */
export async function closeRun(id: string, context: Context): Promise<RunRecord> {
  const run = await openRun(id, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  if (record.state === 'closed' || record.state === 'reverted') {
    throw new RetraceError('run.state', { id, state: record.state, wanted: 'finished, interrupted or stopped', command: `kubectl rollback status ${id}` });
  }
  await run.journal.append({ type: 'closed', by: { user: context.user, host: context.host } });
  return recordOf(run, context);
}
