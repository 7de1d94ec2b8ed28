import { RetraceError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { objectAt, textsAt } from '../../core/fields.ts';
import { lastWriterOf } from '../../formats/managed-fields.ts';
import { restartedAtKey, templateDigest } from '../../formats/pod-template.ts';
import type { LabelSelector } from '../../formats/label-selector.ts';
import { getObject } from '../../kube/objects.ts';
import type { KubeObject } from '../../kube/types.ts';
import { deletedError, displayName, typeOfRef } from '../object-ref.ts';
import type { ObjectRef, Step } from '../plan.ts';
import type { StepEnvironment, StepKind } from '../step-kind.ts';
import { Deadline } from './deadline.ts';
import { judgeRollout } from './judge.ts';
import type { RolloutVerdict } from './judge.ts';
import { observeWorkload } from './observe.ts';
import type { Observed, Observer } from './observe.ts';
import { PodRepair } from './repair.ts';
import { viewRollout } from './view.ts';
import { serverNowMs } from '../../kube/server-time.ts';

// Watches tell of changes at once; this only bounds how late a time-out or an unreachable server is noticed.
const longestPauseMs = 1_000;
const refusedEvictionPauseMs = 2_000;

/**
 * Waits until every pod is of the right revision, Ready and stable, and replaces the pods that keep the roll-out from
 * getting there. One step for all layers, whoever wrote the template. Safe to run again at any time: it only looks at
 * the live cluster.
 */
export const waitRollout: StepKind = {
  kind: 'wait-rollout',

  // Only looking tells; `run` returns at its first look when all is well.
  isDone: async () => undefined,

  async run(step, environment) {
    const target = step.target!;
    const live = await getObject(environment.connection, typeOfRef(target), target.namespace, target.name, {});
    const selector = objectAt(live, 'spec', 'selector') as LabelSelector | undefined;
    // Without a uid it is what this run makes.
    if (!live || (target.uid !== '' && live.metadata.uid !== target.uid) || !selector) throw deletedError(target, environment.connection);
    if (isBackAgain(step, environment, live)) throw putBack(live, target, environment);
    const observer = observeWorkload(environment.connection, target, selector, environment.context.signal);
    try {
      return await new Wait(step, environment, observer, live).untilDone();
    } finally {
      observer.stop();
    }
  },
};

function digestOfTemplate(object: KubeObject): string {
  return templateDigest(objectAt(object, 'spec', 'template') ?? {});
}

/** Whoever puts it back at once (a controller, a sync loop) is faster than the way from the patch to this step. */
function isBackAgain({ params }: Step, { plan }: StepEnvironment, live: KubeObject): boolean {
  // After a restart there is no revision that was planned: it is the one of the template with the restart's mark.
  if (params['restartedAt'] !== undefined) return textsAt(live, 'spec', 'template', 'metadata', 'annotations')[restartedAtKey] !== params['restartedAt'];
  const before = params['beforeDigest'] ?? plan.targets.find(({ object }) => object.uid === live.metadata.uid)?.basis['template'];
  return before !== params['templateDigest'] && before === digestOfTemplate(live);
}

function putBack(live: KubeObject, target: ObjectRef, { runId }: StepEnvironment): RetraceError {
  const writer = lastWriterOf(live, ['spec', 'template']);
  return new RetraceError('run.put-back', { id: runId, target: displayName(target), by: writer?.manager ?? 'an unknown writer', at: writer?.time ?? '' });
}

class Wait {
  readonly #step: Step;
  readonly #environment: StepEnvironment;
  readonly #observer: Observer;
  readonly #target: ObjectRef;
  readonly #repair: PodRepair;
  readonly #deadline: Deadline;
  readonly #uid: string;
  readonly #digest: string;
  #shown = '';
  #lastWaitingFor: string[] = [];

  constructor(step: Step, environment: StepEnvironment, observer: Observer, live: KubeObject) {
    this.#step = step;
    this.#environment = environment;
    this.#observer = observer;
    this.#target = step.target!;
    this.#repair = new PodRepair(step, environment);
    this.#deadline = new Deadline(this.#serverNowMs(), environment.options.timeoutMs);
    this.#uid = live.metadata.uid;
    this.#digest = digestOfTemplate(live);
  }

  async untilDone(): Promise<JsonObject> {
    const { context, options } = this.#environment;
    for (;;) {
      if (context.signal.aborted) throw this.#interrupted();
      const nowMs = this.#serverNowMs();
      const observed = this.#observer.current();
      let pauseMs = longestPauseMs;
      if (observed?.connected) {
        const view = viewRollout(this.#checkTarget(observed), observed);
        const verdict = judgeRollout(view, { nowMs, stableForMs: options.stableForMs, stuckAfterMs: options.stuckAfterMs });
        this.#deadline.observe(view, nowMs);
        this.#lastWaitingFor = verdict.waitingFor;
        this.#show(verdict);
        if (verdict.done) return this.#result(verdict, view.updateHash);
        if (verdict.stuck) {
          await this.#repair.replace(verdict.stuck, podOf(verdict.stuck.uid, observed), nowMs);
          pauseMs = refusedEvictionPauseMs;
        }
        if (verdict.nextLookMs !== undefined) pauseMs = Math.min(pauseMs, Math.max(50, verdict.nextLookMs - nowMs));
      } else {
        this.#showUnreachable(observed);
      }
      this.#stopWhenOverdue(nowMs);
      await this.#observer.next(pauseMs);
    }
  }

  /** The workload as planned: the same object, with the template that was there when the wait began. */
  #checkTarget({ target }: Observed): KubeObject {
    if (!target || target.metadata.uid !== this.#uid || target.metadata.deletionTimestamp !== undefined) throw deletedError(this.#target, this.#environment.connection);
    if (digestOfTemplate(target) === this.#digest) return target;
    throw putBack(target, this.#target, this.#environment);
  }

  #stopWhenOverdue(nowMs: number): void {
    if (nowMs < this.#deadline.atMs()) {
      if (this.#deadline.isExtended(nowMs)) this.#emitOnce('extended', { why: 'pods are still moving' });
      return;
    }
    const { runId } = this.#environment;
    throw new RetraceError('run.timeout', { id: runId, waitingFor: this.#lastWaitingFor, command: `kubectl rollback resume ${runId}` });
  }

  #result(verdict: RolloutVerdict, hash: string | undefined): JsonObject {
    return {
      pods: verdict.pods.map((pod) => pod.name),
      hash: hash ?? null,
      replaced: this.#repair.replaced,
      leftAsTheyAre: verdict.leftAsTheyAre,
    };
  }

  #show(verdict: RolloutVerdict): void {
    const replaced = new Set(this.#repair.replaced);
    const state = JSON.stringify([verdict.pods, verdict.done]);
    if (state === this.#shown) return;
    this.#shown = state;
    const params = { replaced: [...replaced], waitingFor: verdict.waitingFor };
    this.#environment.emit({ type: 'step-progress', step: this.#step, code: 'pods', params, pods: verdict.pods });
  }

  #showUnreachable(observed: Observed | undefined): void {
    if (observed) this.#emitOnce('unreachable', { detail: observed.reason ?? '' });
  }

  #emitOnce(code: string, params: JsonObject): void {
    const state = JSON.stringify([code, params]);
    if (state === this.#shown) return;
    this.#shown = state;
    this.#environment.emit({ type: 'step-progress', step: this.#step, code, params });
  }

  #serverNowMs(): number {
    return serverNowMs(this.#environment.connection, this.#environment.context);
  }

  #interrupted(): RetraceError {
    const { runId } = this.#environment;
    return new RetraceError('run.interrupted', { id: runId, command: `kubectl rollback resume ${runId}` });
  }
}

function podOf(uid: string, observed: Observed): KubeObject {
  return observed.pods.find((pod) => pod.metadata.uid === uid)!;
}
