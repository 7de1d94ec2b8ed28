import { digestOf } from '../../core/digest.ts';
import type { Reason } from '../../core/errors.ts';
import { textAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { diffObjects } from '../../formats/object-diff.ts';
import { isBeingDeleted } from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { ObjectTarget, ObjectVerb, WantedSource } from '../../run/plan.ts';
import { cleanForCreate } from '../../snapshot/restore/clean-for-create.ts';
import { cleanForUpdate } from '../../snapshot/restore/clean-for-update.ts';
import { digestOfState, isSameState } from '../../snapshot/restore/compare.ts';
import { fixedDifferences, isNeverDeleted } from '../../snapshot/restore/immutable.ts';
import { skipReason } from '../../snapshot/restore/skipped.ts';
import { holdsCredential } from '../../snapshot/stored-object.ts';
import { basisOf } from './basis.ts';
import type { ObjectFacts } from './facts.ts';
import { refTo } from './read-live.ts';

export interface ObjectPlanOptions {
  source: WantedSource;
  /** Do it although somebody above the object will put it back. */
  withoutHold: boolean;
  /** Delete what was added since, rather than tell of it. */
  deleteAdded: boolean;
  /** What is deleted was made by the run that is taken back: a namespace, too, goes as it came. */
  undoesCreation?: boolean;
}

/** One object of a plan, with what is sent for it. */
export interface PlannedObject {
  facts: ObjectFacts;
  target: ObjectTarget;
  /** What is sent: PUT for an update, POST to make it; undefined where nothing is, or it is deleted. */
  body?: KubeObject;
}

/** What is to be done with one object, from facts alone. The server has its say after this (preview.ts). */
export function planObject(facts: ObjectFacts, options: ObjectPlanOptions): PlannedObject {
  const { stored, live, isScaled } = facts;
  const left = reasonToLeave(facts, options);
  if (left) return make(facts, options, left.verb, { because: left.because });
  if (!stored) return make(facts, options, 'delete', { changes: [live, undefined] });
  if (!live) {
    const body = cleanForCreate(stored);
    return make(facts, options, 'create', { body, changes: [undefined, body] });
  }
  const body = cleanForUpdate(stored, live, { isScaledByOther: isScaled });
  if (isSameState(body, live)) return make(facts, options, 'noop', {});
  const fixed = fixedDifferences(body, live);
  if (fixed.length === 0) return make(facts, options, 'update', { body, changes: [live, body] });
  const because: Reason = { code: isNeverDeleted(stored) ? 'immutable-holds-data' : 'immutable', params: { fields: fixed } };
  if (isNeverDeleted(stored)) return make(facts, options, 'refuse', { because });
  return make(facts, options, 'recreate', { body: cleanForCreate(stored), because, changes: [live, body] });
}

function reasonToLeave(facts: ObjectFacts, options: ObjectPlanOptions): { verb: ObjectVerb; because: Reason } | undefined {
  const { stored, live, isNamed, isServed, ownership } = facts;
  const refuse = (code: string, params: JsonObject = {}) => ({ verb: 'refuse' as const, because: { code, params } });
  // The live object knows best who owns it; a Secret's type is the same in both.
  const skip = skipReason((live ?? stored)!, { isNamed });
  // A token Secret that is there is its controller's; one that is gone is made empty, and filled for the account of today.
  if (skip && (skip.code !== 'token' || live)) return { verb: 'skip', because: { code: skip.code, params: { ...skip.params } } };
  if (!isServed) return refuse('not-served', { type: `${stored?.kind ?? ''}.${stored?.apiVersion ?? ''}` });
  if (live && isBeingDeleted(live)) return refuse('being-deleted');
  const isJob = (object: JsonObject | undefined) => textAt(object, 'kind') === 'Job';
  if (stored && !live && isJob(stored) && textAt(stored, 'status', 'completionTime') !== undefined) return { verb: 'skip', because: { code: 'job-done', params: {} } };
  if (stored && live && isJob(stored)) return { verb: 'skip', because: { code: 'job-is-there', params: {} } };
  if (!stored && isNeverDeleted(live!) && !options.undoesCreation) return { verb: 'skip', because: { code: 'never-deleted', params: {} } };
  if (!stored && !options.deleteAdded) return { verb: 'skip', because: { code: 'added', params: {} } };
  const owners = ownership?.owners ?? [];
  const isChanged = !stored || !live || !isSameState(cleanForUpdate(stored, live, { isScaledByOther: facts.isScaled }), live);
  if (owners.length > 0 && isChanged && !options.withoutHold) return refuse('written-by', { owner: owners[0]!.name });
  return undefined;
}

interface Details {
  body?: KubeObject;
  because?: Reason;
  /** The two states that differ. */
  changes?: [KubeObject | undefined, KubeObject | undefined];
}

function make(facts: ObjectFacts, { source }: ObjectPlanOptions, verb: ObjectVerb, { body, because, changes }: Details): PlannedObject {
  const { type, stored, live, isScaled, ownership } = facts;
  const object = refTo(type, (stored ?? live)!, live?.metadata.uid ?? '');
  const isWritten = verb === 'create' || verb === 'update' || verb === 'recreate' || verb === 'delete';
  const basis = isWritten ? basisOf(live, { keepsReplicas: isScaled }) : {};
  const owners = ownership?.owners ?? [];
  const target: ObjectTarget = {
    object,
    layer: 'object',
    action: isWritten ? 'change' : 'noop',
    verb,
    ...(because ? { because } : {}),
    source,
    ...(body && !holdsCredential(body) ? { wantedDigest: digestOfState(body) } : {}),
    ...(isScaled && isWritten ? { keepsReplicas: true as const } : {}),
    // What is made or deleted as a whole is told by its name.
    changes: changes && verb !== 'create' && verb !== 'delete' ? diffObjects(...changes) : [],
    ...(owners.length > 0 ? { owners } : {}),
    basis,
    basisDigest: digestOf(basis),
  };
  return { facts, target, ...(body ? { body } : {}) };
}
