import { coverTargets, type CoveredTarget } from './cover.ts';
import type { ContinuityFacts } from './facts.ts';
import type { Span } from './holes.ts';
import { nameOf } from './target.ts';

/** What a time has of the samples that it ought to have; `before`: the series had not begun. */
export type Cell = 'all' | 'some' | 'none' | 'before';

export interface TimelineRow {
  /** A scraper with the number of its series, or a series. */
  name: string;
  series?: number;
  cells: Cell[];
}

export interface Timeline {
  fromMs: number;
  toMs: number;
  rows: TimelineRow[];
  /** Series with holes that have no row. */
  more: number;
}

/** A row for each scraper and for each series that lacks something, as many as can be read. */
const [mostScrapers, mostSeries] = [6, 8];

/** The window in so many cells of equal time: whole scrapers first, then the series that lack most. Pure. */
export function timelineOf(facts: ContinuityFacts, cellCount: number): Timeline {
  const targets = coverTargets(facts);
  const scrapers = [...Map.groupBy(targets, ({ scraper }) => scraper)].map(([name, group]) => ({ name: name === '' ? facts.places.join(', ') : name, series: group.length, cells: cellsOf(group, facts, cellCount) }));
  const holed = targets.filter(({ holes, spans, intervalMs }) => holes.length > 0 || facts.toMs - spans.at(-1)!.toMs > missingAfter(intervalMs)).toSorted((a, b) => lackOf(b, facts) - lackOf(a, facts));
  const rows = holed.slice(0, mostSeries).map((target) => ({ name: nameOf(target.labels), cells: cellsOf([target], facts, cellCount) }));
  return { fromMs: facts.fromMs, toMs: facts.toMs, rows: [...scrapers.slice(0, mostScrapers), ...rows], more: holed.length - rows.length };
}

/** The last sample may be on its way. */
function missingAfter(intervalMs: number): number {
  return 2 * intervalMs + 20_000;
}

function lackOf({ spans }: CoveredTarget, { toMs }: ContinuityFacts): number {
  return toMs - spans[0]!.fromMs - spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
}

function cellsOf(targets: readonly CoveredTarget[], { fromMs, toMs }: ContinuityFacts, cellCount: number): Cell[] {
  const widthMs = (toMs - fromMs) / cellCount;
  const expected = new Float64Array(cellCount);
  const present = new Float64Array(cellCount);
  for (const { spans, intervalMs } of targets) {
    addSpan(expected, { fromMs: spans[0]!.fromMs, toMs: Math.max(spans.at(-1)!.toMs, toMs - missingAfter(intervalMs)) }, fromMs, widthMs);
    for (const span of spans) addSpan(present, span, fromMs, widthMs);
  }
  return Array.from(expected, (due, at) => {
    if (due === 0) return 'before';
    const part = present[at]! / due;
    return part > 0.99 ? 'all' : part > 0 ? 'some' : 'none';
  });
}

/** Adds the time that a span has of each cell. */
function addSpan(cells: Float64Array, span: Span, fromMs: number, widthMs: number): void {
  const first = Math.max(0, Math.floor((span.fromMs - fromMs) / widthMs));
  for (let at = first; at < cells.length && fromMs + at * widthMs < span.toMs; at++) {
    const startMs = fromMs + at * widthMs;
    cells[at]! += Math.max(0, Math.min(span.toMs, startMs + widthMs) - Math.max(span.fromMs, startMs));
  }
}
