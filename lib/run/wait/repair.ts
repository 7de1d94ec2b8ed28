import { isError, RetraceError } from '../../core/errors.ts';
import { isSelected } from '../../formats/label-selector.ts';
import type { LabelSelector } from '../../formats/label-selector.ts';
import { evictPod } from '../../kube/eviction.ts';
import { mayHaveArrived } from '../../kube/failures.ts';
import { deleteObject, getObject, listObjects } from '../../kube/objects.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { KubeObject } from '../../kube/types.ts';
import { keepPodEvidence } from '../evidence.ts';
import { displayName } from '../object-ref.ts';
import type { Step } from '../plan.ts';
import type { StepEnvironment } from '../step-kind.ts';
import type { PodView } from './rollout-view.ts';

// How long a refusal by a disruption budget is taken for a passing one: its controller counts with a delay.
const budgetPatienceMs = 10_000;
const mostFailures = 4;

/** What became of a try: refused by a budget, not decided by a busy server, or failed and not carried out. */
type Answer = { is: 'replaced' } | { is: 'blocked' } | { is: 'busy'; pauseMs: number } | { is: 'failed'; error: unknown };

/** Replaces stuck pods one at a time, with evidence and intent on the disk before each. */
export class PodRepair {
  readonly #step: Step;
  readonly #environment: StepEnvironment;
  /** Pod names by UID: an ordinal's name comes back, its UID does not. */
  readonly #replaced = new Map<string, string>();
  #announced: string | undefined;
  #blockedSinceMs: number | undefined;
  #notBeforeMs = 0;
  #failures = 0;

  constructor(step: Step, environment: StepEnvironment) {
    this.#step = step;
    this.#environment = environment;
  }

  /** Names of the pods that were replaced. */
  get replaced(): string[] {
    return [...this.#replaced.values()];
  }

  /**
   * Evicts or deletes the pod, only if it still is the pod that was judged (uid precondition). Called again while the pod is in the way.
   * @param nowMs server time in milliseconds
   * @throws run.pdb-blocks when a disruption budget goes on refusing; nothing was deleted then. What the server goes on answering
   */
  async replace(view: PodView, pod: KubeObject, nowMs: number): Promise<void> {
    const { options, emit, note } = this.#environment;
    if (options.stuckPods === 'never' || this.#replaced.has(view.uid) || nowMs < this.#notBeforeMs) return;
    if (this.#announced !== view.uid) {
      await keepPodEvidence(pod, this.#step.target!, this.#environment);
      await note({ intent: options.stuckPods, pod: view.name, uid: view.uid, reason: view.reason ?? 'not Ready' });
      this.#emit('evicting', { pod: view.name, reason: view.reason ?? 'not Ready' });
      this.#announced = view.uid;
    }
    const answer = await this.#try(view, pod);
    this.#failures = answer.is === 'failed' ? this.#failures + 1 : 0;
    if (answer.is === 'failed' && this.#failures >= mostFailures) throw answer.error;
    if (answer.is === 'busy') this.#notBeforeMs = nowMs + answer.pauseMs;
    if (answer.is === 'replaced') {
      this.#blockedSinceMs = undefined;
      this.#replaced.set(view.uid, view.name);
      emit({ type: 'step-progress', step: this.#step, code: options.stuckPods === 'delete' ? 'deleted' : 'evicted', params: { pod: view.name } });
      return;
    }
    if (answer.is !== 'blocked') return;
    this.#blockedSinceMs ??= nowMs;
    if (nowMs - this.#blockedSinceMs >= budgetPatienceMs) await this.#stopBlocked(view, pod);
  }

  /** An answer that leaves open whether the pod goes is settled by reading it. */
  async #try(view: PodView, pod: KubeObject): Promise<Answer> {
    const { connection, options } = this.#environment;
    const namespace = String(pod.metadata.namespace);
    try {
      if (options.stuckPods !== 'delete') return await this.#evict(namespace, view);
      await deleteObject(connection, builtinTypes.pods, namespace, view.name, { uid: view.uid });
      return { is: 'replaced' };
    } catch (error) {
      if (!mayHaveArrived(error) && !isError(error, 'server.conflict')) throw error;
      const live = await getObject(connection.uninterrupted(), builtinTypes.pods, namespace, view.name).catch(() => Promise.reject(error));
      const isGoing = live?.metadata.uid !== view.uid || live.metadata.deletionTimestamp !== undefined;
      return isGoing ? { is: 'replaced' } : { is: 'failed', error };
    }
  }

  async #evict(namespace: string, view: PodView): Promise<Answer> {
    const answer = await evictPod(this.#environment.connection, namespace, view.name, { uid: view.uid });
    if (answer.outcome === 'throttled') return { is: 'busy', pauseMs: answer.retryAfterSeconds * 1000 };
    return { is: answer.outcome === 'blocked' ? 'blocked' : 'replaced' };
  }

  async #stopBlocked(view: PodView, pod: KubeObject): Promise<never> {
    const { connection, runId } = this.#environment;
    const namespace = String(pod.metadata.namespace);
    const { items } = await listObjects(connection, builtinTypes.poddisruptionbudgets, { namespace });
    const labels = pod.metadata.labels as Record<string, string> | undefined;
    const budgets = items.filter((budget) => isSelected((budget.spec as { selector?: LabelSelector } | undefined)?.selector, labels));
    throw new RetraceError('run.pdb-blocks', {
      id: runId,
      pod: view.name,
      budgets: budgets.map((budget) => displayName({ kind: 'PodDisruptionBudget', name: budget.metadata.name })),
      command: `kubectl rollback resume ${runId} --stuck-pods=delete`,
    });
  }

  #emit(code: string, params: Record<string, string>): void {
    this.#environment.emit({ type: 'step-progress', step: this.#step, code, params });
  }
}
