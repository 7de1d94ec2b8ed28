import type { Context } from '../core/context.ts';
import { isError } from '../core/errors.ts';
import type { Connection } from '../kube/types.ts';
import type { Plan } from '../run/plan.ts';
import { mayHaveChanged, recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { listRuns, openRun } from '../run/run-store.ts';
import type { StoredRun } from '../run/run-store.ts';
import { adoptRun, catchUp, readFoundRun, recoverPreImages } from '../run/shared/adopt.ts';
import { ClusterRecord, findRecord, listRecords, recordNamespace } from '../run/shared/cluster-record.ts';
import type { FoundRecord } from '../run/shared/cluster-record.ts';
import { lockedError, releaseLocksOf } from '../run/shared/lock.ts';
import { findLiveLock, lockReader } from '../run/shared/lock-state.ts';
import { isShared, namespacesOf, Sharing } from '../run/shared/sharing.ts';
import type { ShareOptions } from '../run/shared/sharing.ts';

/** The run as this machine knows it; undefined when it does not. @throws plan.broken, journal.corrupt */
export async function findLocalRun(id: string, context: Context): Promise<StoredRun | undefined> {
  try {
    return await openRun(id, context);
  } catch (error) {
    if (isError(error, 'run.not-found')) return undefined;
    throw error;
  }
}

/**
 * A run of this machine or of another, as far as the cluster knows it; one of another machine is brought here.
 * @param namespace where to look first for a run that is not known here; after it, everywhere
 * @throws run.not-found; plan.broken, journal.corrupt; server.unreachable for a run that has its record in the cluster
 */
export async function openSharedRun(id: string, connection: Connection, namespace: string, context: Context): Promise<StoredRun> {
  const local = await findLocalRun(id, context);
  if (!local) {
    const found = await findAnywhere(id, connection, namespace);
    return found ? settle(await adoptWithReverted(found, connection, context), found, connection, context) : openRun(id, context);
  }
  if (!isShared(local.plan) || recordOf(local, context).state === 'running') return local;
  const found = await findRecord(connection, id, recordNamespace(local.plan));
  return found ? settle(await catchUp(local, connection, found, context), found, connection, context) : local;
}

/**
 * Does what a process that died came no more to do: its last lines go to the record, and a run that is over gives its locks back.
 * Nothing is done while somebody works on the run, nor by who may not write: it is late then, but not lost.
 */
async function settle(run: StoredRun, found: FoundRecord, connection: Connection, context: Context): Promise<StoredRun> {
  const isBehind = run.journal.text() !== found.journalText;
  const { state } = recordOf(run, context);
  const isOver = state === 'finished' || state === 'closed' || state === 'reverted';
  if ((!isBehind && !isOver) || (await findLiveLock(run, connection, context))) return run;
  try {
    if (isBehind) await ClusterRecord.open(connection, run, found.namespace);
    if (isOver) await releaseLocksOf(run.id, namespacesOf(run.plan), connection);
  } catch (error) {
    if (!isError(error, 'access.forbidden') && !isError(error, 'server.conflict')) throw error;
  }
  return run;
}

async function findAnywhere(id: string, connection: Connection, namespace: string): Promise<FoundRecord | undefined> {
  if (!/^r-[0-9a-z]+$/.test(id)) return undefined;
  const here = await findRecord(connection, id, namespace);
  if (here) return here;
  try {
    return await findRecord(connection, id, undefined);
  } catch (error) {
    // Who may not look into all namespaces names the one: -n NAME.
    if (isError(error, 'access.forbidden')) return undefined;
    throw error;
  }
}

/** A revert reads what the run that it takes back found: that run comes with it. */
async function adoptWithReverted(found: FoundRecord, connection: Connection, context: Context): Promise<StoredRun> {
  const run = await adoptRun(connection, found, context);
  const { reverts } = run.plan;
  if (reverts !== undefined && !(await findLocalRun(reverts, context))) {
    const reverted = await findRecord(connection, reverts, found.namespace);
    if (reverted) await adoptRun(connection, reverted, context);
  }
  return run;
}

/** What a revert still has to read of the run that it takes back. @throws pre-image.sealed when nobody can open it any more */
export async function recoverReverted({ reverts }: Pick<Plan, 'reverts'>, connection: Connection, context: Context): Promise<void> {
  const reverted = reverts === undefined ? undefined : await findLocalRun(reverts, context);
  if (reverted) await recoverPreImages(reverted, connection, context);
}

/**
 * The same for looking only: nothing is written on this machine, and what the run found before it wrote, in Secrets, is not read.
 * @throws run.not-found; plan.broken, journal.corrupt
 */
export async function readSharedRun(id: string, connection: Connection, namespace: string, context: Context): Promise<StoredRun> {
  const local = await findLocalRun(id, context);
  if (local && (!isShared(local.plan) || recordOf(local, context).state === 'running')) return local;
  const found = local ? await findRecord(connection, id, recordNamespace(local.plan)) : await findAnywhere(id, connection, namespace);
  if (!found || local?.journal.text().startsWith(found.journalText)) return local ?? openRun(id, context);
  return { ...(await readFoundRun(connection, found, context)), ...(local ? {} : { directory: '' }) };
}

/** A run's record with its state as the cluster knows it: a process of another machine is told by its lock. */
export async function readSharedRecord(run: StoredRun, connection: Connection, context: Context, readLock = lockReader(connection)): Promise<RunRecord> {
  const isLockLive = isShared(run.plan) && (await findLiveLock(run, connection, context, readLock)) !== undefined;
  return recordOf(run, { isProcessAlive: context.isProcessAlive, host: context.host, isLockLive });
}

/** @throws run.locked while another machine works on the run */
export async function refuseWorkedOn(run: StoredRun, connection: Connection, context: Context): Promise<void> {
  const lock = isShared(run.plan) ? await findLiveLock(run, connection, context) : undefined;
  if (!lock?.holder) return;
  throw lockedError(lock, lock.namespace, { isExpired: false, forRun: run.id, connection });
}

/** Runs of this machine and records of the cluster, each run once; the record tells more where others went on. */
export async function listAllRuns(connection: Connection, namespace: string | undefined, context: Context): Promise<RunRecord[]> {
  const [local, found] = await Promise.all([listRuns(context), listRecords(connection, namespace)]);
  const known = new Map(local.map((record) => [record.id, record]));
  const readLock = lockReader(connection);
  for (const record of found) {
    const mine = known.get(record.runId);
    if (mine?.state === 'running') continue;
    try {
      const run = await readFoundRun(connection, record, context);
      const lines = (await findLocalRun(record.runId, context))?.journal.entries.length ?? -1;
      if (run.journal.entries.length >= lines) known.set(run.id, await readSharedRecord(run, connection, context, readLock));
    } catch (error) {
      // One record that cannot be read does not hide the others.
      if (!isError(error, 'plan.broken') && !isError(error, 'journal.corrupt')) throw error;
    }
  }
  return [...known.values()];
}

/**
 * Takes the lock and opens the record of a run; undefined for a run that only this machine knows of.
 * @throws run.locked, and what a write throws: nothing was changed
 */
export async function beginSharing(
  run: StoredRun,
  connection: Connection,
  context: Context,
  options: Pick<ShareOptions, 'takeOver' | 'onRefused'>,
): Promise<Sharing | undefined> {
  if (!isShared(run.plan)) return undefined;
  const { reverts } = run.plan;
  const reverted = reverts === undefined ? undefined : await findLocalRun(reverts, context);
  return Sharing.begin(connection, run, context, { ...options, reverts: reverted, findIdle: (id) => findIdleRun(id, context) });
}

/** A run of this home that is over, or that ended before its first change. */
async function findIdleRun(id: string, context: Context): Promise<StoredRun | undefined> {
  // One that cannot be read may be half way.
  const run = await findLocalRun(id, context).catch(() => undefined);
  const record = run && recordOf(run, context);
  if (!record || record.state === 'running') return undefined;
  const isHalfWay = (record.state === 'interrupted' || record.state === 'stopped') && mayHaveChanged(record);
  return isHalfWay ? undefined : run;
}

/**
 * Lets the lines that are going to be written to a run's journal go to its record too, without its lock: for what is noted of a
 * run that nobody works on. A run without a record stays without.
 */
export async function followWithRecord(run: StoredRun, connection: Connection): Promise<void> {
  const home = recordNamespace(run.plan);
  if (!isShared(run.plan) || home === undefined || !(await findRecord(connection, run.id, home))) return;
  const record = await ClusterRecord.open(connection, run, home);
  run.journal.onAppended = () => record.write();
}
