/** An abort signal made of a time limit and the signals of others, and what to undo when the request is over. */
export interface Deadline {
  signal: AbortSignal;
  /** True when the time limit, not a person, ended it. */
  isOver(): boolean;
  /** Takes the timer away, keeps the other signals: the head of a stream is there. */
  stopTimer(): void;
  release(): void;
}

/**
 * @param limitMs Infinity = no limit
 * @param signals any of them ends it at once, with its reason
 */
export function startDeadline(limitMs: number, signals: (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController();
  let over = false;
  const expire = () => {
    over = true;
    controller.abort(new Error('timeout'));
  };
  const timer = Number.isFinite(limitMs) ? setTimeout(expire, Math.max(0, limitMs)) : undefined;
  const releases = signals.filter((signal) => signal !== undefined).map((signal) => follow(signal, controller));
  const stopTimer = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    isOver: () => over,
    stopTimer,
    release: () => {
      stopTimer();
      releases.forEach((release) => release());
    },
  };
}

// AbortSignal.any would keep every finished request alive through the long-lived signal it listens to.
function follow(signal: AbortSignal, controller: AbortController): () => void {
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}
