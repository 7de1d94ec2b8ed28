import type { ContinuityFacts, SeriesFacts } from '../../../lib/checks/continuity/facts.ts';
import { StretchRecorder } from '../../../lib/checks/continuity/stretch.ts';

/** Where the windows of these tests begin. */
export const startMs = Date.UTC(2026, 10, 22, 3, 0, 0);
/** Ten minutes later the change ends, ten more later one looks. */
export const sinceMs = startMs + 600_000;
export const nowMs = startMs + 1_200_000;
export const question = { since: new Date(sinceMs).toISOString(), now: new Date(nowMs).toISOString() };

export interface Scrapes {
  intervalMs?: number;
  /** Offset on the absolute grid (prometheus scrape/target.go offset). */
  phaseMs?: number;
  fromMs?: number;
  toMs?: number;
  /** Scrapes in there are missing. */
  without?: readonly (readonly [number, number])[];
  /** Of each scrape, in milliseconds (scrape/scrape.go ScrapeTimestampTolerance). */
  jitterMs?(index: number): number;
}

/** Times as a Prometheus scrapes: an absolute grid of the interval with the target's phase, and a little jitter. */
export function scrapeTimes({ intervalMs = 15_000, phaseMs = 4321, fromMs = startMs, toMs = nowMs, without = [], jitterMs = () => 0 }: Scrapes): number[] {
  const first = Math.ceil((fromMs - phaseMs) / intervalMs);
  const times: number[] = [];
  for (let index = first; index * intervalMs + phaseMs <= toMs; index++) {
    const timeMs = index * intervalMs + phaseMs;
    if (!without.some(([from, to]) => timeMs > from && timeMs < to)) times.push(timeMs + jitterMs(index));
  }
  return times;
}

export function recordTimes(...pieces: readonly (readonly number[])[]): StretchRecorder {
  const recorder = new StretchRecorder();
  for (const piece of pieces) recorder.add(Float64Array.from(piece));
  return recorder;
}

export function seriesOf(labels: Record<string, string>, ...scrapes: readonly Scrapes[]): SeriesFacts {
  return { labels: { __name__: 'up', job: 'node', instance: 'a:9100', ...labels }, stretches: recordTimes(...scrapes.map(scrapeTimes)).stretches };
}

export function factsOf(series: readonly SeriesFacts[], more: Partial<ContinuityFacts> = {}): ContinuityFacts {
  return { selector: 'up', places: ['thanos-query-0'], fromMs: startMs, toMs: nowMs, series, warnings: [], scrapers: [], local: [], pods: [], ...more };
}
