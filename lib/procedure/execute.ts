import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { MissingPermission } from '../core/errors.ts';
import { eachOnce } from '../core/permission.ts';
import { findMissingPermissions } from '../kube/access-review.ts';
import { reachedBy } from '../kube/cluster-identity.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { keyOf, keyOfObject } from '../layers/object/read-live.ts';
import { objectSteps } from '../layers/object/steps.ts';
import { keepObjects } from '../layers/object/steps/keep-objects.ts';
import { workloadSteps } from '../layers/workload/steps.ts';
import { keepEvidence } from '../run/evidence.ts';
import type { EmitRunEvent } from '../run/events.ts';
import { readPreImage } from '../run/pre-image.ts';
import { readWanted, saveWanted } from '../run/wanted.ts';
import { isObjectTarget, isWorkloadTarget, isWritten } from '../run/plan.ts';
import type { Plan, RunOptions } from '../run/plan.ts';
import { mayHaveChanged, recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { createRun, discardRun, openRun } from '../run/run-store.ts';
import type { StoredRun } from '../run/run-store.ts';
import { runSteps } from '../run/runner.ts';
import { permissionsToShare } from '../run/shared/sharing.ts';
import type { Sharing } from '../run/shared/sharing.ts';
import type { StepRegistry } from '../run/step-kind.ts';
import { waitRollout } from '../run/wait/step.ts';
import { checkCluster } from './same-cluster.ts';
import { checkFresh } from './freshness.ts';
import { checkOwnersOfRest } from './owners-again.ts';
import type { OwnerChoice } from './owners-again.ts';
import type { RunReport } from './requests.ts';
import { beginSharing, followWithRecord, openSharedRun, recoverReverted, refuseWorkedOn } from './shared-runs.ts';

/** Every kind of step that a run may hold. A new layer adds its own here. */
const stepRegistry: StepRegistry = new Map([keepEvidence, waitRollout, ...workloadSteps, ...objectSteps].map((kind) => [kind.kind, kind]));

/** How a run stands towards others. */
export interface ShareChoice {
  /** Take a lock that has expired in another run's hands. */
  takeOver: boolean;
  /** No lock and no record in the cluster. */
  localOnly: boolean;
}

/** What a plan over objects needs besides itself. */
export interface ExecuteChoice extends ShareChoice {
  /** The objects as they are to be; of a revert they are found in the run that it takes back. */
  wanted?: readonly KubeObject[];
}

/**
 * Runs a plan from its beginning. Everything that can be refused is refused before the run exists:
 * another cluster, missing permissions (all at once), a target that is no longer as planned or has an owner that the plan
 * does not name.
 * @throws plan.other-cluster, access.forbidden, target.owned, plan.stale, target.deleted: nothing was changed; run.*: half way
 */
export async function executePlan(saved: Plan, connection: Connection, context: Context, emit: EmitRunEvent, choice: ExecuteChoice): Promise<RunReport> {
  const plan = onlyWritten(choice.localOnly ? keepLocal(saved) : saved);
  await Promise.all([checkCluster(plan, connection), requirePermissions([...plan.needs, ...permissionsToShare(plan)], connection)]);
  await checkFresh(plan, connection, context);
  if (context.signal.aborted) throw new RetraceError('run.interrupted-before', {});
  const wanted = await findWanted(plan, choice.wanted, context);
  // The run is found again as it was reached now, not as the plan was made.
  const run = await createRun({ ...plan, cluster: reachedBy(plan.cluster, connection) }, context);
  try {
    if (wanted) await saveWanted(run, wanted, new Date(serverNowMs(connection, context)), context);
  } catch (error) {
    await discardRun(run);
    throw error;
  }
  const sharing = await beginSharing(run, connection, context, { takeOver: choice.takeOver, onRefused: () => discardRun(run) });
  return carryOut(run, sharing, connection, context, emit);
}

/** What a run has to know of objects: not those that stay as they are. */
function onlyWritten(plan: Plan): Plan {
  return { ...plan, targets: plan.targets.filter((target) => isWorkloadTarget(target) || isWritten(target)) };
}

/** @throws plan.broken for a saved plan over objects, whose contents are not in it */
async function findWanted(plan: Plan, given: readonly KubeObject[] | undefined, context: Context): Promise<readonly KubeObject[] | undefined> {
  if (!plan.targets.some(isObjectTarget)) return undefined;
  const keys = new Set(plan.targets.filter(isObjectTarget).map(({ object }) => keyOf(object)));
  const wanted = given ?? (plan.reverts === undefined ? undefined : await readPreImage((await openRun(plan.reverts, context)).directory, keepObjects.kind, context));
  if (wanted) return wanted.filter((object) => keys.has(keyOfObject(object)));
  throw new RetraceError('plan.broken', { path: plan.id, detail: 'what its objects are to be is not in it: make it again with kubectl snapshot restore' });
}

/** The same plan for this machine alone: what sharing needs to be allowed is no longer needed. */
function keepLocal(plan: Plan): Plan {
  const toShare = new Set(permissionsToShare(plan).map((permission) => JSON.stringify(permission)));
  return { ...plan, options: { ...plan.options, localOnly: true }, needs: plan.needs.filter((permission) => !toShare.has(JSON.stringify(permission))) };
}

/** What `resume` may change of the plan's options. */
export type ResumeOptions = Partial<Pick<RunOptions, 'stuckPods' | 'timeoutMs' | 'stableForMs' | 'stuckAfterMs'>>;

/**
 * Goes on with a run that stopped or whose process died. Each step looks at the live cluster first.
 * @throws target.owned when somebody has come above what is still to be written; run.not-found; run.busy while its process is alive; run.locked while another machine works on it; run.state when there
 *   is nothing to go on with
 */
export async function resumeRun(
  id: string,
  connection: Connection,
  context: Context,
  emit: EmitRunEvent,
  choice: ShareChoice & OwnerChoice & { namespace: string },
  options: ResumeOptions = {},
): Promise<RunReport> {
  const run = await openSharedRun(id, connection, choice.namespace, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  if (record.state !== 'interrupted' && record.state !== 'stopped') {
    throw new RetraceError('run.state', { id, state: record.state, wanted: 'interrupted or stopped', command: `kubectl rollback status ${id}` });
  }
  const withOptions = { ...run.plan, options: { ...run.plan.options, ...options } };
  const plan = choice.localOnly ? keepLocal(withOptions) : withOptions;
  await Promise.all([checkCluster(plan, connection), requirePermissions([...plan.needs, ...permissionsToShare(plan)], connection)]);
  await refuseWorkedOn({ ...run, plan }, connection, context);
  await recoverReverted(plan, connection, context);
  await requireWanted({ ...run, plan }, record, connection, context);
  const goingOn = { ...run, plan: await checkOwnersOfRest(plan, record, connection, context, choice) };
  const sharing = await beginSharing(goingOn, connection, context, { takeOver: choice.takeOver, onRefused: async () => undefined });
  return carryOut(goingOn, sharing, connection, context, emit);
}

/** What a run writes comes to the cluster just before its first write. @throws run.unshared on another machine before that */
async function requireWanted({ id, directory, plan }: StoredRun, { by }: RunRecord, { flagsForHints }: Connection, context: Context): Promise<void> {
  const writes = plan.targets.filter(isObjectTarget).some((target) => isWritten(target) && target.verb !== 'delete');
  if (!writes || plan.reverts !== undefined || (await readWanted(directory, context))) return;
  throw new RetraceError('run.unshared', { id, host: by.host, resume: `kubectl rollback resume ${id}${flagsForHints}`, close: `kubectl rollback close ${id}${flagsForHints}` });
}

/** @throws run.busy (exit 6) */
export function refuseBusy(record: RunRecord): void {
  if (record.state === 'running') throw new RetraceError('run.busy', { id: record.id, pid: record.pid });
}

async function carryOut(run: StoredRun, sharing: Sharing | undefined, connection: Connection, context: Context, emit: EmitRunEvent): Promise<RunReport> {
  const startedMs = context.now().getTime();
  const { reverts } = run.plan;
  const beforeFinish = async () => {
    await sharing?.check();
    if (reverts) await markReverted(reverts, run.id, connection, context);
  };
  const shared = sharing && { connection: sharing.connection, sharePreImage: (stepId: string) => sharing.sharePreImage(stepId) };
  try {
    const record = await runSteps(run, { connection, context, emit, steps: stepRegistry, beforeFinish, ...shared });
    return { run: record, tookMs: context.now().getTime() - startedMs };
  } finally {
    const record = recordOf(run, context);
    // A run that stopped before its first change is in nobody's way.
    await sharing?.end(record.state !== 'finished' && mayHaveChanged(record) ? 'half-way' : 'over');
  }
}

/** @throws access.forbidden with all that is missing */
export async function requirePermissions(wanted: readonly MissingPermission[], connection: Connection): Promise<void> {
  const missing = await findMissingPermissions(connection, eachOnce(wanted));
  if (missing.length > 0) throw new RetraceError('access.forbidden', { missing, user: connection.userName, detail: '' });
}

async function markReverted(id: string, byRun: string, connection: Connection, context: Context): Promise<void> {
  const run = await openRun(id, context);
  const { journal } = run;
  await followWithRecord(run, connection);
  if (journal.entries.some((entry) => entry.type === 'reverted')) return;
  await journal.append({ type: 'reverted', by: { user: context.user, host: context.host }, byRun });
}
