import { textAt } from '../core/fields.ts';
import { controllerOwnerOf } from '../formats/owner-reference.ts';
import { containerStatesOf, isPodEnded, isPodReady, podProblemOf, readyChangedAt } from '../formats/pod.ts';
import type { ContainerState, PodProblem } from '../formats/pod.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { KubeObject } from '../kube/types.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** A pod as far as it tells whether it is well. */
export interface PodFacts {
  name: string;
  namespace: string;
  createdAt: string;
  phase: string;
  ready: boolean;
  /** Since when Ready has its present value. */
  readyChangedAt: string;
  endingSince?: string;
  /** Failed or Succeeded. */
  ended: boolean;
  /** Kind of its controller; a Job's pod may end. */
  controller?: string;
  problem?: PodProblem;
  restarts: RestartFacts[];
}

/** How a container ended the last time. */
export interface RestartFacts {
  container: string;
  /** In all. */
  restarts: number;
  at: string;
  reason?: string;
  exitCode?: number;
}

// kubelet: the longest pause between restarts of a crashing container (kubelet/kubelet.go, MaxContainerBackOff).
const longestBackOffMs = 300_000;
/** A program that is not Ready for so long, without a word why, does not only start: WAL replay takes minutes (prometheus#9179). */
const longestStartMs = 900_000;

/**
 * Every pod Ready, and Ready for long enough. One reading of Ready is no proof: a crash loop is Ready between two crashes, so
 * the restarts after the change and the time of the last one count.
 */
export const pods = defineCheck({
  name: 'pods',
  decides: 'now',
  sources: ['kubernetes/kubernetes pkg/kubelet/kubelet.go (MaxContainerBackOff)', 'prometheus/prometheus#9179'],
  needs: [{ verb: 'list', resource: 'pods', group: '' }],
  async observe({ list }): Promise<{ pods: PodFacts[] }> {
    return { pods: (await list(builtinTypes.pods)).map(readPod) };
  },
  judge({ pods }, question) {
    const found = pods.flatMap((pod) => judgePod(pod, question));
    const well = pods.filter(({ ready, ended, endingSince }) => ready && !ended && endingSince === undefined).length;
    return found.some(({ verdict }) => verdict !== 'warn') || well === 0 ? found : [...found, finding('pods-ready', 'pass', { pods: well, stableForMs: question.stableForMs })];
  },
});

/** Reads a pod; no values of its spec, which may be secrets. */
export function readPod(pod: KubeObject): PodFacts {
  const problem = podProblemOf(pod);
  const controller = controllerOwnerOf(pod)?.kind;
  const endingSince = textAt(pod, 'metadata', 'deletionTimestamp');
  return {
    name: pod.metadata.name,
    namespace: String(pod.metadata['namespace'] ?? ''),
    createdAt: pod.metadata.creationTimestamp,
    phase: textAt(pod, 'status', 'phase') ?? 'Unknown',
    ready: isPodReady(pod),
    readyChangedAt: readyChangedAt(pod) ?? pod.metadata.creationTimestamp,
    ...(endingSince === undefined ? {} : { endingSince }),
    ended: isPodEnded(pod),
    ...(controller === undefined ? {} : { controller }),
    ...(problem === undefined ? {} : { problem }),
    restarts: containerStatesOf(pod).flatMap(readRestart),
  };
}

function readRestart({ container, role, restarts, previous }: ContainerState): RestartFacts[] {
  if (role === 'ephemeral' || previous?.finishedAt === undefined) return [];
  const { finishedAt: at, reason, exitCode } = previous;
  return [{ container, restarts, at, ...(reason === undefined ? {} : { reason }), ...(exitCode === undefined ? {} : { exitCode }) }];
}

function judgePod(pod: PodFacts, question: Question): Finding[] {
  const { now, stableForMs } = question;
  const nowMs = Date.parse(now);
  const name = nameFor(pod, question);
  const inForceMs = Math.max(0, nowMs - Date.parse(pod.readyChangedAt));
  if (pod.ended) {
    // Its controller makes another one; of a Job it is the result.
    const isWell = pod.phase === 'Succeeded' || pod.endingSince !== undefined;
    return isWell ? [] : [finding('pod-failed', pod.controller === undefined ? 'fail' : 'warn', { pod: name, ...(pod.problem ? { reason: pod.problem.reason } : {}) })];
  }
  if (pod.endingSince !== undefined) return [finding('pod-ending', 'pending', { pod: name, forMs: Math.max(0, nowMs - Date.parse(pod.endingSince)) })];
  if (pod.problem && pod.problem.reason !== 'NotReady') {
    const { reason, container, exitCode, restarts } = pod.problem;
    return [finding('pod-broken', 'fail', { pod: name, reason, ...(container === undefined ? {} : { container }), ...(exitCode === undefined ? {} : { exitCode }), ...(restarts === undefined ? {} : { restarts }) })];
  }
  const restarted = pod.restarts.flatMap((restart) => judgeRestart(pod, restart, question));
  if (restarted.some(({ verdict }) => verdict === 'fail')) return restarted;
  if (!pod.ready) return [finding('pod-starting', inForceMs > longestStartMs ? 'fail' : 'pending', { pod: name, forMs: inForceMs, ...(pod.problem ? { reason: pod.problem.reason } : {}) })];
  if (inForceMs >= stableForMs) return restarted;
  return [...restarted, finding('pod-fresh', 'pending', { pod: name, readyForMs: inForceMs, stableForMs }, new Date(Date.parse(pod.readyChangedAt) + stableForMs).toISOString())];
}

function judgeRestart(pod: PodFacts, { container, restarts, at, reason, exitCode }: RestartFacts, question: Question): Finding[] {
  const { now, since, stableForMs } = question;
  const ending = { pod: nameFor(pod, question), container, at, ...(reason === undefined ? {} : { reason }), ...(exitCode === undefined ? {} : { exitCode }) };
  const agoMs = Date.parse(now) - Date.parse(at);
  const isAfter = since !== undefined && Date.parse(at) > Date.parse(since);
  const isNew = since !== undefined && Date.parse(pod.createdAt) >= Date.parse(since);
  // More than once, and the last time so near that the longest pause between crashes would not have passed twice.
  const isLoop = restarts >= 2 && (isNew || agoMs < 2 * longestBackOffMs);
  if (isLoop) return [finding('pod-restarts', 'fail', { ...ending, restarts })];
  if (!isAfter) return [];
  return [agoMs < stableForMs ? finding('pod-restarted', 'pending', ending, new Date(Date.parse(at) + stableForMs).toISOString()) : finding('pod-restarted', 'warn', ending)];
}
