import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { getObject } from '../kube/objects.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { planWorkloadRevert } from '../layers/workload/plan-revert.ts';
import type { WorkloadRevert } from '../layers/workload/plan-revert.ts';
import { stepId } from '../layers/workload/plan.ts';
import { displayName, typeOfRef } from '../run/object-ref.ts';
import type { Plan, PlannedTarget } from '../run/plan.ts';
import { readPreImage } from '../run/pre-image.ts';
import { recordOf } from '../run/record.ts';
import type { RunRecord } from '../run/record.ts';
import { checkCluster } from './cluster-identity.ts';
import { refuseBusy } from './execute.ts';
import { openSharedRun, refuseWorkedOn } from './shared-runs.ts';
import { orderSteps } from './undo.ts';

/**
 * The plan that takes a run back, from its pre-images: last target first. It leads to the state before the run, so it
 * wants the target's name typed.
 * @throws run.not-found, run.busy, run.locked, run.pre-images-gone, run.state (already reverted), plan.other-cluster, plan.stale, target.deleted
 */
export async function planRevert(id: string, connection: Connection, namespace: string, context: Context): Promise<Plan> {
  const run = await openSharedRun(id, connection, namespace, context);
  const record = recordOf(run, context);
  refuseBusy(record);
  if (record.state === 'reverted') {
    throw new RetraceError('run.state', { id, state: record.state, wanted: 'finished, interrupted or stopped', command: `kubectl rollback status ${id}` });
  }
  await checkCluster(run.plan, connection);
  await refuseWorkedOn(run, connection, context);
  const parts = await Promise.all(run.plan.targets.toReversed().map((planned) => revertTarget(record, planned, connection)));
  const name = parts[0]?.target.object.name ?? id;
  return {
    ...run.plan,
    id: newId('p', context),
    createdAt: context.now().toISOString(),
    purpose: 'revert',
    reverts: id,
    targets: parts.map((part) => part.target),
    steps: orderSteps(parts.map((part) => part.steps)),
    notes: parts.map((part) => part.note),
    confirmation: { kind: 'type-name', name, because: parts[0]!.note },
    needs: parts.flatMap((part) => part.needs),
  };
}

async function revertTarget(record: RunRecord, planned: PlannedTarget, connection: Connection): Promise<WorkloadRevert> {
  const { id: runId, directory } = record;
  const ref = planned.object;
  const live = await getObject(connection, typeOfRef(ref), ref.namespace, ref.name);
  if (!live || live.metadata.uid !== ref.uid) throw new RetraceError('target.deleted', { target: displayName(ref), namespace: ref.namespace });
  const [template, replicas] = await Promise.all(
    ['patch-template', 'set-replicas'].map((kind) => readPreImage(directory, stepId(kind, ref)) as Promise<KubeObject | undefined>),
  );
  if (!template && !replicas && hasWritten(record, ref)) throw new RetraceError('run.pre-images-gone', { id: runId, state: record.state });
  return planWorkloadRevert({ runId, planned, live, before: { template, replicas } });
}

/** A run of another machine that was closed has its pre-images no longer in the cluster: never take that for "nothing to do". */
function hasWritten(record: RunRecord, ref: PlannedTarget['object']): boolean {
  const writing = ['patch-template', 'set-replicas'].map((kind) => stepId(kind, ref));
  return record.steps.some(({ id, state, result }) => writing.includes(id) && state === 'done' && result !== undefined) && record.state === 'closed';
}
