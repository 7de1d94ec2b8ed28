import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { getObject } from '../kube/objects.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { choiceOf, chooseState } from '../layers/object/candidates.ts';
import { keyOf, keyOfObject } from '../layers/object/read-live.ts';
import { goneObject, isGone } from '../layers/object/states.ts';
import { staleObject } from '../layers/object/steps/write-object.ts';
import { displayName, typeOfRef } from '../run/object-ref.ts';
import { isObjectTarget, isWritten } from '../run/plan.ts';
import type { ObjectRef, ObjectTarget, Plan, WantedSource } from '../run/plan.ts';
import { isSafetyId, openSafetyCopies } from '../run/safety-copies.ts';
import { parseSnapshot } from '../snapshot/file/parse.ts';
import { readIdentities } from '../snapshot/identity.ts';
import { openRepository } from '../snapshot/open-repository.ts';
import { digestOfState } from '../snapshot/restore/compare.ts';
import { moveToNamespace, newNamespace } from '../snapshot/restore/other-namespace.ts';
import type { SnapshotFlags } from './requests.ts';
import { readStates } from './undo-object.ts';

/**
 * What the objects of a saved plan are to be, from where the plan says it is: a plan holds no contents, for they may be Secrets.
 * @returns undefined for a plan without such objects, and for a revert, whose run holds them
 * @throws plan.stale when the source holds another state now; state.unknown when it holds none; snapshot.*, identity.*
 */
export async function findWantedAgain(plan: Plan, flags: SnapshotFlags, connection: Connection, context: Context): Promise<KubeObject[] | undefined> {
  const targets = plan.targets.filter(isObjectTarget).filter(isWritten);
  if (plan.purpose === 'revert' || targets.length === 0) return undefined;
  if (plan.purpose === 'undo') return Promise.all(targets.map((target) => findState(target, plan, flags, connection, context)));
  return findInSnapshot(targets, flags, context);
}

async function findState(planned: ObjectTarget, { cluster }: Plan, flags: SnapshotFlags, connection: Connection, context: Context): Promise<KubeObject> {
  const { object: ref, source, wantedDigest } = planned;
  const name = displayName(ref);
  const command = `kubectl rollback undo ${name}${ref.namespace === '' ? '' : ` -n ${ref.namespace}`}${connection.flagsForHints}`;
  const type = typeOfRef(ref);
  const object = (await getObject(connection, type, ref.namespace || undefined, ref.name)) ?? goneObject(type, ref.namespace || undefined, ref.name);
  const place = source.kind === 'snapshot' ? { ...flags, repo: source.place } : flags;
  const choice = choiceOf(source);
  const [found] = await readStates([{ type, object }], place, choice, cluster, connection, context);
  const { candidate } = chooseState(found!.candidates, choice, { target: name, command });
  if (wantedDigest !== undefined && !isGone(object) && wantedDigest !== digestOfState(candidate.wanted)) throw staleObject(planned, ['state']);
  return candidate.wanted;
}

type SnapshotSource = Extract<WantedSource, { kind: 'snapshot' }>;

/** All targets of a restore come from one snapshot, whose file is what it was: every byte of it is checked as it is read. */
async function findInSnapshot(targets: readonly ObjectTarget[], flags: SnapshotFlags, context: Context): Promise<KubeObject[]> {
  const made = targets.filter(({ verb }) => verb !== 'delete');
  const source = made[0]?.source as SnapshotSource | undefined;
  if (source === undefined) return [];
  const repository = isSafetyId(source.id) ? openSafetyCopies(context, flags.identity) : await openRepository(source.place, context, flags.repoConfig);
  const content = parseSnapshot(await repository.read(source.id), source.id);
  // Another snapshot of the same name.
  if (content.manifest.finishedAt !== source.takenAt) throw staleObject(made[0]!, ['snapshot']);
  const indexOf = new Map(content.stored.map(({ object }, index) => [keyOfObject(object), index]));
  const indexes = made.map(({ object }) => indexOf.get(keyOf(movedBack(object, source))));
  const isSealed = indexes.some((index) => index !== undefined && content.stored[index]!.sealed);
  const whole = isSealed ? await content.unseal(await readIdentities(flags.identity, context)) : content.stored.map(({ object }) => object);
  return made.map(({ object }, at) => {
    const stored = indexes[at] === undefined ? undefined : whole[indexes[at]];
    // The namespace itself need not have been captured.
    if (source.movedFrom !== undefined && object.kind === 'Namespace') return newNamespace(object.name, stored);
    if (stored === undefined) throw new RetraceError('snapshot.no-such-object', { id: source.id, target: displayName(object), near: [] });
    return source.movedFrom === undefined ? stored : moveToNamespace(stored, source.movedFrom, object.namespace);
  });
}

/** The object as it is named in the snapshot. */
function movedBack(object: ObjectRef, { movedFrom }: SnapshotSource): ObjectRef {
  if (movedFrom === undefined) return object;
  if (object.kind === 'Namespace') return { ...object, name: movedFrom };
  return object.namespace === '' ? object : { ...object, namespace: movedFrom };
}
