import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContinuityFacts } from '../../../lib/checks/continuity/facts.ts';
import { judgeContinuity } from '../../../lib/checks/continuity/judge.ts';
import { factsOf, nowMs, question, recordTimes, scrapeTimes, seriesOf, sinceMs, startMs } from './scrape-model.ts';

const judge = (facts: ContinuityFacts) => judgeContinuity(facts, question);
/** `code verdict`, the worst of what matters in a table. */
const told = (facts: ContinuityFacts) => judge(facts).map(({ code, verdict }) => `${verdict} ${code}`);
const at = (offsetMs: number) => new Date(offsetMs).toISOString();

const other = seriesOf({ instance: 'b:9100' }, { phaseMs: 9000 });

describe('what is whole', () => {
  test('every scrape is there', () => {
    expect(judge(factsOf([seriesOf({}, {}), other]))).toEqual([{ code: 'series-whole', verdict: 'pass', params: { selector: 'up', series: 2, forMs: 600_000 } }]);
  });

  test('one of two replicas with a hole is a warning, and says which hole', () => {
    const replica = seriesOf({ replica: 'a' }, { without: [[sinceMs + 60_000, sinceMs + 120_000]] });
    const [whole, hole] = judge(factsOf([replica, seriesOf({ replica: 'b' }, { phaseMs: 500 }), other]));
    expect(whole).toMatchObject({ code: 'series-whole', params: { series: 2 } });
    expect(hole).toMatchObject({ code: 'series-replica', verdict: 'warn', params: { series: 1, missed: 4, longestMs: 75_000 } });
  });

  test("a restart's own hole is expected and said", () => {
    const restart = { fromMs: sinceMs + 100_000, toMs: sinceMs + 103_000 };
    const without = [[sinceMs + 99_000, sinceMs + 111_000]] as const;
    const scrapers = [{ name: 'prometheus-0', labels: { cluster: 'c1' }, restarts: [restart], intervals: {} }];
    const series = [0, 300, 700].map((phaseMs) => seriesOf({ cluster: 'c1', instance: `${phaseMs}` }, { intervalMs: 1000, phaseMs, without }));
    expect(judge(factsOf(series, { scrapers }))).toEqual([
      { code: 'series-whole', verdict: 'pass', params: { selector: 'up', series: 3, forMs: 600_000, restart: { series: 3, longestMs: 13_000, scraper: 'prometheus-0' } } },
    ]);
  });

  test('a pod that was made anew under another name goes on where the old one ended', () => {
    const old = seriesOf({ instance: '10.0.0.1:80', pod: 'web-1' }, { toMs: sinceMs + 60_000 });
    const anew = seriesOf({ instance: '10.0.0.2:80', pod: 'web-2' }, { fromMs: sinceMs + 75_000, phaseMs: 11_000 });
    expect(told(factsOf([old, anew, other]))).toEqual(['pass series-whole', 'pass series-replaced']);
  });

  test('a job that was renamed goes on under its new name', () => {
    const facts = factsOf([seriesOf({ job: 'old' }, { toMs: sinceMs + 60_000 }), seriesOf({ job: 'new' }, { fromMs: sinceMs + 62_000, phaseMs: 1 }), other]);
    expect(told(facts)).toEqual(['pass series-whole', 'pass series-replaced']);
  });

  test('another interval from the change on is told, and no hole', () => {
    const facts = factsOf([seriesOf({}, { toMs: sinceMs }, { fromMs: sinceMs + 1000, intervalMs: 60_000, phaseMs: 49_321 }), other]);
    expect(judge(facts).at(-1)).toMatchObject({ code: 'series-interval', verdict: 'warn', params: { series: 1, fromMs: 15_000, toMs: 60_000 } });
    expect(told(facts)).toEqual(['pass series-whole', 'warn series-interval']);
  });

  test('the interval that the scraper has now tells a new pace from lost scrapes before it can be seen', () => {
    const series = seriesOf({ cluster: 'c1' }, { toMs: nowMs - 200_000 }, { fromMs: nowMs - 199_000, intervalMs: 60_000 });
    const scraper = { name: 'prometheus-0', labels: { cluster: 'c1' }, restarts: [] };
    expect(told(factsOf([series], { scrapers: [{ ...scraper, intervals: { node: 60_000 } }] }))).toEqual(['pass series-whole']);
    expect(told(factsOf([series], { scrapers: [{ ...scraper, intervals: { node: 15_000 } }] }))[0]).toBe('fail series-hole');
  });

  test('a phase that moved leaves up to two intervals without a scrape missing', () => {
    const facts = factsOf([seriesOf({}, { toMs: sinceMs + 30_000, phaseMs: 1000 }, { fromMs: sinceMs + 30_001, phaseMs: 11_000 }), other]);
    expect(told(facts)).toEqual(['pass series-whole', 'warn series-phase']);
  });

  test('fewer targets of a job whose others are scraped were scaled down', () => {
    expect(told(factsOf([seriesOf({ pod: 'web-1', namespace: 'x' }, { toMs: sinceMs + 60_000 }), other]))).toEqual(['pass series-whole', 'warn series-gone']);
  });

  test('what was lost before the change ended is damage of the incident', () => {
    const facts = factsOf([seriesOf({}, { without: [[startMs + 300_000, startMs + 375_000]] }), other]);
    expect(judge(facts).map(({ verdict, params }) => [verdict, params])).toEqual([
      ['pass', { selector: 'up', series: 2, forMs: 600_000 }],
      ['warn', { series: 1, example: 'up{job="node", instance="a:9100"}', from: at(startMs + 289_321), to: at(startMs + 379_321), longestMs: 90_000, missed: 5, blame: 'target' }],
    ]);
  });

  test('an incident that ended with the change is damage up to it and nothing after it', () => {
    expect(told(factsOf([seriesOf({}, { without: [[startMs + 300_000, sinceMs + 2000]] }), other]))).toEqual(['pass series-whole', 'warn series-damage']);
  });
});

describe('what is not whole', () => {
  test('one missed scrape', () => {
    const [hole] = judge(factsOf([seriesOf({}, { without: [[sinceMs + 60_000, sinceMs + 75_000]] }), other]));
    expect(hole).toMatchObject({ code: 'series-hole', verdict: 'fail', params: { series: 1, missed: 1, longestMs: 30_000, blame: 'target' } });
  });

  test('the same time of all replicas', () => {
    const without = [[sinceMs + 60_000, sinceMs + 200_000]] as const;
    expect(told(factsOf([seriesOf({ replica: 'a' }, { without }), seriesOf({ replica: 'b' }, { without, phaseMs: 500 })]))).toEqual(['fail series-hole']);
  });

  test('all targets of a scraper: one finding, and it is to blame', () => {
    const without = [[sinceMs + 60_000, sinceMs + 143_000]] as const;
    const series = [1, 2, 3, 4].map((phase) => seriesOf({ cluster: 'c1', instance: `${phase}` }, { phaseMs: phase * 3000, without }));
    const findings = judge(factsOf([...series, seriesOf({ cluster: 'c2' }, {})]));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'series-hole', params: { series: 4, scraper: 'cluster=c1', blame: 'scraper' } });
  });

  test('what an agent had not sent before its restart: far more than the restart itself', () => {
    const restart = { fromMs: sinceMs + 65_000, toMs: sinceMs + 73_000 };
    const scrapers = [{ name: 'agent-0', labels: { cluster: 'c1' }, restarts: [restart], intervals: {} }];
    const series = [0, 500].map((phaseMs) => seriesOf({ cluster: 'c1', instance: `${phaseMs}` }, { intervalMs: 1000, phaseMs, without: [[sinceMs - 3300, sinceMs + 79_700]] }));
    const findings = judge(factsOf(series, { scrapers }));
    expect(findings.map(({ code, verdict }) => `${verdict} ${code}`)).toEqual(['warn series-damage', 'fail series-hole']);
    expect(findings[1]).toMatchObject({ params: { series: 2, scraper: 'agent-0', blame: 'restart', from: at(sinceMs), to: at(sinceMs + 80_500) } });
  });

  test('samples that the scraper has and the centre has not were lost on the way', () => {
    const without = [[sinceMs + 60_000, sinceMs + 143_000]] as const;
    const scrapers = [{ name: 'prometheus-0', labels: { cluster: 'c1' }, restarts: [], intervals: {} }];
    const facts = factsOf([seriesOf({ cluster: 'c1' }, { without })], { scrapers, local: [{ ...seriesOf({}, {}), scraper: 'prometheus-0' }] });
    expect(judge(facts)[0]).toMatchObject({ code: 'series-hole', params: { blame: 'transport' } });
  });

  test('every second scrape, for a while', () => {
    const without = Array.from({ length: 10 }, (_, index) => [sinceMs + 60_000 + index * 30_000, sinceMs + 75_000 + index * 30_000] as const);
    expect(judge(factsOf([seriesOf({}, { without }), other]))[0]).toMatchObject({ code: 'series-hole', verdict: 'fail', params: { missed: 10 } });
  });

  test('every second scrape until now: the interval has not changed', () => {
    const thinned = seriesOf({ cluster: 'c1' }, { toMs: sinceMs + 60_000 }, { fromMs: sinceMs + 75_000, intervalMs: 30_000 });
    const scrapers = [{ name: 'prometheus-0', labels: { cluster: 'c1' }, restarts: [], intervals: { node: 15_000 } }];
    expect(judge(factsOf([thinned], { scrapers }))[0]).toMatchObject({ code: 'series-hole', verdict: 'fail', params: { missed: 18 } });
  });

  test('two jobs that scraped the same at one time: the end of one is no renaming', () => {
    const facts = factsOf([seriesOf({ job: 'lost' }, { fromMs: sinceMs - 20_000, toMs: sinceMs + 60_000 }), seriesOf({ job: 'left' }, { fromMs: sinceMs - 20_000 })]);
    expect(told(facts)).toEqual(['fail series-gone']);
  });

  test('the last target of a job', () => {
    expect(told(factsOf([seriesOf({ job: 'gone' }, { toMs: sinceMs + 60_000 }), other]))).toEqual(['fail series-gone']);
  });

  test('a target whose pod is still there', () => {
    const facts = factsOf([seriesOf({ pod: 'web-1', namespace: 'x' }, { toMs: sinceMs + 60_000 }), other], { pods: ['x/web-1'] });
    expect(judge(facts)[0]).toMatchObject({ code: 'series-gone', verdict: 'fail', params: { podIsThere: true, left: 1 } });
  });

  test('a target that the bad change took away and that did not come back', () => {
    expect(told(factsOf([seriesOf({ job: 'gone' }, { toMs: startMs + 300_000 }), other]))).toEqual(['fail series-gone']);
  });

  test('a whole scraper that is silent for long', () => {
    expect(told(factsOf([seriesOf({ cluster: 'c1' }, { toMs: nowMs - 601_000 }), seriesOf({ cluster: 'c2' }, {})]))).toEqual(['fail series-silent']);
  });
});

describe('what is not decided', () => {
  test('a whole scraper that is silent for a while may have a backlog', () => {
    const [silent] = judge(factsOf([seriesOf({ cluster: 'c1' }, { toMs: nowMs - 120_000 }), seriesOf({ cluster: 'c2' }, {})]));
    expect(silent).toMatchObject({ code: 'series-silent', verdict: 'pending', params: { scraper: 'cluster=c1' } });
    expect(Date.parse(silent!.dueAt!)).toBeGreaterThan(nowMs);
  });

  test('the last target of a job, just now: a pod that is made anew has it again soon', () => {
    const [gone] = judge(factsOf([seriesOf({ job: 'gone' }, { toMs: nowMs - 45_000 }), other]));
    expect(gone).toMatchObject({ code: 'series-gone', verdict: 'pending' });
    expect(Date.parse(gone!.dueAt!)).toBeGreaterThan(nowMs);
  });

  test('no sample of after the change yet', () => {
    const facts = factsOf([seriesOf({}, { toMs: sinceMs + 4000 })], { toMs: sinceMs + 4000 });
    expect(judgeContinuity(facts, { since: question.since, now: at(sinceMs + 4000) })).toEqual([
      { code: 'series-awaited', verdict: 'pending', params: { series: 1, example: 'up{job="node", instance="a:9100"}' }, dueAt: at(sinceMs + 42_500) },
    ]);
  });

  test.each<[string, Partial<ContinuityFacts>]>([
    ['series-doubtful', { warnings: ['No StoreAPIs matched for this query'] }],
    ['series-none', { series: [] }],
    ['series-many', { tooMany: { series: 2e5, most: 1e5 } }],
    ['series-without-past', { series: [seriesOf({}, { fromMs: sinceMs + 1000 })] }],
  ])('%s', (code, more) => {
    expect(told({ ...factsOf([seriesOf({}, {})]), ...more })).toEqual([`inconclusive ${code}`]);
  });

  test('agents alone: their series are elsewhere', () => {
    expect(told(factsOf([], { places: [], scrapers: [{ name: 'agent-0', labels: {}, restarts: [], intervals: {} }] }))).toEqual(['inconclusive series-elsewhere']);
  });

  test('nothing that answers queries: nothing is said', () => {
    expect(judge(factsOf([], { places: [] }))).toEqual([]);
  });
});

const intervals = fc.constantFrom(1000, 5000, 15_000, 30_000);
/** Within 1 % of the interval and 2 ms, as Prometheus aligns; and late ones under load. */
const jitter = (seed: number, mostMs: number) => (index: number) => Math.round(Math.sin(index * 12.9898 + seed) * mostMs);

describe('of any series as Prometheus scrapes it', () => {
  const scraped = fc.record({ intervalMs: intervals, phase: fc.double({ min: 0, max: 0.999, noNaN: true }), seed: fc.nat(1000), jitterPart: fc.constantFrom(0, 0.002, 0.2), cuts: fc.array(fc.nat(), { maxLength: 6 }), overlap: fc.nat(3) });

  test('nothing is found in one that is whole, however it was cut into queries', () => {
    fc.assert(
      fc.property(scraped, ({ intervalMs, phase, seed, jitterPart, cuts, overlap }) => {
        const times = scrapeTimes({ intervalMs, phaseMs: Math.floor(phase * intervalMs), jitterMs: jitter(seed, intervalMs * jitterPart) });
        const places = [...new Set(cuts.map((cut) => cut % times.length))].toSorted((a, b) => a - b);
        const pieces = [0, ...places].map((from, index) => times.slice(Math.max(0, from - overlap), places[index]));
        expect(recordTimes(...pieces).stretches).toEqual(recordTimes(times).stretches);
        const { stretches } = recordTimes(times);
        expect(told(factsOf([{ labels: { job: 'a' }, stretches }]))).toEqual(['pass series-whole']);
      }),
    );
  });

  test('a hole is found exactly: where it is and how many samples', () => {
    fc.assert(
      fc.property(scraped, fc.double({ min: 0.05, max: 0.8, noNaN: true }), fc.integer({ min: 1, max: 8 }), ({ intervalMs, phase, seed }, place, missing) => {
        const times = scrapeTimes({ intervalMs, phaseMs: Math.floor(phase * intervalMs), jitterMs: jitter(seed, 2) });
        const after = times.findIndex((time) => time > sinceMs);
        const from = Math.min(after + Math.floor(place * (times.length - after)), times.length - missing - 1);
        const left = [...times.slice(0, from), ...times.slice(from + missing)];
        const [hole] = judge(factsOf([{ labels: { job: 'a' }, stretches: recordTimes(left).stretches }]));
        // The first scrape after the change is due an interval later: what is missing before it is no hole of after it.
        if (from === after) return;
        expect(hole).toMatchObject({ code: 'series-hole', verdict: 'fail', params: { missed: missing, from: at(times[from - 1]!), to: at(times[from + missing]!) } });
      }),
    );
  });

  test('whatever each replica lacks, nothing is lost that the other has', () => {
    fc.assert(
      fc.property(intervals, fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 2, max: 8 })), { maxLength: 4 }), (intervalMs, holes) => {
        const range = ([start, length]: readonly [number, number], shift: number) => [startMs + (start + shift) * 10_000, startMs + (start + shift + length) * 10_000] as const;
        // Replica b lacks other times than a, an interval and more apart.
        const a = seriesOf({ replica: 'a' }, { intervalMs, without: holes.map((hole) => range(hole, 0)) });
        const covered = (timeMs: number) => holes.some((hole) => timeMs > range(hole, 0)[0] - 2 * intervalMs && timeMs < range(hole, 0)[1] + 2 * intervalMs);
        const times = scrapeTimes({ intervalMs, phaseMs: 77 });
        const b = { labels: { ...a.labels, replica: 'b' }, stretches: recordTimes(times.filter((time, index) => covered(time) || index % 9 !== 4)).stretches };
        expect(told(factsOf([a, b])).filter((text) => text.includes('series-hole') || text.includes('series-damage'))).toEqual([]);
      }),
    );
  });
});
