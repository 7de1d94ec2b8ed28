import type { PodProgress } from '../events.ts';
import type { PodView, RolloutView } from './rollout-view.ts';

export interface JudgeOptions {
  nowMs: number;
  stableForMs: number;
  stuckAfterMs: number;
}

export interface RolloutVerdict {
  done: boolean;
  pods: PodProgress[];
  /** What is still missing, one entry a pod or condition, for the message of a time-out. */
  waitingFor: string[];
  /** The one pod that blocks the roll-out and may be replaced now. */
  stuck: PodView | undefined;
  /** Healthy pods of another revision that OnDelete, or a partition above them, leaves as they are. */
  leftAsTheyAre: string[];
  /** When the verdict can change although nothing happens in the cluster: a pod becomes stable or counts as stuck. */
  nextLookMs: number | undefined;
}

/**
 * Judges a roll-out pod by pod: right revision, Ready, and Ready for long enough. The controller's own counters are not
 * used: after an undo of a stuck StatefulSet they all look complete while a pod keeps the broken image (kubernetes#67250),
 * and `currentRevision` is not promoted under OnDelete or a partition (kubernetes#73492, #106055).
 */
export function judgeRollout(view: RolloutView, options: JudgeOptions): RolloutVerdict {
  const pods = [...view.pods].sort((a, b) => (b.ordinal ?? 0) - (a.ordinal ?? 0) || (a.name < b.name ? -1 : 1));
  const stableMs = Math.max(options.stableForMs, view.minReadyMs);
  const isStable = (pod: PodView) => pod.ready && !pod.terminating && options.nowMs - pod.sinceMs >= stableMs;
  const isRight = (pod: PodView) => isOfRightRevision(pod, view);
  const counted = pods.filter((pod) => !pod.terminating && !pod.ended && (isRight(pod) || view.strategy === 'OnDelete'));
  const stable = counted.filter(isStable);

  const waitingFor: string[] = [];
  if (!view.observed || view.updateHash === undefined) waitingFor.push(`${view.kind.toLowerCase()}/${view.name}: template not yet observed`);
  for (const pod of pods) if (!isSettled(pod, isRight(pod), isStable(pod), view)) waitingFor.push(describe(pod, isRight(pod)));
  const present = pods.filter((pod) => !pod.terminating && !pod.ended).length;
  if (present < view.wanted) waitingFor.push(`${view.wanted - present} of ${view.wanted} pods not there yet`);
  if (present > view.wanted) waitingFor.push(`${present - view.wanted} pods more than the ${view.wanted} wanted`);

  const isLeft = (pod: PodView) => pod.hash !== view.updateHash && !pod.terminating && pod.ready && (view.strategy === 'OnDelete' || isRight(pod));
  const leftAsTheyAre = pods.filter(isLeft).map((pod) => pod.name);
  return {
    done: waitingFor.length === 0 && stable.length >= view.wanted,
    pods: pods.map((pod) => progressOf(pod, isRight(pod), isStable(pod))),
    waitingFor,
    stuck: findStuck(pods, view, options, isRight),
    leftAsTheyAre,
    nextLookMs: nextLook(pods, view, options, stableMs, isRight),
  };
}

function isOfRightRevision(pod: PodView, view: RolloutView): boolean {
  if (view.kind === 'StatefulSet' && pod.ordinal !== undefined && pod.ordinal < view.partition) return true;
  return pod.hash === view.updateHash;
}

function isSettled(pod: PodView, right: boolean, stable: boolean, view: RolloutView): boolean {
  // Terminating pods of a Deployment or DaemonSet no longer belong to the roll-out; an ordinal comes back.
  if (pod.terminating || pod.ended) return view.kind !== 'StatefulSet';
  return stable && (right || view.strategy === 'OnDelete');
}

/**
 * A pod that keeps the roll-out from going on: of another revision, not Ready for a while, and the controller will not
 * replace it. Only StatefulSets do that by themselves (OrderedReady, kubernetes#67250); under OnDelete every kind does.
 * One at a time: none while a pod of the set is going down.
 */
function findStuck(
  pods: PodView[],
  view: RolloutView,
  { nowMs, stuckAfterMs }: JudgeOptions,
  isRight: (pod: PodView) => boolean,
): PodView | undefined {
  if (!view.observed || view.updateHash === undefined || !mayBlock(view)) return undefined;
  if (pods.some((pod) => pod.terminating)) return undefined;
  return pods.find((pod) => !isRight(pod) && !pod.ready && !pod.ended && nowMs - pod.sinceMs >= stuckAfterMs);
}

function mayBlock(view: RolloutView): boolean {
  return view.kind === 'StatefulSet' || view.strategy === 'OnDelete';
}

function nextLook(
  pods: PodView[],
  view: RolloutView,
  { nowMs, stuckAfterMs }: JudgeOptions,
  stableMs: number,
  isRight: (pod: PodView) => boolean,
): number | undefined {
  const dueMs = pods
    .filter((pod) => !pod.terminating)
    .flatMap((pod) => {
      if (pod.ready) return [pod.sinceMs + stableMs];
      return !isRight(pod) && mayBlock(view) ? [pod.sinceMs + stuckAfterMs] : [];
    })
    .filter((atMs) => atMs > nowMs);
  return dueMs.length > 0 ? Math.min(...dueMs) : undefined;
}

function progressOf(pod: PodView, right: boolean, stable: boolean): PodProgress {
  const state = pod.terminating ? 'terminating' : stable ? 'stable' : pod.ready ? 'ready' : 'not-ready';
  return { name: pod.name, revision: right ? 'target' : 'other', hash: pod.hash, state, ...(pod.reason ? { reason: pod.reason } : {}) };
}

function describe(pod: PodView, right: boolean): string {
  const state = pod.terminating ? 'terminating' : pod.ready ? 'Ready, not yet for long enough' : (pod.reason ?? 'not Ready');
  return `${pod.name}: ${state}${right ? '' : ', of another revision'}`;
}
