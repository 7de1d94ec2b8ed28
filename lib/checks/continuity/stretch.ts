/** Samples that follow each other at one pace: the times of a series without a word lost that a judge needs. */
export interface Stretch {
  /** Unix time in milliseconds of its first sample, which is the last one of the stretch before. */
  fromMs: number;
  toMs: number;
  /** From one sample to the next; 0 for the one sample of a series that has no other. */
  steps: number;
}

/** A step this much longer or shorter than those before it is another pace, and at this many intervals a sample is missing. */
export const paceChange = 1.5;
/** A series without any pace has no more; what is then left out is said. */
const mostStretches = 2000;

/**
 * Makes stretches of times that come in pieces. Scrapes are not exactly spaced (prometheus scrape/scrape.go aligns within 2 ms only,
 * later ones under load), so the pace is the mean so far.
 */
export class StretchRecorder {
  readonly stretches: Stretch[] = [];
  /** More changes of pace than are kept. */
  isIrregular = false;

  /** Times that are not later than the last one are known already: ranges overlap at their edges (Prometheus 2.x is closed on the left). */
  add(timesMs: Float64Array): void {
    for (let index = 0; index < timesMs.length; index++) this.#addOne(timesMs[index]!);
  }

  #addOne(timeMs: number): void {
    const last = this.stretches.at(-1);
    if (last === undefined) {
      this.stretches.push({ fromMs: timeMs, toMs: timeMs, steps: 0 });
      return;
    }
    const stepMs = timeMs - last.toMs;
    if (stepMs <= 0) return;
    const paceMs = last.steps === 0 ? stepMs : (last.toMs - last.fromMs) / last.steps;
    if (stepMs < paceMs * paceChange && stepMs * paceChange > paceMs) {
      last.toMs = timeMs;
      last.steps++;
    } else if (this.stretches.length < mostStretches) this.stretches.push({ fromMs: last.toMs, toMs: timeMs, steps: 1 });
    else {
      this.isIrregular = true;
      last.toMs = timeMs;
      last.steps++;
    }
  }
}

/** Mean time from sample to sample, in milliseconds. */
export function paceOf({ fromMs, toMs, steps }: Stretch): number {
  return (toMs - fromMs) / steps;
}
