import type { ContinuityFacts } from './facts.ts';
import { courseOf, uniteCourses, type Course, type Hole, type Span } from './holes.ts';
import { groupTargets, jobOf, type Target } from './target.ts';

/** A target with what its replicas together have. */
export interface CoveredTarget extends Target {
  intervalMs: number;
  courses: readonly Course[];
  /** Of all replicas together. */
  holes: readonly Hole[];
  spans: readonly Span[];
}

/** Every target with the course of each replica and of all of them together. Those of one sample, whose like have no pace either, have none. */
export function coverTargets(facts: Pick<ContinuityFacts, 'series' | 'scrapers'>): CoveredTarget[] {
  const grouped = groupTargets(facts);
  const usual = new Map<string, number>();
  for (const target of grouped) for (const one of target.replicas) {
    const { intervalMs } = courseOf(one, undefined, target.configuredMs);
    if (intervalMs !== undefined) usual.set(jobOf(target), Math.min(intervalMs, usual.get(jobOf(target)) ?? Infinity));
  }
  return grouped.map((target) => {
    const courses = target.replicas.map((one) => courseOf(one, usual.get(jobOf(target)), target.configuredMs));
    const intervalMs = Math.max(...courses.map((course) => course.intervalMs ?? 0));
    // One replica: its own course, paces that change included.
    const united = courses.length === 1 ? courses[0]! : uniteCourses(courses, intervalMs);
    return { ...target, intervalMs, courses, holes: united.holes, spans: united.spans };
  });
}

/** All that one scraper scrapes. */
export interface ScraperCover {
  targets: number;
  /** When it had a sample of at least one of them. */
  spans: readonly Span[];
}

/** By scraper: a hole in all of its targets is its own. */
export function coverScrapers(targets: readonly CoveredTarget[]): Map<string, ScraperCover> {
  const covers = new Map<string, ScraperCover>();
  for (const [scraper, group] of Map.groupBy(targets, (target) => target.scraper)) {
    const spans: Span[] = [];
    for (const { fromMs, toMs } of group.flatMap((target) => target.spans).toSorted((a, b) => a.fromMs - b.fromMs)) {
      const last = spans.at(-1);
      if (last === undefined || fromMs > last.toMs) spans.push({ fromMs, toMs });
      else last.toMs = Math.max(last.toMs, toMs);
    }
    covers.set(scraper, { targets: group.length, spans });
  }
  return covers;
}
