import type { Context } from '../core/context.ts';
import { isError, RetraceError } from '../core/errors.ts';
import type { MissingPermission } from '../core/errors.ts';
import { quoteForShell } from '../core/shell.ts';
import { eachOnce, ruleText } from '../core/permission.ts';
import { newId } from '../core/ids.ts';
import { readClusterRef } from '../kube/cluster-identity.ts';
import { findMissingPermissions } from '../kube/access-review.ts';
import { findResourceType } from '../kube/discovery.ts';
import { getObject } from '../kube/objects.ts';
import { parseTargetWords, resolveTargets } from '../kube/targets.ts';
import type { ResolvedTarget } from '../kube/targets.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { wordOfChoice } from '../layers/object/candidates.ts';
import type { StateChoice } from '../layers/object/candidates.ts';
import { goneObject } from '../layers/object/states.ts';
import { chooseRevision } from '../layers/workload/choose.ts';
import { templateOfNamed } from '../layers/workload/facts.ts';
import type { WorkloadFacts } from '../layers/workload/facts.ts';
import { planWorkload } from '../layers/workload/plan.ts';
import type { WorkloadPlan } from '../layers/workload/plan.ts';
import { gatherReferences, gatherWorkload } from '../layers/workload/history.ts';
import { isRolledOut, refuseOwned, refuseTarget } from '../layers/workload/refusal.ts';
import { previewTarget } from '../layers/workload/preview.ts';
import { listRevisions } from '../layers/workload/revisions.ts';
import { gatherOwnership } from '../ownership/gather.ts';
import { judgeOwnership } from '../ownership/judge.ts';
import { displayName, historyCommand, refOf } from '../run/object-ref.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import type { Plan } from '../run/plan.ts';
import { permissionsToShare } from '../run/shared/sharing.ts';
import { permissionsToObserve } from '../run/wait/observe.ts';
import { skipReason } from '../snapshot/restore/skipped.ts';
import { waitRollout } from '../run/wait/step.ts';
import { listLeftRevisions } from './left-revisions.ts';
import type { UndoRequest } from './requests.ts';
import { planDependents } from './restart-dependents.ts';
import { orderSteps } from './step-order.ts';
import { planObjectUndo } from './undo-object.ts';
import { serverNowMs } from '../kube/server-time.ts';

/**
 * Facts → plan → preview of an undo. Reads only; the server's dry run changes nothing.
 * Sequential round trips: discovery, target, its revisions and pods, its references, preview with access review: five.
 * Owners are looked up beside the third; a Helm release takes one more, each further level of owners another.
 * @throws everything that makes the undo impossible or wrong, before anything is changed
 */
export async function planUndo(request: UndoRequest, connection: Connection, context: Context): Promise<UndoPlan> {
  const { namespace, flagsForHints } = request;
  const [all, cluster, { left, unread }] = await Promise.all([
    resolveUndone(request, connection),
    readClusterRef(connection),
    listLeftRevisions(connection, namespace, context),
  ]);
  const hints = ` -n ${namespace}${flagsForHints}`;
  const [objects, resolved] = [all.filter(hasNoRevisions), all.filter((target) => !hasNoRevisions(target))];
  refuseChoice(request, objects, resolved);
  const planningObjects = planObjectUndo(objects, request, cluster, connection, context);
  planningObjects.catch(() => {});
  const planned = await Promise.all(
    resolved.map(async ({ type, object }): Promise<Planned> => {
      // Begun together. An owner is the better answer than whatever is wrong with the facts, which may come first.
      const gathering = isRolledOut(type) ? gatherWorkload(connection, type, object) : undefined;
      gathering?.catch(() => {});
      const ownership = judgeOwnership(await gatherOwnership(connection, object), hints);
      const now = new Date(serverNowMs(connection, context));
      refuseOwned({ type, object }, ownership, { flagsForHints: hints, now, withoutHold: request.withoutHold });
      refuseTarget({ type, object }, hints);
      const facts = await gathering!;
      const chosen = chooseRevision(listRevisions(facts, now, left), facts, request.to);
      const references = await gatherReferences(connection, facts, templateOfNamed(facts, chosen.to.name) ?? {});
      const part = planWorkload({ ...request, facts, references, choice: request.to, left, now, ownership, flagsForHints: hints });
      const isAwaited = part.steps.some((step) => step.kind === waitRollout.kind);
      return { facts, unread: ownership.unread, unlisted: ownership.unlisted, ...part, needs: [...part.needs, ...(isAwaited ? permissionsToObserve(part.target.object) : [])] };
    }),
  );
  const undone = await planningObjects;
  const restarts = await planDependents(connection, undone.changed, {
    mode: request.restart,
    withoutHold: request.withoutHold,
    replaced: new Set(planned.filter(({ steps }) => steps.some(({ kind }) => kind === 'patch-template')).map(({ target }) => target.object.uid)),
    restartedAt: new Date(serverNowMs(connection, context)).toISOString(),
    planCommand: `kubectl rollback plan ${request.targets.join(' ')}${hints}`,
  });
  const targets = [...undone.targets, ...planned.map((part) => part.target)];
  const needs = [...eachOnce([...undone.needs, ...planned.flatMap((part) => part.needs), ...restarts.needs]), ...permissionsToShare({ targets, options: request.options })];
  const previews = await previewAll(planned, needs, connection, request.isTried !== false);
  return {
    plan: {
      apiVersion: 'retrace/v1',
      kind: 'Plan',
      id: newId('p', context),
      createdAt: context.now().toISOString(),
      purpose: 'undo',
      cluster,
      targets,
      // What pods read comes back before they are made anew.
      steps: orderSteps([undone.steps, ...planned.map((part) => part.steps), restarts.steps]),
      notes: [...undone.notes, ...planned.flatMap((part) => part.notes), ...restarts.notes, ...previews, ...noteUnread(planned, [...unread, ...restarts.unread])],
      confirmation: planned.find((part) => part.confirmation.kind === 'type-name')?.confirmation ?? { kind: 'yes' },
      needs,
      options: request.options,
    },
    wanted: undone.wanted,
  };
}

/** A plan, and the objects that its run writes: no part of the plan, for they may be Secrets. */
export interface UndoPlan {
  plan: Plan;
  wanted: KubeObject[];
}

/**
 * As `resolveTargets`. An object without revisions that is not there may have been deleted: it is taken as such (`isGone`), and
 * `planObjectUndo` tells that there is none when nothing holds a state of it.
 */
async function resolveUndone({ targets, namespace, selector, flagsForHints }: UndoRequest, connection: Connection): Promise<ResolvedTarget[]> {
  try {
    return await resolveTargets(connection, targets, { namespace, selector, verb: 'rollback plan', flagsForHints });
  } catch (error) {
    if (!isError(error, 'target.not-found') || selector !== undefined) throw error;
    const words = parseTargetWords(targets);
    return Promise.all(
      words.map(async (word) => {
        const type = await findResourceType(connection, word.type);
        const object = await getObject(connection, type, namespace, word.name!);
        if (!object && isRolledOut(type)) throw error;
        return { type, object: object ?? goneObject(type, namespace, word.name!) };
      }),
    );
  }
}

/** What makes pods without keeping revisions, or only once: neither its past nor a copy of it is any use. */
const withoutPast = ['ReplicaSet', 'ReplicationController', 'Job'];

/** True for what goes back as a whole, to a state that somebody kept. */
export function hasNoRevisions({ type, object }: ResolvedTarget): boolean {
  return !isRolledOut(type) && !withoutPast.includes(type.kind) && skipReason(object, { isNamed: true }) === undefined;
}

/** A revision is of workloads, a state of everything else. @throws usage.value, state.of-workload */
function refuseChoice(request: UndoRequest, objects: readonly ResolvedTarget[], workloads: readonly ResolvedTarget[]): void {
  const { to, state } = request;
  const refused = (expected: string, value: string) => new RetraceError('usage.value', { flag: '--to', value, expected });
  const isKept = state.kind === 'snapshot' || state.kind === 'run';
  if (isKept && objects.length === 0 && workloads.every(({ type }) => isRolledOut(type))) throw stateOfWorkloads(state, workloads, request);
  if (state.kind !== 'default' && objects.length === 0) throw refused('a revision number, hash or name, or previous', wordOfChoice(state));
  if (to.kind !== 'default' && workloads.length === 0 && objects.length > 0) throw refused('snapshot:ID, last-applied, helm:REVISION or run:ID', to.kind === 'previous' ? 'previous' : String(to.value));
}

/**
 * A snapshot's template may be one that no controller keeps: there is no revision to go to, to await or to name in the plan. A restore
 * writes the whole object, replicas too, and awaits its pods.
 */
function stateOfWorkloads(state: Extract<StateChoice, { id: string }>, workloads: readonly ResolvedTarget[], { namespace, snapshots, flagsForHints }: UndoRequest): RetraceError {
  const refs = workloads.map(({ type, object }) => refOf(type, object));
  const targets = refs.map(displayName);
  const place = Object.entries({ repo: snapshots.repo, 'repo-config': snapshots.repoConfig, identity: snapshots.identity }).flatMap(([flag, value]) => (value === undefined ? [] : [` --${flag}=${quoteForShell(value)}`]));
  const asked = wordOfChoice(state);
  const id = state.kind === 'run' ? asked : state.id;
  return new RetraceError('state.of-workload', {
    targets,
    asked,
    command: `kubectl snapshot restore ${id} ${targets.join(' ')} -n ${namespace}${place.join('')}${flagsForHints}`,
    history: historyCommand(refs[0]!, { flagsForHints }),
  });
}

/** `unread`: what may not be looked at of its owners; `unlisted`, of their autoscalers. */
type Planned = WorkloadPlan & { facts: WorkloadFacts; unread: MissingPermission[]; unlisted: MissingPermission[] };

/** What only the server can tell: whether it would take the change, and whether we may make it. */
async function previewAll(planned: Planned[], needs: MissingPermission[], connection: Connection, isTried: boolean): Promise<Note[]> {
  const trying = isTried ? planned.map((part) => previewTarget(connection, part.facts, part.target)) : [Promise.resolve(note('untried', 'info', {}))];
  const [missing, previews] = await Promise.all([findMissingPermissions(connection, needs), Promise.all<Note | undefined>(trying)]);
  const permissions = missing.length > 0 ? [note('permission-missing', 'warning', { permissions: missing.map(ruleText) })] : [];
  return [...previews.filter((preview) => preview !== undefined), ...permissions];
}

function noteUnread(planned: Planned[], others: MissingPermission[]): Note[] {
  const ofTargets = planned.flatMap(({ facts, unread, unlisted, target: { owners = [] } }) => {
    // Told at the owner itself, or in place of one.
    const told = owners.length > 0 ? owners.flatMap((owner) => owner.unread ?? []) : unread;
    return [...facts.unread.flatMap((fact) => fact.missing), ...unlisted, ...unread.filter((permission) => !told.includes(permission))];
  });
  const missing = [...others, ...ofTargets].map(ruleText);
  return missing.length > 0 ? [note('not-looked-at', 'warning', { permissions: [...new Set(missing)] })] : [];
}
