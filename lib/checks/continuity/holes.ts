import type { SeriesFacts } from './facts.ts';
import { paceChange, paceOf, type Stretch } from './stretch.ts';

/** A time in which samples are missing: from the last one before it to the first one after it, Unix time in milliseconds. */
export interface Hole {
  fromMs: number;
  toMs: number;
  missed: number;
}

/** A time from sample to sample without a hole. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** One series, as its pace tells it. */
export interface Course {
  /** Of its last pace, in milliseconds; undefined where it has too few samples to tell. */
  intervalMs: number | undefined;
  holes: Hole[];
  spans: Span[];
  /** Steps too long for the interval and too short for a missing scrape: prometheus scrape/manager.go offsets scrapes by a hash of names and labels. */
  phaseShifts: Hole[];
  /** From one pace to another that lasts. */
  change?: { fromMs: number; toMs: number; atMs: number };
}

/** So many steps of one length are a pace; fewer are chance. */
const stepsOfPace = 5;
/** Below so many intervals a step is not two of them: no scrape is missing, the phase has moved. */
const phaseShiftBelow = 1.9;

/**
 * @param usualMs interval of its like, for a series with too few samples of its own
 * @param configuredMs interval that its scraper has now: the pace in which the series is to end
 */
export function courseOf({ stretches }: Pick<SeriesFacts, 'stretches'>, usualMs?: number, configuredMs?: number): Course {
  const paces = stretches.flatMap((stretch, index) => (stretch.steps >= stepsOfPace ? [{ index, ms: paceOf(stretch) }] : []));
  if (configuredMs !== undefined) paces.push({ index: stretches.length, ms: configuredMs });
  const lasting = paces.filter((pace, at) => !isThinned(pace.ms, paces[at - 1]?.ms, paces[at + 1]?.ms));
  const holes: Hole[] = [];
  const phaseShifts: Hole[] = [];
  let change: Course['change'];
  stretches.forEach((stretch, index) => {
    if (stretch.steps === 0) return;
    const own = lasting.find((pace) => pace.index === index);
    const before = lasting.findLast((pace) => pace.index < index);
    if (own) {
      if (before && isOtherPace(own.ms, before.ms)) change = { fromMs: before.ms, toMs: own.ms, atMs: stretch.fromMs };
      return;
    }
    const after = lasting.find((pace) => pace.index > index);
    // Where the pace changes, a step of the slower one is no hole.
    const intervalMs = before && after ? Math.max(before.ms, after.ms) : (before?.ms ?? after?.ms ?? usualMs);
    if (intervalMs === undefined) return;
    const hole = holeOf(stretch, intervalMs);
    if (hole) (stretch.steps === 1 && paceOf(stretch) < phaseShiftBelow * intervalMs ? phaseShifts : holes).push(hole);
  });
  const intervalMs = lasting.at(-1)?.ms ?? usualMs ?? fewOf(stretches);
  return { intervalMs, holes, spans: spansOf(stretches, holes), phaseShifts, ...(change ? { change } : {}) };
}

/** What at least one replica has is not lost. Holes of them all together, and the spans that they cover. */
export function uniteCourses(courses: readonly Course[], intervalMs: number): { holes: Hole[]; spans: Span[] } {
  const spans: Span[] = [];
  const holes: Hole[] = [];
  for (const { fromMs, toMs } of courses.flatMap((course) => course.spans).toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = spans.at(-1);
    const hole = last === undefined || fromMs <= last.toMs ? undefined : holeOf({ fromMs: last.toMs, toMs: fromMs, steps: 1 }, intervalMs);
    if (last === undefined || (hole !== undefined && fromMs - last.toMs >= phaseShiftBelow * intervalMs)) {
      if (hole) holes.push(hole);
      spans.push({ fromMs, toMs });
    } else last.toMs = Math.max(last.toMs, toMs);
  }
  return { holes, spans };
}

/** Samples that ought to be between two times and are not. */
export function missedIn(fromMs: number, toMs: number, intervalMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / intervalMs) - 1);
}

function holeOf(stretch: Stretch, intervalMs: number): Hole | undefined {
  const paceMs = paceOf(stretch);
  if (paceMs < paceChange * intervalMs) return undefined;
  const missed = missedIn(0, paceMs, intervalMs) * stretch.steps;
  return missed === 0 ? undefined : { fromMs: stretch.fromMs, toMs: stretch.toMs, missed };
}

/** A slower pace that ends in the old one again: every second scrape was lost, nobody changed the interval twice. */
function isThinned(ms: number, beforeMs: number | undefined, afterMs: number | undefined): boolean {
  if (beforeMs === undefined || afterMs === undefined) return false;
  return ms >= beforeMs * paceChange && ms >= afterMs * paceChange && !isOtherPace(beforeMs, afterMs);
}

function isOtherPace(aMs: number, bMs: number): boolean {
  return aMs >= bMs * paceChange || bMs >= aMs * paceChange;
}

/** The shortest of a few steps: what is missing only makes them longer. */
function fewOf(stretches: readonly Stretch[]): number | undefined {
  const steps = stretches.filter((stretch) => stretch.steps > 0).map(paceOf);
  return steps.length === 0 ? undefined : Math.min(...steps);
}

function spansOf(stretches: readonly Stretch[], holes: readonly Hole[]): Span[] {
  const [first] = stretches;
  if (first === undefined) return [];
  const spans: Span[] = [];
  let fromMs = first.fromMs;
  for (const hole of holes) {
    spans.push({ fromMs, toMs: hole.fromMs });
    fromMs = hole.toMs;
  }
  return [...spans, { fromMs, toMs: stretches.at(-1)!.toMs }];
}
