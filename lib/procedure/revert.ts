import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Connection } from '../kube/types.ts';
import { keepObjects } from '../layers/object/steps/keep-objects.ts';
import { planWorkloadRevert } from '../layers/workload/plan-revert.ts';
import type { WorkloadRevert } from '../layers/workload/plan-revert.ts';
import { stepId } from '../layers/workload/plan.ts';
import { readTarget } from '../layers/workload/steps/guarded-write.ts';
import { historyCommand } from '../run/object-ref.ts';
import { isWorkloadTarget, isWritten } from '../run/plan.ts';
import type { ObjectTarget, Plan, WorkloadTarget } from '../run/plan.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import { readPreImage } from '../run/pre-image.ts';
import { recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import type { StoredRun } from '../run/run-store.ts';
import { recoverPreImages } from '../run/shared/adopt.ts';
import { checkCluster } from './same-cluster.ts';
import { refuseBusy } from './execute.ts';
import { planDependents } from './restart-dependents.ts';
import { planObjectRevert } from './revert-objects.ts';
import { judgeOwnersAgain } from './owners-again.ts';
import type { OwnerChoice } from './owners-again.ts';
import { openSharedRun, refuseWorkedOn } from './shared-runs.ts';
import { orderSteps } from './step-order.ts';

/**
 * The plan that takes a run back, from its pre-images: last target first. It leads to the state before the run, so it
 * wants the target's name typed. What somebody above writes is refused, as for an undo: a run that was made in spite of the
 * same owners is taken back in spite of them.
 * @throws target.owned; pre-image.sealed; run.not-found, run.busy, run.locked, run.pre-images-gone, run.state (already reverted), plan.other-cluster, plan.stale, target.deleted
 */
export async function planRevert(id: string, connection: Connection, namespace: string, context: Context, choice: OwnerChoice): Promise<Plan> {
  const run = await openSharedRun(id, connection, namespace, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  if (record.state === 'reverted') {
    throw new RetraceError('run.state', { id, state: record.state, wanted: 'finished, interrupted or stopped', command: `kubectl rollback status ${id}` });
  }
  await checkCluster(run.plan, connection);
  await refuseWorkedOn(run, connection, context);
  const isRecovered = await recoverPreImages(run, connection, context);
  const objects = await planObjectRevert(run, record, connection, context, choice);
  const users = await noteUsers(run, connection, context);
  const parts = await Promise.all(run.plan.targets.filter(isWorkloadTarget).toReversed().map((planned) => revertTarget(run, record, planned, connection, context, choice)));
  const name = parts[0]?.target.object.name ?? nameOfObjects(objects.targets) ?? id;
  const because = parts[0]?.notes[0] ?? objects.notes[0] ?? note('revert-is-bad', 'warning', { runId: id, target: id });
  return {
    ...run.plan,
    id: newId('p', context),
    createdAt: context.now().toISOString(),
    purpose: 'revert',
    reverts: id,
    targets: [...parts.map((part) => part.target), ...objects.targets],
    // In reverse: an undo writes objects before the templates that use them.
    steps: orderSteps([...parts.map((part) => part.steps), objects.steps]),
    notes: [...parts.flatMap((part) => part.notes), ...objects.notes, ...users, ...(isRecovered ? [note('pre-images-recovered', 'warning', { runId: id })] : [])],
    confirmation: { kind: 'type-name', name, because },
    needs: [...parts.flatMap((part) => part.needs), ...objects.needs],
  };
}

/** Who reads what comes back only at its start: a revert restarts nobody, for the state before an undo is the bad one. */
async function noteUsers({ directory, plan }: StoredRun, connection: Connection, context: Context): Promise<Note[]> {
  const before = (await readPreImage(directory, keepObjects.kind, context)) ?? [];
  const replaced = new Set(plan.targets.filter(isWorkloadTarget).map(({ object }) => object.uid));
  const { notes } = await planDependents(connection, before.map((wanted) => ({ live: undefined, wanted })), { mode: 'not-here', replaced, restartedAt: '', planCommand: '' });
  return notes;
}

/** The one object, or the one namespace that they are in. */
function nameOfObjects(targets: readonly ObjectTarget[]): string | undefined {
  const written = targets.filter(isWritten);
  if (written.length === 1) return written[0]!.object.name;
  const namespaces = [...new Set(written.map(({ object }) => object.namespace).filter((namespace) => namespace !== ''))];
  return namespaces.length === 1 ? namespaces[0] : undefined;
}

async function revertTarget(run: StoredRun, record: RunRecord, planned: WorkloadTarget, connection: Connection, context: Context, choice: OwnerChoice): Promise<WorkloadRevert> {
  const { id: runId, directory } = record;
  const ref = planned.object;
  const live = await readTarget(connection, ref);
  const steps = ['patch-template', 'set-replicas'].map((kind) => stepId(kind, ref));
  const [{ ownership }, ...images] = await Promise.all([
    judgeOwnersAgain(planned, live, connection, context, { ...choice, purpose: 'revert', anyway: `kubectl rollback revert ${runId}` }),
    ...steps.map(async (id) => (await readPreImage(directory, id, context))?.[0]),
  ]);
  if (steps.some((id, index) => !images[index] && hasDone(run, id))) throw new RetraceError('run.pre-images-gone', { id: runId, state: record.state, command: historyCommand(ref, connection) });
  const [template, replicas] = images;
  return planWorkloadRevert({ runId, planned, live, before: { template, replicas }, ownership, planCommand: historyCommand(ref, connection) });
}

/**
 * Whether the run itself did this step, and so had its pre-image: `close` deletes those in the cluster, also one that was cut off before its
 * line. Never take that for "nothing to do".
 */
function hasDone({ journal }: StoredRun, id: string): boolean {
  const has = (type: 'intended' | 'done') => journal.entries.some((entry) => entry.type === type && entry.step === id);
  return has('intended') && has('done');
}
