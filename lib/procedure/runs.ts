import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { Connection } from '../kube/types.ts';
import { recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { openRun } from '../run/run-store.ts';
import { recordNamespace } from '../run/shared/cluster-record.ts';
import { releaseLocksOf } from '../run/shared/lock.ts';
import { deleteSharedFiles } from '../run/shared/shared-files.ts';
import { isShared, namespacesOf, permissionsToClose } from '../run/shared/sharing.ts';
import { checkCluster } from './same-cluster.ts';
import { refuseBusy, requirePermissions } from './execute.ts';
import { findLocalRun, followWithRecord, openSharedRun, readSharedRun, refuseWorkedOn } from './shared-runs.ts';

/** Where the run is looked for and closed; without it only the files of this machine know of the closing. */
export interface ClosePlace {
  connection: Connection;
  namespace: string;
}

/**
 * Ends a run where it stands: what it did stays, it cannot be resumed any more. Gives back its locks and deletes what it keeps
 * in Secrets; its record stays. A run that is closed stays as it is.
 * @throws access.forbidden with all that is missing, before anything is changed; plan.other-cluster; run.busy while its process is alive,
 *   run.locked while another machine works on it; run.state when it was reverted before
 */
export async function closeRun(id: string, context: Context, place: ClosePlace | undefined): Promise<RunRecord> {
  if (place) await requireToClose(id, context, place);
  const run = place ? await openSharedRun(id, place.connection, place.namespace, context) : await openRun(id, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  // Typed again after its line came to this machine alone: opening the run has brought the record to it.
  if (record.state === 'closed') return record;
  if (record.state === 'reverted') {
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

/** Asked by the run's plan alone: to open the run reads Secrets, and may write what a process that died came no more to write. */
async function requireToClose(id: string, context: Context, { connection, namespace }: ClosePlace): Promise<void> {
  const { plan } = (await findLocalRun(id, context)) ?? (await readSharedRun(id, connection, namespace, context));
  await checkCluster(plan, connection);
  await requirePermissions(permissionsToClose(plan), connection);
}
