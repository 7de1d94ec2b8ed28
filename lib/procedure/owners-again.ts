import type { Context } from '../core/context.ts';
import type { Owner } from '../core/owner.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { readTarget } from '../layers/workload/steps/guarded-write.ts';
import { writingStepKinds } from '../layers/workload/steps.ts';
import { noteOwners } from '../layers/workload/traps.ts';
import { changeOfOwners } from '../ownership/change.ts';
import { gatherOwners } from '../ownership/gather.ts';
import { judgeOwnership } from '../ownership/judge.ts';
import type { Ownership } from '../ownership/judge.ts';
import { ownedError } from '../ownership/owned-error.ts';
import { displayName } from '../run/object-ref.ts';
import type { Plan, PlannedTarget } from '../run/plan.ts';
import type { RunRecord } from '../run/record.ts';

/** What the person agreed to. */
export interface OwnerChoice {
  /** Do it although an owner that the plan does not name will put it back. */
  withoutHold?: boolean;
}

export interface OwnerQuestion extends OwnerChoice {
  purpose: Plan['purpose'];
  /** The command that does it nevertheless, without `--without-hold` and the flags for the cluster. */
  anyway: string;
}

/** Who writes a target now; `gone` are owners that the plan names and that are no more. */
export interface OwnersNow {
  ownership: Ownership;
  gone: Owner[];
}

/**
 * Judges the owners of a planned target again, from its live object: an operator, a release or an Application may have
 * taken it since. None above it, or the ones that the plan names: it was agreed to. Costs nothing for a target without
 * marks, else one round trip's time an owner.
 * @throws target.owned when somebody writes it whom the plan does not name, without `withoutHold`
 */
export async function judgeOwnersAgain(planned: PlannedTarget, live: KubeObject, connection: Connection, context: Context, question: OwnerQuestion): Promise<OwnersNow> {
  const { purpose, anyway, withoutHold } = question;
  const { flagsForHints } = connection;
  const facts = { object: live, owners: await gatherOwners(connection, live), autoscalers: [], unread: [] };
  const ownership = judgeOwnership(facts, ` -n ${planned.object.namespace}${flagsForHints}`);
  const change = changeOfOwners(planned.owners ?? [], ownership);
  if (change.added.length === 0 || withoutHold) return { ownership, gone: change.gone };
  throw ownedError(displayName(planned.object), ownership, { now: new Date(serverNowMs(connection, context)), withoutHold: `${anyway}${flagsForHints} --without-hold`, purpose, change });
}

/**
 * Judges the owners of what a run has yet to write, before it goes on. What is written already is not asked about: its
 * wait tells who puts it back. An owner that is gone is in nobody's way.
 * @returns the plan to go on with: by `withoutHold` it names the owners of now, as if it had been made today
 * @throws target.owned, target.deleted
 */
export async function checkOwnersOfRest(plan: Plan, record: RunRecord, connection: Connection, context: Context, choice: OwnerChoice): Promise<Plan> {
  const anyway = `kubectl rollback resume ${record.id}`;
  const judged = await Promise.all(
    plan.targets.filter((planned) => isToWrite(planned, record)).map(async (planned) => {
      const live = await readTarget(connection, planned.object);
      return { planned, ...(await judgeOwnersAgain(planned, live, connection, context, { ...choice, purpose: plan.purpose, anyway })) };
    }),
  );
  return choice.withoutHold ? takeOwnersIn(plan, judged) : plan;
}

function isToWrite({ object }: PlannedTarget, { plan, steps }: RunRecord): boolean {
  const isDone = (id: string) => steps.some((step) => step.id === id && step.state === 'done');
  return plan.steps.some(({ id, kind, target }) => target?.uid === object.uid && writingStepKinds.includes(kind) && !isDone(id));
}

/** The plan with the owners of now. Their marks on the target are agreed to: to its writing steps they must not look stale. */
function takeOwnersIn(plan: Plan, judged: (OwnersNow & { planned: PlannedTarget })[]): Plan {
  const nameOf = ({ planned }: { planned: PlannedTarget }) => displayName(planned.object);
  const targets = plan.targets.map((one): PlannedTarget => {
    const now = judged.find(({ planned }) => planned === one);
    if (!now) return one;
    const { owner: _marks, ...basis } = one.basis;
    return { ...one, owners: now.ownership.owners, basis };
  });
  const others = plan.notes.filter((one) => one.code !== 'owner-puts-back' || !judged.some((now) => nameOf(now) === one.params.target));
  return { ...plan, targets, notes: [...others, ...judged.flatMap((now) => noteOwners(nameOf(now), now.ownership))] };
}
