import { RetraceError } from '../../core/errors.ts';
import { isSelected } from '../../formats/label-selector.ts';
import type { LabelSelector } from '../../formats/label-selector.ts';
import { evictPod } from '../../kube/eviction.ts';
import { deleteObject, listObjects } from '../../kube/objects.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { KubeObject } from '../../kube/types.ts';
import { keepPodEvidence } from '../evidence.ts';
import { displayName } from '../object-ref.ts';
import type { Step } from '../plan.ts';
import type { StepEnvironment } from '../step-kind.ts';
import type { PodView } from './rollout-view.ts';

// How long a refusal by a disruption budget is taken for a passing one: its controller counts with a delay.
const budgetPatienceMs = 10_000;

/** Replaces stuck pods one at a time, with evidence and intent on the disk before each. */
export class PodRepair {
  readonly #step: Step;
  readonly #environment: StepEnvironment;
  /** Pod names by UID: an ordinal's name comes back, its UID does not. */
  readonly #replaced = new Map<string, string>();
  #blockedSinceMs: number | undefined;

  constructor(step: Step, environment: StepEnvironment) {
    this.#step = step;
    this.#environment = environment;
  }

  /** Names of the pods that were replaced. */
  get replaced(): string[] {
    return [...this.#replaced.values()];
  }

  /**
   * Evicts or deletes the pod, only if it still is the pod that was judged (uid precondition).
   * @param nowMs server time in milliseconds
   * @throws run.pdb-blocks when a disruption budget goes on refusing; nothing was deleted then
   */
  async replace(view: PodView, pod: KubeObject, nowMs: number): Promise<void> {
    const { options, emit, note } = this.#environment;
    if (options.stuckPods === 'never' || this.#replaced.has(view.uid)) return;
    if (this.#blockedSinceMs === undefined) {
      await keepPodEvidence(pod, this.#step.target!, this.#environment);
      await note({ intent: options.stuckPods, pod: view.name, uid: view.uid, reason: view.reason ?? 'not Ready' });
      this.#emit('evicting', { pod: view.name, reason: view.reason ?? 'not Ready' });
    }
    const refusal = options.stuckPods === 'delete' ? await this.#delete(view, pod) : await this.#evict(view, pod);
    if (refusal === undefined) {
      this.#blockedSinceMs = undefined;
      this.#replaced.set(view.uid, view.name);
      emit({ type: 'step-progress', step: this.#step, code: options.stuckPods === 'delete' ? 'deleted' : 'evicted', params: { pod: view.name } });
      return;
    }
    this.#blockedSinceMs ??= nowMs;
    if (nowMs - this.#blockedSinceMs >= budgetPatienceMs) await this.#stopBlocked(view, pod);
  }

  async #delete(view: PodView, pod: KubeObject): Promise<undefined> {
    await deleteObject(this.#environment.connection, builtinTypes.pods, String(pod.metadata.namespace), view.name, { uid: view.uid });
    return undefined;
  }

  /** @returns why not, or undefined when the pod is on its way out or already another one */
  async #evict(view: PodView, pod: KubeObject): Promise<string | undefined> {
    const answer = await evictPod(this.#environment.connection, String(pod.metadata.namespace), view.name, { uid: view.uid });
    if (answer.outcome === 'blocked') return answer.message;
    return answer.outcome === 'throttled' ? 'throttled' : undefined;
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
