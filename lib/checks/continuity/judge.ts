import { finding, type Finding } from '../finding.ts';
import type { Question } from '../check.ts';
import type { ContinuityFacts, RestartFacts, SeriesFacts } from './facts.ts';
import { coverScrapers, coverTargets, type CoveredTarget, type ScraperCover } from './cover.ts';
import { courseOf, missedIn, type Hole, type Span } from './holes.ts';
import { gatherLosses, type Blame, type Loss } from './losses.ts';
import { nameOf, type Target } from './target.ts';
import { judgeTails } from './tails.ts';

/** Prometheus 3.16 scrapes nothing in its first 5 s, and left 8 s at an interval of 1 s in a healthy restart (measured). */
const restartMs = 8000;
/** Of the sender: batch_send_deadline (prometheus config/config.go DefaultQueueConfig). */
const batchDeadlineMs = 5000;

/**
 * Judges what is missing after the change; what was lost before it is told as damage. Pure.
 * The interval is each series' own pace; replicas count together; a restart's own hole is expected.
 */
export function judgeContinuity(facts: ContinuityFacts, { since, now }: Pick<Question, 'since' | 'now'>): Finding[] {
  const { selector, places, warnings, tooMany, series, toMs } = facts;
  if (places.length === 0) return facts.scrapers.length === 0 ? [] : [finding('series-elsewhere', 'inconclusive', { scrapers: facts.scrapers.map(({ name }) => name) })];
  const place = places.join(', ');
  if (tooMany) return [finding('series-many', 'inconclusive', { selector, ...tooMany })];
  if (warnings.length > 0) return [finding('series-doubtful', 'inconclusive', { place, warnings: [...warnings] })];
  if (series.length === 0) return [finding('series-none', 'inconclusive', { selector, place })];
  const sinceMs = since === undefined ? facts.fromMs : Date.parse(since);
  const targets = coverTargets(facts);
  if (since !== undefined && !targets.some(({ spans }) => spans[0]!.fromMs < sinceMs)) return [finding('series-without-past', 'inconclusive', { selector, place })];
  const scrapers = coverScrapers(targets);
  const local = Map.groupBy(facts.local, ({ labels }) => addressOf(labels));
  const lost = targets.flatMap((target) => lossesOf(target, { ...scrapers.get(target.scraper)!, local: local.get(addressOf(target.labels)) ?? [] }, sinceMs));
  const ends = judgeTails(targets, facts, sinceMs);
  const found = [...gatherLosses(lost), ...ends, ...paceFindings(targets, facts)];
  if (found.some(({ verdict }) => verdict !== 'warn' && verdict !== 'pass')) return found;
  const expected = lost.filter(({ kind }) => kind === 'expected');
  const longestMs = Math.max(...expected.map((loss) => loss.toMs - loss.fromMs));
  const restart = expected.length === 0 ? {} : { restart: { series: new Set(expected.map(({ target }) => target.key)).size, longestMs, scraper: expected[0]!.target.scraper } };
  return [finding('series-whole', 'pass', { selector, series: targets.length, forMs: Math.max(0, Math.min(toMs, Date.parse(now)) - sinceMs), ...restart }), ...found];
}

/** What tells whose doing a hole of a target is. */
interface Surroundings extends ScraperCover {
  /** Of the same address, as scrapers have it themselves. */
  local: readonly SeriesFacts[];
}

function addressOf({ job = '', instance = '' }: Readonly<Record<string, string>>): string {
  return JSON.stringify([job, instance]);
}

function lossesOf(target: CoveredTarget, around: Surroundings, sinceMs: number): Loss[] {
  const own = target.holes.flatMap((hole) => lossOf(hole, target, around, sinceMs));
  if (target.replicas.length === 1) return own;
  const ofOne = target.courses.flatMap(({ holes }) => holes).filter((hole) => hole.toMs > sinceMs && !target.holes.some((lost) => lost.fromMs < hole.toMs && hole.fromMs < lost.toMs));
  return [...own, ...ofOne.map((hole): Loss => ({ ...hole, target, kind: isOfRestart(hole, target) ? 'expected' : 'replica' }))];
}

function lossOf(hole: Hole, target: CoveredTarget, around: Surroundings, sinceMs: number): Loss[] {
  const { intervalMs } = target;
  if (isOfRestart(hole, target)) return [{ ...hole, target, kind: 'expected' }];
  const blame = blameFor(hole, target, around);
  const part = (fromMs: number, toMs: number, kind: Loss['kind']): Loss => ({ fromMs, toMs, missed: Math.max(1, missedIn(fromMs, toMs, intervalMs)), target, kind, ...(blame === undefined ? {} : { blame }) });
  if (hole.toMs <= sinceMs) return [{ ...hole, target, kind: 'damage', ...(blame === undefined ? {} : { blame }) }];
  if (hole.fromMs >= sinceMs) return [{ ...hole, target, kind: 'hole', ...(blame === undefined ? {} : { blame }) }];
  // Begun before the change ended: the first scrape after it is due one interval later, the rest is damage of the incident.
  const after = hole.toMs - sinceMs > intervalMs * 1.5 ? [part(sinceMs, hole.toMs, 'hole')] : [];
  return [part(hole.fromMs, sinceMs, 'damage'), ...after];
}

/** The hole of a restart itself, and not a moment more: what was not sent before it is lost without a counter (prometheus#8809). */
function isOfRestart(hole: Span, target: CoveredTarget): boolean {
  return target.restarts.some((restart) => isWithin(hole, restart, target.intervalMs));
}

function isWithin(hole: Span, restart: RestartFacts, intervalMs: number): boolean {
  return hole.fromMs >= restart.fromMs - intervalMs - batchDeadlineMs && hole.toMs <= restart.toMs + restartMs + 2 * intervalMs;
}

/** Undefined where the facts do not tell. */
function blameFor(hole: Hole, target: CoveredTarget, { local, targets, spans }: Surroundings): Blame | undefined {
  if (target.restarts.some(({ fromMs, toMs }) => hole.fromMs <= toMs && hole.toMs >= fromMs)) return 'restart';
  if (local.some((one) => isSameTarget(one, target) && hasSamplesIn(one, hole))) return 'transport';
  if (targets === 1) return undefined;
  const middleMs = (hole.fromMs + hole.toMs) / 2;
  return spans.some((span) => span.fromMs <= middleMs && span.toMs >= middleMs) ? 'target' : 'scraper';
}

/** A scraper's own answer lacks the external labels that the central one has. */
function isSameTarget({ labels, scraper }: SeriesFacts, target: Target): boolean {
  return (scraper === undefined || target.scraper.includes(scraper)) && Object.entries(labels).every(([name, value]) => target.labels[name] === value);
}

function hasSamplesIn({ stretches }: SeriesFacts, { fromMs, toMs }: Span): boolean {
  return courseOf({ stretches }).spans.some((span) => span.fromMs < toMs && span.toMs > fromMs && Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs) > (toMs - fromMs) / 2);
}

function paceFindings(targets: readonly CoveredTarget[], { series }: ContinuityFacts): Finding[] {
  const shifted = targets.filter(({ courses }) => courses.some(({ phaseShifts }) => phaseShifts.length > 0));
  const changed = targets.flatMap((target) => target.courses.flatMap(({ change }) => (change ? [{ target, change }] : [])));
  const irregular = series.filter((one) => one.irregular);
  return [
    ...(irregular.length > 0 ? [finding('series-irregular', 'inconclusive', { series: irregular.length, example: nameOf(irregular[0]!.labels) })] : []),
    ...(changed.length > 0 ? [finding('series-interval', 'warn', { series: changed.length, example: nameOf(changed[0]!.target.labels), fromMs: changed[0]!.change.fromMs, toMs: changed[0]!.change.toMs, at: new Date(changed[0]!.change.atMs).toISOString() })] : []),
    ...(shifted.length > 0 ? [finding('series-phase', 'warn', { series: shifted.length, example: nameOf(shifted[0]!.labels) })] : []),
  ];
}
