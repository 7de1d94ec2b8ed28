import { finding, type Finding } from '../finding.ts';
import type { ContinuityFacts } from './facts.ts';
import type { CoveredTarget } from './cover.ts';
import { jobOf, lineagesOf, nameOf } from './target.ts';

/** How long a scrape may take at most by default (prometheus config/config.go DefaultGlobalConfig), and a batch until it is sent, with as much again. */
const [scrapeTimeoutMs, sendingMs] = [10_000, 10_000];
/** A pod that is made anew is discovered and scraped within so long; what comes later is another one. */
const renewalMs = 300_000;
/** Within so long the target of a pod that is made anew is found again: as soon as the pod has an address, whatever it pulls or replays then. */
const rediscoveryMs = 60_000;
/** A Deployment ends its old pod when the new one is ready: both are scraped for a while. */
const overlapMs = 120_000;
/** So long a whole scraper may be silent, which is then a backlog or an outage of the way: remote write sends it later. */
const backlogMs = 600_000;

interface End {
  target: CoveredTarget;
  atMs: number;
}

/** What is said of the ends of series: not yet arrived, replaced by another, gone. Pure. */
export function judgeTails(targets: readonly CoveredTarget[], facts: ContinuityFacts, sinceMs: number): Finding[] {
  const { toMs } = facts;
  const newestOf = new Map<string, number>();
  for (const target of targets) newestOf.set(target.scraper, Math.max(endOf(target), newestOf.get(target.scraper) ?? -Infinity));
  const silent: End[] = [];
  const ended: End[] = [];
  const late: End[] = [];
  for (const target of targets) {
    const atMs = endOf(target);
    const allowedMs = toleranceOf(target);
    if (toMs - atMs <= allowedMs) {
      if (atMs < sinceMs) late.push({ target, atMs });
    } else if (newestOf.get(target.scraper)! - atMs > allowedMs) ended.push({ target, atMs });
    else silent.push({ target, atMs });
  }
  return [...sayEnded(ended, targets, facts), ...saySilent(silent, toMs), ...sayLate(late, sinceMs)];
}

/** After so long without a sample, one is overdue: its interval, its scrape and its batch. */
function toleranceOf({ intervalMs }: CoveredTarget): number {
  return intervalMs * 1.5 + Math.min(intervalMs, scrapeTimeoutMs) + sendingMs;
}

function endOf({ spans }: CoveredTarget): number {
  return spans.at(-1)!.toMs;
}

function sayEnded(ended: readonly End[], targets: readonly CoveredTarget[], facts: ContinuityFacts): Finding[] {
  const { replaced, gone } = findSuccessors(ended, targets, facts);
  const found: Finding[] = [];
  if (replaced.length > 0) found.push(finding('series-replaced', 'pass', { series: replaced.length, example: nameOf(replaced[0]!.old.labels), by: nameOf(replaced[0]!.new.labels) }));
  const endedKeys = new Set(ended.map(({ target }) => target.key));
  const leftOf = new Map<string, number>();
  for (const target of targets) if (!endedKeys.has(target.key)) leftOf.set(jobOf(target), (leftOf.get(jobOf(target)) ?? 0) + 1);
  const groups = Map.groupBy(gone, ({ target }) => JSON.stringify([jobOf(target), isPodThere(target, facts)]));
  for (const group of groups.values()) {
    const { target } = group[0]!;
    const atMs = group.reduce((latest, end) => Math.max(latest, end.atMs), 0);
    const left = leftOf.get(jobOf(target)) ?? 0;
    const podIsThere = isPodThere(target, facts);
    // Others of its job are scraped, and its pod is gone too or unknown: scaled down, as far as can be seen.
    const isScaledDown = left > 0 && !podIsThere;
    const params = { series: group.length, example: nameOf(target.labels), at: new Date(atMs).toISOString(), left, podIsThere };
    const isAwaited = !isScaledDown && facts.toMs - atMs < rediscoveryMs;
    found.push(isAwaited ? finding('series-gone', 'pending', params, new Date(atMs + rediscoveryMs).toISOString()) : finding('series-gone', isScaledDown ? 'warn' : 'fail', params));
  }
  return found;
}

function isPodThere({ labels }: CoveredTarget, { pods }: ContinuityFacts): boolean {
  return labels['pod'] !== undefined && pods.includes(`${labels['namespace'] ?? ''}/${labels['pod']}`);
}

/** One new series for each that ended: the same but for what changes with a pod, or but for its job's name. */
function findSuccessors(ended: readonly End[], targets: readonly CoveredTarget[], { fromMs }: ContinuityFacts): { replaced: { old: CoveredTarget; new: CoveredTarget }[]; gone: End[] } {
  const young = targets.filter(({ spans, intervalMs }) => spans[0]!.fromMs > fromMs + intervalMs * 1.5);
  const born = Map.groupBy(young.flatMap((target) => lineagesOf(target).map((lineage) => ({ target, lineage }))), ({ lineage }) => lineage);
  const taken = new Set<string>();
  const replaced: { old: CoveredTarget; new: CoveredTarget }[] = [];
  const gone: End[] = [];
  for (const end of ended) {
    const successor = lineagesOf(end.target).map((lineage, at) => nearest(end, born.get(lineage) ?? [], at === 0 ? overlapMs : 0, taken)).find((found) => found !== undefined);
    if (!successor) gone.push(end);
    else {
      taken.add(successor.key);
      replaced.push({ old: end.target, new: successor });
    }
  }
  return { replaced, gone };
}

/** The one that began nearest to the end, and goes on behind it. Two jobs that scrape the same at one time are no renaming: no overlap. */
function nearest({ target, atMs }: End, candidates: readonly { target: CoveredTarget }[], mostOverlapMs: number, taken: ReadonlySet<string>): CoveredTarget | undefined {
  let found: CoveredTarget | undefined;
  let leastMs = Infinity;
  // A loop, for there may be as many of both as there are series.
  for (const { target: one } of candidates) {
    const apartMs = one.spans[0]!.fromMs - atMs;
    if (apartMs < -mostOverlapMs || apartMs > renewalMs || Math.abs(apartMs) >= leastMs) continue;
    if (one === target || taken.has(one.key) || endOf(one) <= atMs) continue;
    found = one;
    leastMs = Math.abs(apartMs);
  }
  return found;
}

/** Nothing at all comes from a scraper: it is sent later, or it is lost; that is known when it has come. */
function saySilent(silent: readonly End[], nowMs: number): Finding[] {
  const groups = Map.groupBy(silent, ({ target }) => target.scraper);
  return [...groups].map(([scraper, group]) => {
    const atMs = Math.max(...group.map((end) => end.atMs));
    const params = { series: group.length, example: nameOf(group[0]!.target.labels), at: new Date(atMs).toISOString(), forMs: nowMs - atMs, ...(scraper === '' ? {} : { scraper }) };
    return nowMs - atMs > backlogMs ? finding('series-silent', 'fail', params) : finding('series-silent', 'pending', params, new Date(atMs + backlogMs).toISOString());
  });
}

function sayLate(late: readonly End[], sinceMs: number): Finding[] {
  if (late.length === 0) return [];
  const dueMs = Math.max(...late.map(({ target }) => sinceMs + toleranceOf(target)));
  return [finding('series-awaited', 'pending', { series: late.length, example: nameOf(late[0]!.target.labels) }, new Date(dueMs).toISOString())];
}
