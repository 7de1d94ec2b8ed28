import { RetraceError } from '../../core/errors.ts';
import { isPodOfRevision, isPodReady, isPodTerminating } from '../../formats/pod.ts';
import { templateDigest } from '../../formats/pod-template.ts';
import { liveTemplate, targetText } from './facts.ts';
import type { WorkloadFacts } from './facts.ts';
import { labelOf, lineOf } from './revisions.ts';
import type { WorkloadRevision } from './revisions.ts';
import { stuckPodsOf } from './stuck-pods.ts';

/** What to go back to, as the person asked. */
export type RevisionChoice =
  | { kind: 'default' }
  | { kind: 'previous' }
  /** Number as kubectl shows it, hash (or four letters of it), or the name of a ReplicaSet or ControllerRevision. */
  | { kind: 'revision'; value: string }
  /** `--to-revision N`; 0 is `previous`, as in kubectl. */
  | { kind: 'number'; value: number };

export interface ChosenRevision {
  to: WorkloadRevision;
  /** `asked`, `previous`, `ready-pods`, `longest-in-force`, `current`. */
  rule: string;
  /** `repair`: the template is right, pods are stuck. `noop`: neither is wrong. */
  action: 'change' | 'repair' | 'noop';
  /** What `kubectl rollout undo` would take: the second-highest number. */
  previous: WorkloadRevision | undefined;
  /** What the rules would choose, when the person asked for `previous`. */
  ruled: WorkloadRevision | undefined;
}

/**
 * Which revision to go back to.
 * @throws history.empty when there is no other revision; revision.not-found; revision.nothing-to-go-back-to
 */
export function chooseRevision(entries: WorkloadRevision[], facts: WorkloadFacts, choice: RevisionChoice): ChosenRevision {
  const previous = entries.findLast((entry) => !entry.current);
  if (choice.kind === 'default') return { ...chooseByRule(entries, facts), previous, ruled: undefined };
  if (entries.length === 0) throw emptyHistory(entries, facts);
  if (choice.kind === 'previous' || (choice.kind === 'number' && choice.value === 0)) {
    if (!previous) throw emptyHistory(entries, facts);
    return { to: previous, rule: 'previous', action: actionFor(previous, facts), previous, ruled: ruledOrNone(entries, facts) };
  }
  const wanted = String(choice.value);
  const to = choice.kind === 'number' ? entries.find((entry) => entry.number === choice.value) : findRevision(entries, wanted);
  if (!to) throw new RetraceError('revision.not-found', { target: targetText(facts), wanted, known: entries.map(lineOf) });
  return { to, rule: 'asked', action: actionFor(to, facts), previous, ruled: undefined };
}

function actionFor(to: WorkloadRevision, facts: WorkloadFacts): ChosenRevision['action'] {
  if (to.templateDigest !== templateDigest(liveTemplate(facts.object))) return 'change';
  return stuckPodsOf(facts, to).length > 0 ? 'repair' : 'noop';
}

/**
 * The rule order of the design. A revision verified good will come first, once `verify` records one in the cluster.
 * Then the revision that Ready pods carry, then the one that was in force longest. Never the current template, never a
 * revision that was gone away from.
 */
function chooseByRule(entries: WorkloadRevision[], facts: WorkloadFacts): Pick<ChosenRevision, 'to' | 'rule' | 'action'> {
  const current = entries.find((entry) => entry.current);
  if (current && isRepairEnough(current, entries, facts)) return { to: current, rule: 'current', action: 'repair' };
  const live = templateDigest(liveTemplate(facts.object));
  const others = entries.filter((entry) => entry.templateDigest !== live);
  if (others.length === 0) throw emptyHistory(entries, facts);
  const candidates = others.filter((entry) => !entry.left).reverse();
  const carried = candidates.filter((entry) => entry.pods.ready > 0);
  if (carried.length > 0) return { to: mostOf(carried, (entry) => entry.pods.ready), rule: 'ready-pods', action: 'change' };
  if (candidates.length > 0) return { to: mostOf(candidates, (entry) => entry.inForceSeconds), rule: 'longest-in-force', action: 'change' };
  throw new RetraceError('revision.nothing-to-go-back-to', { target: targetText(facts), known: entries.map(lineOf), why: 'all-left' });
}

/**
 * Somebody already put the template right, and pods of the bad revision still block the roll-out (kubernetes#67250).
 * That a template has no broken pod proves nothing while it has no pod at all: after two bad roll-outs in a row the pod of
 * the first keeps the second from starting. So its Ready pods must speak for it, or somebody must have gone back to it.
 */
function isRepairEnough(current: WorkloadRevision, entries: WorkloadRevision[], facts: WorkloadFacts): boolean {
  const isBroken = facts.pods.some((pod) => isPodOfRevision(pod, current) && !isPodTerminating(pod) && !isPodReady(pod));
  const wasGoneBackTo = entries.some((entry) => Date.parse(entry.createdAt ?? '') > Date.parse(current.createdAt ?? ''));
  return !isBroken && (current.pods.ready > 0 || wasGoneBackTo) && stuckPodsOf(facts, current).length > 0;
}

/** Of several equal ones the first: the candidates come newest first. */
function mostOf(entries: WorkloadRevision[], measure: (entry: WorkloadRevision) => number): WorkloadRevision {
  return entries.reduce((best, entry) => (measure(entry) > measure(best) ? entry : best));
}

function ruledOrNone(entries: WorkloadRevision[], facts: WorkloadFacts): WorkloadRevision | undefined {
  try {
    return chooseByRule(entries, facts).to;
  } catch (error) {
    if (error instanceof RetraceError) return undefined;
    throw error;
  }
}

/** By number, else by hash or name, else by a prefix of the hash (four letters or more) that only one revision has. */
function findRevision(entries: WorkloadRevision[], wanted: string): WorkloadRevision | undefined {
  const exact = entries.find((entry) => String(entry.number) === wanted) ?? entries.find((entry) => entry.hash === wanted || entry.name === wanted);
  if (exact || wanted.length < 4) return exact;
  const starting = entries.filter((entry) => entry.hash.startsWith(wanted));
  return starting.length === 1 ? starting[0] : undefined;
}

function emptyHistory(entries: WorkloadRevision[], facts: WorkloadFacts): RetraceError {
  const isOff = facts.object['spec'] !== undefined && (facts.object['spec'] as { revisionHistoryLimit?: number }).revisionHistoryLimit === 0;
  const detail = isOff ? 'revisionHistoryLimit: 0' : (entries.map(labelOf).join(', ') || 'none');
  return new RetraceError('history.empty', { target: targetText(facts), detail });
}
