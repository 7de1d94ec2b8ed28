import type { RolloutView } from './rollout-view.ts';

// A Prometheus with its remote-write receiver down takes 121 s to shut down (flush deadline and retries).
const longestQuietShutdownMs = 150_000;

/**
 * When to stop waiting: `timeoutMs` after the start, but not while something moves. Only what cannot repeat for ever
 * counts as a move (a new pod, a pod that becomes Ready for the first time, one that begins to terminate, one that is
 * gone): a container that restarts every ten seconds is not progress.
 */
export class Deadline {
  readonly #startMs: number;
  readonly #timeoutMs: number;
  readonly #seen = new Set<string>();
  #lastMoveMs: number;

  constructor(startMs: number, timeoutMs: number) {
    this.#startMs = startMs;
    this.#timeoutMs = timeoutMs;
    this.#lastMoveMs = startMs;
  }

  /** Takes a look at the roll-out at `nowMs` (milliseconds). */
  observe(view: RolloutView, nowMs: number): void {
    const before = this.#seen.size;
    for (const pod of view.pods) {
      this.#seen.add(`there ${pod.uid}`);
      if (pod.ready) this.#seen.add(`ready ${pod.uid}`);
      if (pod.terminating) this.#seen.add(`terminating ${pod.uid}`);
    }
    const present = new Set(view.pods.map((pod) => `there ${pod.uid}`));
    for (const mark of [...this.#seen]) {
      if (mark.startsWith('there ') && !present.has(mark)) this.#seen.add(`gone ${mark.slice('there '.length)}`);
    }
    if (this.#seen.size > before && before > 0) this.#lastMoveMs = nowMs;
  }

  /** Moment of the time-out in milliseconds, as things stand. */
  atMs(): number {
    return Math.max(this.#startMs + this.#timeoutMs, this.#lastMoveMs + Math.min(longestQuietShutdownMs, this.#timeoutMs));
  }

  isExtended(nowMs: number): boolean {
    return nowMs > this.#startMs + this.#timeoutMs;
  }
}
