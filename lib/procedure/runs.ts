import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { Connection } from '../kube/types.ts';
import { recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { openRun } from '../run/run-store.ts';
import { recordNamespace } from '../run/shared/cluster-record.ts';
import { releaseLocksOf } from '../run/shared/lock.ts';
import { deleteSharedFiles } from '../run/shared/shared-files.ts';
import { isShared, namespacesOf } from '../run/shared/sharing.ts';
import { checkCluster } from './same-cluster.ts';
import { refuseBusy } from './execute.ts';
import { followWithRecord, openSharedRun, refuseWorkedOn } from './shared-runs.ts';

/** Where the run is looked for and closed; without it only the files of this machine know of the closing. */
export interface ClosePlace {
  connection: Connection;
  namespace: string;
}

/**
 * Ends a run where it stands: what it did stays, it cannot be resumed any more. Gives back its locks and deletes what it keeps
 * in Secrets; its record stays.
 * @throws plan.other-cluster; run.busy while its process is alive, run.locked while another machine works on it; run.state when it was closed or
 *   reverted before
 */
export async function closeRun(id: string, context: Context, place: ClosePlace | undefined): Promise<RunRecord> {
  const run = place ? await openSharedRun(id, place.connection, place.namespace, context) : await openRun(id, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  if (record.state === 'closed' || record.state === 'reverted') {
    throw new RetraceError('run.state', { id, state: record.state, wanted: 'finished, interrupted or stopped', command: `kubectl rollback status ${id}` });
  }
  const home = recordNamespace(run.plan);
  if (place && isShared(run.plan) && home !== undefined) {
    const { connection } = place;
    await checkCluster(run.plan, connection);
    await refuseWorkedOn(run, connection, context);
    await followWithRecord(run, connection);
    // The line comes last: a close that was cut off is typed again.
    await deleteSharedFiles(connection, home, id);
    await releaseLocksOf(id, namespacesOf(run.plan), connection);
  }
  await run.journal.append({ type: 'closed', by: { user: context.user, host: context.host } });
  return recordOf(run, context);
}
