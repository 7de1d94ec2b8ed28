import { atMost } from '../../core/at-most.ts';
import { isError } from '../../core/errors.ts';
import { redactText } from '../../core/redaction.ts';
import { isRoomForSuccessor } from '../../formats/exceeded-quota.ts';
import { diffObjects } from '../../formats/object-diff.ts';
import { createObject, deleteObject, getObject, replaceObject } from '../../kube/objects.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import { typeOfRef } from '../../run/object-ref.ts';
import { digestOfState, isSameState } from '../../snapshot/restore/compare.ts';
import { holdsCredential } from '../../snapshot/stored-object.ts';
import { basisOf, changedBasis } from './basis.ts';
import type { PlannedObject } from './plan.ts';
import { fieldManager, writesAtOnce } from './steps/write-object.ts';

/**
 * Server dry run of every write: admission rules, webhooks and defaults have their say, nothing is stored. What the server refuses
 * becomes a refusal in its words; what it would store as it is already becomes nothing to do.
 * @param isTriable false for what depends on another write of the plan: a namespace or a type that is not there yet
 * @throws server.unreachable, server.error: then nothing is known
 */
export function previewObjects(connection: Connection, planned: readonly PlannedObject[], isTriable: (one: PlannedObject) => boolean): Promise<PlannedObject[]> {
  return atMost(writesAtOnce, planned, async (one) => (one.target.action === 'change' && isTriable(one) ? previewObject(connection, one) : one));
}

// A crash loop writes the status of its workload every few seconds: what is tried then has an old resourceVersion.
const mostAttempts = 5;

async function previewObject(connection: Connection, planned: PlannedObject, attempt = 1): Promise<PlannedObject> {
  try {
    const answer = await tryIt(connection, planned);
    const { live } = planned.facts;
    if (!answer) return planned;
    if (live && isSameState(answer, live)) return nothingToDo(planned);
    const { target } = planned;
    // What will be live, defaults and webhooks included: what a resumed run looks for.
    const wantedDigest = holdsCredential(answer) ? {} : { wantedDigest: digestOfState(answer) };
    return { ...planned, target: { ...target, ...wantedDigest, changes: target.verb === 'update' ? diffObjects(live, answer) : target.changes } };
  } catch (error) {
    // Who may not write may not try either: told with all that is missing.
    if (isError(error, 'access.forbidden') && error.params.missing.length > 0) return planned;
    const again = isError(error, 'server.conflict') && attempt < mostAttempts ? await readAgain(connection, planned) : undefined;
    if (again) return previewObject(connection, again, attempt + 1);
    if (!isError(error, 'server.rejected') && !isError(error, 'server.conflict') && !isError(error, 'access.forbidden')) throw error;
    const message = isError(error, 'access.forbidden') ? error.params.detail : error.params.message;
    return refused(planned, redactText(message));
  }
}

/** The same plan on the object as it is now; undefined when more than its status has changed. */
async function readAgain(connection: Connection, planned: PlannedObject): Promise<PlannedObject | undefined> {
  const { facts, target, body } = planned;
  const { object, basis, keepsReplicas } = target;
  const live = await getObject(connection, typeOfRef(object), object.namespace || undefined, object.name);
  if (!live || !body || changedBasis(basis, basisOf(live, { keepsReplicas: keepsReplicas === true })).length > 0) return undefined;
  return { ...planned, facts: { ...facts, live }, body: { ...body, metadata: { ...body.metadata, resourceVersion: live.metadata.resourceVersion } } };
}

/** @returns what would be live afterwards; undefined where that cannot be tried */
async function tryIt(connection: Connection, { target, body }: PlannedObject): Promise<KubeObject | undefined> {
  const { object, verb } = target;
  const type = typeOfRef(object);
  const namespace = object.namespace || undefined;
  const options = { fieldManager, dryRun: true };
  if (verb === 'update') return replaceObject(connection, type, namespace, object.name, body!, options);
  if (verb === 'create') return createObject(connection, type, namespace, body!, options);
  await deleteObject(connection, type, namespace, object.name, { uid: object.uid, dryRun: true });
  if (verb === 'recreate') await trySuccessor(connection, type, namespace, body!);
  return undefined;
}

/**
 * Whether the server would take what is to be made after the deletion: better refused now than when there is nothing any more. Its
 * name is still taken, so it is tried under another one. A quota counts both. A node port that is taken is another's: only a Service
 * that gets or loses its address is made anew, and the one without has no such port.
 */
async function trySuccessor(connection: Connection, type: ResourceType, namespace: string | undefined, body: KubeObject): Promise<void> {
  const { name, ...metadata } = body.metadata;
  try {
    await createObject(connection, type, namespace, { ...body, metadata: { ...metadata, generateName: `${name}-` } }, { fieldManager, dryRun: true });
  } catch (error) {
    if (isError(error, 'access.forbidden') && isRoomForSuccessor(error.params.detail)) return;
    throw error;
  }
}

function nothingToDo({ facts, target }: PlannedObject): PlannedObject {
  const { wantedDigest: _wanted, keepsReplicas: _keeps, ...rest } = target;
  return { facts, target: { ...rest, action: 'noop', verb: 'noop', changes: [] } };
}

function refused({ facts, target }: PlannedObject, message: string): PlannedObject {
  const { wantedDigest: _wanted, keepsReplicas: _keeps, ...rest } = target;
  return { facts, target: { ...rest, action: 'noop', verb: 'refuse', because: { code: 'server', params: { message } } } };
}
