import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { MissingPermission } from '../core/errors.ts';
import type { ClusterRef } from '../kube/cluster-identity.ts';
import { serverNowMs } from '../kube/server-time.ts';
import { makeNotFoundError } from '../kube/target-hints.ts';
import type { ResolvedTarget } from '../kube/targets.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { chooseState, wordOf } from '../layers/object/candidates.ts';
import type { ChosenState, StateCandidate, StateChoice } from '../layers/object/candidates.ts';
import { gatherObjects } from '../layers/object/gather.ts';
import { gatherStates } from '../layers/object/history.ts';
import type { SnapshotPlace } from '../layers/object/history.ts';
import { planObject } from '../layers/object/plan.ts';
import type { PlannedObject } from '../layers/object/plan.ts';
import { compareStates, isGone } from '../layers/object/states.ts';
import type { StateGap } from '../layers/object/states.ts';
import { gatherOwnership } from '../ownership/gather.ts';
import { judgeOwnership } from '../ownership/judge.ts';
import { ownedError } from '../ownership/owned-error.ts';
import { displayName, refOf } from '../run/object-ref.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import type { ObjectTarget, Step } from '../run/plan.ts';
import { isWritten } from '../run/plan.ts';
import { openRepository } from '../snapshot/open-repository.ts';
import { noteObjects, permissionsFor, previewWrites, stepsFor } from './object-plan.ts';
import type { SnapshotFlags, UndoRequest } from './requests.ts';
import type { ChangedObject } from './restart-dependents.ts';

/** The part of an undo plan that is about objects without revisions. */
export interface ObjectUndo {
  targets: ObjectTarget[];
  steps: Step[];
  notes: Note[];
  needs: MissingPermission[];
  /** What the run writes; no part of the plan, for it holds Secrets. */
  wanted: KubeObject[];
  changed: ChangedObject[];
}

export const noObjects: ObjectUndo = { targets: [], steps: [], notes: [], needs: [], wanted: [], changed: [] };

/** What an object can go back to, for a person: see `chooseState`. */
export interface ObjectStates {
  target: ResolvedTarget;
  candidates: StateCandidate[];
  gaps: StateGap[];
}

/**
 * Every state that these objects can go back to. Reads only; of each state the server says in a dry run what it would keep.
 * @param choice to look only where the person asked for
 * @throws file.unreadable, repository.*; server.*
 */
export async function readStates(targets: readonly ResolvedTarget[], flags: SnapshotFlags, choice: StateChoice, cluster: ClusterRef, connection: Connection, context: Context): Promise<ObjectStates[]> {
  const found = await gatherStates(connection, targets, await placeOf(flags, context), cluster.uid, choice, context);
  return targets.map((target, index) => ({ target, candidates: compareStates(target.object, found[index]!.states), gaps: found[index]!.gaps }));
}

async function placeOf({ repo, repoConfig, identity }: SnapshotFlags, context: Context): Promise<SnapshotPlace> {
  return { repository: await openRepository(repo, context, repoConfig), identityFile: identity };
}

/**
 * Plans to go back with objects that have no revisions of their own, each to the state that is chosen for it.
 * @throws target.owned, target.deleted; state.none, state.ambiguous, state.unknown, state.refused
 */
export async function planObjectUndo(targets: readonly ResolvedTarget[], request: UndoRequest, cluster: ClusterRef, connection: Connection, context: Context): Promise<ObjectUndo> {
  if (targets.length === 0) return noObjects;
  await refuseOwnedObjects(targets, request, connection, context);
  const states = await readStates(targets, request.snapshots, request.state, cluster, connection, context);
  await Promise.all(states.map((one) => refuseUnknown(one, request, connection)));
  const chosen = states.map(({ target, candidates }) => chooseState(candidates, request.state, { target: nameOf(target), command: `kubectl rollback undo ${nameOf(target)}${placeText(target)}${request.flagsForHints}` }));
  const { facts, unread } = await gatherObjects(connection, { stored: chosen.map(({ candidate }) => candidate.wanted), knownTypes: [], isNamed: true, flagsForHints: request.flagsForHints });
  const first = facts.map((one, index) => planObject(one, { source: chosen[index]!.candidate.source, withoutHold: request.withoutHold === true, deleteAdded: false }));
  const { planned } = request.isTried === false ? { planned: first } : await previewWrites(first, connection);
  planned.forEach(refuseLeft);
  const written = planned.filter(({ target }) => isWritten(target));
  const needs = permissionsFor(planned);
  return {
    targets: planned.map(({ target }) => target),
    steps: stepsFor(planned),
    notes: [...states.flatMap((one, index) => noteState(one, chosen[index]!)), ...(await noteObjects(planned, [], unread, connection))],
    needs,
    wanted: written.map(({ facts: { stored } }) => stored!),
    changed: written.map(({ facts: { live, stored } }) => ({ live, wanted: stored! })),
  };
}

function nameOf({ type, object }: ResolvedTarget): string {
  return displayName(refOf(type, object));
}

function placeText({ object }: ResolvedTarget): string {
  return object.metadata['namespace'] === undefined ? '' : ` -n ${String(object.metadata['namespace'])}`;
}

/** An object that is not there, and never was as far as anybody knows. @throws target.not-found with near names */
async function refuseUnknown({ target: { type, object }, candidates }: ObjectStates, { namespace, flagsForHints }: UndoRequest, connection: Connection): Promise<void> {
  if (!isGone(object) || candidates.length > 0) return;
  throw await makeNotFoundError(connection, type, { type: type.singular, name: object.metadata.name }, { namespace, verb: 'rollback plan', flagsForHints });
}

/** As for workloads: with all that is above it, and what makes it durable. */
async function refuseOwnedObjects(targets: readonly ResolvedTarget[], { withoutHold, flagsForHints }: UndoRequest, connection: Connection, context: Context): Promise<void> {
  await Promise.all(
    targets.map(async (target) => {
      const hints = `${placeText(target)}${flagsForHints}`;
      const ownership = judgeOwnership(await gatherOwnership(connection, target.object), hints);
      const isOfController = ownership.owners[0]?.kind === 'controller';
      if (ownership.owners.length === 0 || (withoutHold && !isOfController)) return;
      const anyway = `kubectl rollback undo ${nameOf(target)}${hints} --without-hold`;
      // What a controller makes is made again at once, and no snapshot of it is ever written.
      throw ownedError(nameOf(target), ownership, { now: new Date(serverNowMs(connection, context)), ...(isOfController ? {} : { withoutHold: anyway }) });
    }),
  );
}

/** One object that cannot be written is reason enough to stop: an undo by half is none. */
function refuseLeft({ target }: PlannedObject): void {
  if (target.verb !== 'refuse' && target.verb !== 'skip') return;
  throw new RetraceError('state.refused', { target: displayName(target.object), because: target.because ?? { code: target.verb, params: {} } });
}

function noteState({ target, candidates, gaps }: ObjectStates, { candidate, rule, agreeing }: ChosenState): Note[] {
  const others = candidates.filter((one) => one !== candidate && !one.isLive && one.digest !== candidate.digest).map(({ source }) => wordOf(source));
  const chosen = { target: nameOf(target), state: wordOf(candidate.source), rule, agreeing, others, ...(candidate.at === undefined ? {} : { at: candidate.at }) };
  return [
    note('state-chosen', 'info', chosen),
    ...(gaps.length > 0 ? [note('state-gaps', 'warning', { target: nameOf(target), gaps: gaps.map(({ what, why }) => `${what} (${why})`) })] : []),
  ];
}
