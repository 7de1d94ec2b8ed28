import { isTrueAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';

/** The revision label as the pod carries it. A StatefulSet writes the ControllerRevision's whole name there, a DaemonSet its hash. */
export function revisionLabelOf(pod: JsonObject): string | undefined {
  const labels = textsAt(pod, 'metadata', 'labels');
  return labels['pod-template-hash'] ?? labels['controller-revision-hash'];
}

/** True when the pod was made from this revision. */
export function isPodOfRevision(pod: JsonObject, revision: { name: string; hash: string }): boolean {
  const label = revisionLabelOf(pod);
  return label !== undefined && (label === revision.name || label === revision.hash);
}

export function isPodReady(pod: JsonObject): boolean {
  return objectsAt(pod, 'status', 'conditions').some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');
}

/** Since when the Ready condition has its present value, RFC 3339; else since when the pod is there. */
export function readyChangedAt(pod: JsonObject): string | undefined {
  const ready = objectsAt(pod, 'status', 'conditions').find((condition) => condition['type'] === 'Ready');
  return textAt(ready, 'lastTransitionTime') ?? textAt(pod, 'metadata', 'creationTimestamp');
}

export function isPodTerminating(pod: JsonObject): boolean {
  return textAt(pod, 'metadata', 'deletionTimestamp') !== undefined;
}

/** Failed or Succeeded: it will not run again, its controller replaces it. */
export function isPodEnded(pod: JsonObject): boolean {
  return /^(Failed|Succeeded)$/.test(textAt(pod, 'status', 'phase') ?? '');
}

/** Ordinal of a StatefulSet's pod, from its label or its name. */
export function ordinalOf(pod: JsonObject): number | undefined {
  const text = textsAt(pod, 'metadata', 'labels')['apps.kubernetes.io/pod-index'] ?? /-(\d+)$/.exec(textAt(pod, 'metadata', 'name') ?? '')?.[1];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export interface ContainerState {
  container: string;
  role: 'init' | 'app' | 'ephemeral';
  state: 'waiting' | 'running' | 'terminated' | 'unknown';
  /** Kubernetes' own word: `CrashLoopBackOff`, `ImagePullBackOff`, `OOMKilled`, `Error`. */
  reason?: string;
  /** What the kubelet or the program says. May hold secrets: redact before it is shown or kept. */
  message?: string;
  exitCode?: number;
  ready: boolean;
  restarts: number;
  /** How the container ended the time before; its log is still there with `--previous`. */
  previous?: { reason?: string; exitCode?: number; finishedAt?: string };
}

const statusLists = [
  ['initContainerStatuses', 'init'],
  ['containerStatuses', 'app'],
  ['ephemeralContainerStatuses', 'ephemeral'],
] as const;

/** State of every container that the kubelet has reported; init containers first, as they run. */
export function containerStatesOf(pod: JsonObject): ContainerState[] {
  return statusLists.flatMap(([list, role]) => objectsAt(pod, 'status', list).map((status) => containerState(status, role)));
}

function containerState(status: JsonObject, role: ContainerState['role']): ContainerState {
  const state = (['waiting', 'running', 'terminated'] as const).find((name) => objectAt(status, 'state', name));
  const detail = state ? objectAt(status, 'state', state) : undefined;
  const last = objectAt(status, 'lastState', 'terminated');
  return {
    container: textAt(status, 'name') ?? '',
    role,
    state: state ?? 'unknown',
    ...endingOf(detail),
    ready: isTrueAt(status, 'ready'),
    restarts: numberAt(status, 'restartCount') ?? 0,
    ...(last ? { previous: previousOf(last) } : {}),
  };
}

function previousOf(last: JsonObject): NonNullable<ContainerState['previous']> {
  const { reason, exitCode } = endingOf(last);
  return { ...optional('reason', reason), ...optional('exitCode', exitCode), ...optional('finishedAt', textAt(last, 'finishedAt')) };
}

function endingOf(detail: JsonObject | undefined): { reason?: string; message?: string; exitCode?: number } {
  return {
    ...optional('reason', textAt(detail, 'reason')),
    ...optional('message', textAt(detail, 'message')),
    ...optional('exitCode', numberAt(detail, 'exitCode')),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };
}

/** What keeps a pod from being Ready, in Kubernetes' words. */
export interface PodProblem {
  reason: string;
  container?: string;
  restarts?: number;
  exitCode?: number;
}

const startingReasons = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * Why a pod is not Ready: the first container that waits or has ended badly, else why it is not scheduled; undefined
 * when nothing is wrong that the API knows of (it is starting, or its readiness probe fails: `NotReady`).
 */
export function podProblemOf(pod: JsonObject): PodProblem | undefined {
  if (isPodReady(pod)) return undefined;
  for (const state of containerStatesOf(pod)) {
    const problem = problemOf(state);
    if (problem) return problem;
  }
  const phaseReason = textAt(pod, 'status', 'reason');
  if (phaseReason) return { reason: phaseReason };
  const conditions = objectsAt(pod, 'status', 'conditions');
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return { reason: textAt(unscheduled, 'reason') ?? 'Unschedulable' };
  const running = containerStatesOf(pod).find((state) => state.role === 'app' && state.state === 'running' && !state.ready);
  return running ? { reason: 'NotReady', container: running.container, restarts: running.restarts } : undefined;
}

function problemOf(state: ContainerState): PodProblem | undefined {
  const ended = state.state === 'terminated' && (state.exitCode ?? 0) !== 0;
  const waits = state.state === 'waiting' && state.reason !== undefined && !startingReasons.has(state.reason);
  if (!ended && !waits) return undefined;
  const exitCode = state.exitCode ?? state.previous?.exitCode;
  return {
    reason: state.reason ?? 'Error',
    container: state.container,
    restarts: state.restarts,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
