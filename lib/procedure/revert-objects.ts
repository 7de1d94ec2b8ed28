import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { MissingPermission } from '../core/permission.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { gatherObjects } from '../layers/object/gather.ts';
import { planObject } from '../layers/object/plan.ts';
import { keyOf, keyOfObject, readLive } from '../layers/object/read-live.ts';
import { keepObjects } from '../layers/object/steps/keep-objects.ts';
import { isWritten as isInForce, staleObject } from '../layers/object/steps/write-object.ts';
import { readPreImage } from '../run/pre-image.ts';
import { readWanted } from '../run/wanted.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import { historyCommand } from '../run/object-ref.ts';
import { isObjectTarget, isWritten } from '../run/plan.ts';
import type { ObjectTarget, Step } from '../run/plan.ts';
import type { RunRecord } from '../run/record.ts';
import type { StoredRun } from '../run/run-store.ts';
import { noteObjects, permissionsFor, previewWrites, stepsFor } from './object-plan.ts';
import type { OwnerChoice } from './owners-again.ts';

export interface ObjectRevert {
  targets: ObjectTarget[];
  steps: Step[];
  notes: Note[];
  needs: MissingPermission[];
}

/**
 * The inverse of a run on objects: what it found comes back, what it made goes. An object that is neither as the run left it nor as the run
 * found it is refused: somebody has gone on from there.
 * @throws plan.stale; run.pre-images-gone when the safety copy is no more
 */
export async function planObjectRevert(run: StoredRun, record: RunRecord, connection: Connection, context: Context, { withoutHold }: OwnerChoice): Promise<ObjectRevert> {
  const targets = run.plan.targets.filter(isObjectTarget).filter(isWritten);
  if (targets.length === 0) return { targets: [], steps: [], notes: [], needs: [] };
  const [before, wanted] = await Promise.all([readPreImage(run.directory, keepObjects.kind, context), readWanted(run.directory, context)]);
  const isKept = record.steps.some(({ kind, state }) => kind === 'keep-objects' && state === 'done');
  if (!before && isKept) throw new RetraceError('run.pre-images-gone', { id: run.id, state: record.state, command: historyCommand(targets[0]!.object, connection) });
  // It died before its safety copy was whole: then nothing was written.
  if (!before) return { targets: targets.map(untouched), steps: [], notes: [], needs: [] };
  const live = await readLive(connection, targets.map(({ object }) => object));
  const found = new Map(before.map((object) => [keyOfObject(object), object]));
  const written = new Map((wanted ?? []).map((object) => [keyOfObject(object), object]));
  for (const target of targets) refuseChanged(target, live, found, written);
  const { facts, unread } = await gatherObjects(connection, { stored: before, knownTypes: [], isNamed: true, flagsForHints: connection.flagsForHints });
  const made = targets.filter(({ verb, object }) => verb === 'create' && live.has(keyOf(object))).map(({ object }) => live.get(keyOf(object))!);
  const { facts: madeFacts } = await gatherObjects(connection, { stored: made, knownTypes: [], isNamed: true, flagsForHints: connection.flagsForHints });
  const source = { kind: 'run' as const, id: run.id };
  const agreed = new Map(targets.map(({ object, owners = [] }) => [keyOf(object), owners.length > 0]));
  const options = { source, deleteAdded: true, undoesCreation: true };
  const first = [...facts, ...madeFacts.map((one) => ({ ...one, stored: undefined }))].map((one) => {
    const key = keyOfObject((one.stored ?? one.live)!);
    return planObject(one, { ...options, withoutHold: withoutHold === true || agreed.get(key) === true });
  });
  const { planned } = await previewWrites(first, connection);
  const needs = permissionsFor(planned);
  return {
    targets: planned.map(({ target }) => target),
    steps: stepsFor(planned),
    notes: [note('revert-is-bad', 'warning', { runId: run.id, target: `${targets.length}` }), ...(await noteObjects(planned, needs, unread, connection))],
    needs,
  };
}

function untouched(target: ObjectTarget): ObjectTarget {
  return { ...target, action: 'noop', verb: 'noop', changes: [] };
}

/** Neither as the run found it nor as it left it. */
function refuseChanged(target: ObjectTarget, live: ReadonlyMap<string, KubeObject>, found: ReadonlyMap<string, KubeObject>, written: ReadonlyMap<string, KubeObject>): void {
  const key = keyOf(target.object);
  const now = live.get(key);
  const before = found.get(key);
  const isAsFound = before ? isInForce({ target: { ...target, verb: 'update', basis: {} }, wanted: before }, now) : now === undefined;
  if (isAsFound || isInForce({ target, wanted: written.get(key) }, now)) return;
  // Deleted, but not yet made again.
  if (target.verb === 'recreate' && !now) return;
  throw staleObject(target, now ? ['state'] : ['existence']);
}
