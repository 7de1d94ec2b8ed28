import { digestOf } from '../../../core/digest.ts';
import { RetraceError } from '../../../core/errors.ts';
import { isError } from '../../../core/errors.ts';
import { sleep } from '../../../core/time.ts';
import { isRoomForSuccessor } from '../../../formats/exceeded-quota.ts';
import { failureOf, mayHaveArrived } from '../../../kube/failures.ts';
import { createObject, deleteObject, getObject, replaceObject } from '../../../kube/objects.ts';
import type { KubeObject } from '../../../kube/types.ts';
import { displayName, typeOfRef } from '../../../run/object-ref.ts';
import type { ObjectTarget } from '../../../run/plan.ts';
import { resumeCommand } from '../../../run/runner.ts';
import type { StepEnvironment } from '../../../run/step-kind.ts';
import { cleanForCreate } from '../../../snapshot/restore/clean-for-create.ts';
import { cleanForUpdate } from '../../../snapshot/restore/clean-for-update.ts';
import { digestOfState, isSameState } from '../../../snapshot/restore/compare.ts';
import { keepsPodsWhenDeleted } from '../../../snapshot/restore/immutable.ts';
import { basisOf, changedBasis } from '../basis.ts';

/** Recorded in managedFields, so that everybody can see who wrote. */
export const fieldManager = 'kubectl-snapshot';
/** More at once waits in the API server's own queues (its default is 400 reads and 200 writes in flight for all clients). */
export const writesAtOnce = 16;

const mostAttempts = 5;
const longestThrottleSeconds = 10;

export interface ObjectWrite {
  target: ObjectTarget;
  /** As it is to be, as it was captured; undefined for what is to be gone. */
  wanted: KubeObject | undefined;
}

/** The postcondition: the object is as it is to be, whoever wrote it. */
export function isWritten({ target, wanted }: ObjectWrite, live: KubeObject | undefined): boolean {
  const { verb, basis, wantedDigest, keepsReplicas } = target;
  const isOld = live !== undefined && basis['uid'] === digestOf(live.metadata.uid);
  if (verb === 'delete') return !isOld;
  if (!live || !wanted || (verb === 'recreate' && isOld)) return false;
  if (wantedDigest !== undefined && wantedDigest === digestOfState(live)) return true;
  return isSameState(cleanForUpdate(wanted, live, { isScaledByOther: keepsReplicas === true }), live);
}

/**
 * Brings one object to its wanted state from whatever it is found in: never touched, deleted but not yet made again, or done. Each write
 * has the state that was read as its precondition (uid and resourceVersion, or that there is none of that name), so one that arrives
 * late or twice changes nothing. After any trouble the object is read again first.
 * @param found as it was just read
 * @param tellGone called when what is to be made anew is not there, by our deletion or before it: whatever fails from then on leaves it missing
 * @returns what the server answered; undefined when nothing had to be written or it is gone
 * @throws plan.stale when it is neither as planned nor as wanted; run.timeout when what is deleted does not go; else the error of the write
 */
export async function writeObject(write: ObjectWrite, found: KubeObject | undefined, environment: StepEnvironment, tellGone: () => void): Promise<KubeObject | undefined> {
  let live = found;
  for (let attempt = 1; ; attempt++) {
    if (isWritten(write, live)) return live;
    if (write.target.verb === 'recreate' && !live) tellGone();
    refuseStale(write, live);
    try {
      return await send(write, live, environment, tellGone);
    } catch (error) {
      const pauseMs = pauseAfter(error, attempt, write.target);
      if (pauseMs === undefined || attempt === mostAttempts) throw error;
      await sleep(pauseMs);
      live = await readAgain(write, environment, error);
    }
  }
}

async function send({ target, wanted }: ObjectWrite, live: KubeObject | undefined, environment: StepEnvironment, tellGone: () => void): Promise<KubeObject | undefined> {
  const { connection } = environment;
  const { object, verb } = target;
  const type = typeOfRef(object);
  const namespace = object.namespace || undefined;
  if (verb === 'update') {
    return replaceObject(connection, type, namespace, object.name, cleanForUpdate(wanted!, live!, { isScaledByOther: target.keepsReplicas === true }), { fieldManager });
  }
  if (live && (verb === 'delete' || verb === 'recreate')) {
    const { uid, resourceVersion } = live.metadata;
    const propagationPolicy = verb === 'recreate' && keepsPodsWhenDeleted(live) ? 'Orphan' : 'Background';
    await deleteObject(connection, type, namespace, object.name, { uid, resourceVersion, propagationPolicy });
    tellGone();
    await waitUntilGone(target, uid, environment);
  }
  if (verb === 'delete') return undefined;
  return createObject(connection, type, namespace, cleanForCreate(wanted!), { fieldManager });
}

/** Finalizers, and pods that end, take their time. What stops here is gone on with by `resume`: nothing of it is lost. */
async function waitUntilGone({ object }: ObjectTarget, uid: string, { connection, context, options, runId }: StepEnvironment): Promise<void> {
  const endMs = context.now().getTime() + options.timeoutMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const live = await getObject(connection, typeOfRef(object), object.namespace || undefined, object.name, { metadataOnly: true });
    if (live?.metadata.uid !== uid) return;
    if (context.now().getTime() > endMs) throw new RetraceError('run.timeout', { id: runId, waitingFor: [displayName(object)], command: resumeCommand(runId) });
    await sleep(pauseMs, context.signal);
  }
}

function refuseStale({ target }: ObjectWrite, live: KubeObject | undefined): void {
  const { verb, basis, object, keepsReplicas } = target;
  // We, or somebody, deleted it: it is made again.
  if (verb === 'recreate' && !live) return;
  const changed = changedBasis(basis, basisOf(live, { keepsReplicas: keepsReplicas === true }));
  if (changed.length > 0) throw staleObject(target, changed);
  // Its uid is part of every basis of what is there.
  if (verb !== 'create' && live?.metadata.uid !== object.uid && object.uid !== '') throw staleObject(target, ['uid']);
}

/** Neither as planned nor as wanted. */
export function staleObject({ object, source }: ObjectTarget, changed: string[]): RetraceError<'plan.stale'> {
  const name = displayName(object);
  const command = source.kind === 'snapshot' ? `kubectl snapshot restore ${source.id} ${name}` : `kubectl rollback plan ${name}`;
  return new RetraceError('plan.stale', { target: name, changed, command: object.namespace === '' ? command : `${command} -n ${object.namespace}` });
}

/** What the write did must be known even after Ctrl-C. */
async function readAgain({ target: { object } }: ObjectWrite, { connection }: StepEnvironment, error: unknown): Promise<KubeObject | undefined> {
  try {
    return await getObject(connection.uninterrupted(), typeOfRef(object), object.namespace || undefined, object.name);
  } catch {
    throw error;
  }
}

/** Milliseconds to wait before looking again; undefined when looking does not help. */
function pauseAfter(error: unknown, attempt: number, { verb }: ObjectTarget): number | undefined {
  const failure = failureOf(error);
  // The server's own fair queueing: the write surely was not carried out.
  if (failure?.status === 429) return Math.min(failure.retryAfterSeconds ?? 1, longestThrottleSeconds) * 1000;
  // The quota's controller counts some time after the deletion: what is deleted still has its place (quota/v1, replenishment).
  if (verb === 'recreate' && isError(error, 'access.forbidden') && isRoomForSuccessor(error.params.detail)) return 250 * 2 ** attempt;
  // Somebody wrote its status, or it is there already.
  if (isError(error, 'server.conflict')) return 10 * attempt;
  return mayHaveArrived(error) ? 100 * 2 ** attempt : undefined;
}
