import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { findMissingPermissions } from '../kube/access-review.ts';
import type { Connection } from '../kube/types.ts';
import { workloadSteps } from '../layers/workload/steps.ts';
import { keepEvidence } from '../run/evidence.ts';
import type { EmitRunEvent } from '../run/events.ts';
import type { Plan, RunOptions } from '../run/plan.ts';
import { recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { createRun, openRun } from '../run/run-store.ts';
import type { StoredRun } from '../run/run-store.ts';
import { runSteps } from '../run/runner.ts';
import type { StepRegistry } from '../run/step-kind.ts';
import { waitRollout } from '../run/wait/step.ts';
import { checkCluster } from './cluster-identity.ts';
import { checkFresh } from './freshness.ts';
import type { RunReport } from './requests.ts';

/** Every kind of step that a run may hold. A new layer adds its own here. */
const stepRegistry: StepRegistry = new Map([keepEvidence, waitRollout, ...workloadSteps].map((kind) => [kind.kind, kind]));

/**
 * Runs a plan from its beginning. Everything that can be refused is refused before the run exists:
 * another cluster, missing permissions (all at once), a target that is no longer as planned.
 * @throws plan.other-cluster, access.forbidden, plan.stale, target.deleted: nothing was changed; run.*: half way
 */
export async function executePlan(plan: Plan, connection: Connection, context: Context, emit: EmitRunEvent): Promise<RunReport> {
  await Promise.all([checkCluster(plan, connection), checkPermissions(plan, connection)]);
  await checkFresh(plan, connection);
  if (context.signal.aborted) throw new RetraceError('run.interrupted-before', {});
  return carryOut(await createRun(plan, context), connection, context, emit);
}

/** What `resume` may change of the plan's options. */
export type ResumeOptions = Partial<Pick<RunOptions, 'stuckPods' | 'timeoutMs' | 'stableForMs' | 'stuckAfterMs'>>;

/**
 * Goes on with a run that stopped or whose process died. Each step looks at the live cluster first.
 * @throws run.not-found; run.busy while its process is alive; run.state when there is nothing to go on with
 */
export async function resumeRun(
  id: string,
  connection: Connection,
  context: Context,
  emit: EmitRunEvent,
  options: ResumeOptions = {},
): Promise<RunReport> {
  const run = await openRun(id, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  if (record.state !== 'interrupted' && record.state !== 'stopped') {
    throw new RetraceError('run.state', { id, state: record.state, wanted: 'interrupted or stopped', command: `kubectl rollback status ${id}` });
  }
  const plan = { ...run.plan, options: { ...run.plan.options, ...options } };
  await Promise.all([checkCluster(plan, connection), checkPermissions(plan, connection)]);
  return carryOut({ ...run, plan }, connection, context, emit);
}

/** @throws run.busy (exit 6) */
export function refuseBusy(record: RunRecord): void {
  if (record.state === 'running') throw new RetraceError('run.busy', { id: record.id, pid: record.pid });
}

async function carryOut(run: StoredRun, connection: Connection, context: Context, emit: EmitRunEvent): Promise<RunReport> {
  const startedMs = context.now().getTime();
  const { reverts } = run.plan;
  const beforeFinish = async () => void (reverts && (await markReverted(reverts, run.id, context)));
  const record = await runSteps(run, { connection, context, emit, steps: stepRegistry, beforeFinish });
  return { run: record, tookMs: context.now().getTime() - startedMs };
}

async function checkPermissions(plan: Plan, connection: Connection): Promise<void> {
  const missing = await findMissingPermissions(connection, plan.needs);
  if (missing.length > 0) throw new RetraceError('access.forbidden', { missing, user: connection.userName, detail: '' });
}

async function markReverted(id: string, byRun: string, context: Context): Promise<void> {
  const { journal } = await openRun(id, context);
  if (journal.entries.some((entry) => entry.type === 'reverted')) return;
  await journal.append({ type: 'reverted', by: { user: context.user, host: context.host }, byRun });
}
