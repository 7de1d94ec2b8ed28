import { describe, expect, test } from 'vitest';
import { timelineOf } from '../../../lib/checks/continuity/timeline.ts';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { plainStyle } from '../../../lib/output/style.ts';
import { renderTimeline } from '../../../lib/output/timeline.ts';
import { factsOf, question, seriesOf, sinceMs } from '../checks/scrape-model.ts';

const facts = factsOf([
  seriesOf({ cluster: 'c1', instance: 'a' }, { without: [[sinceMs + 120_000, sinceMs + 360_000]] }),
  seriesOf({ cluster: 'c1', instance: 'b' }, { phaseMs: 9000 }),
  seriesOf({ cluster: 'c2', instance: 'a' }, { toMs: sinceMs - 300_000 }),
  seriesOf({ cluster: 'c3', instance: 'new' }, { fromMs: sinceMs }),
]);

describe('the window of a check of continuity', () => {
  test('a row for each scraper and for each series that lacks samples, the one that lacks most first', () => {
    const { rows, more } = timelineOf(facts, 10);
    expect(rows.map(({ name, series, cells }) => [name, series, cells.map((cell) => cell[0]).join('')])).toEqual([
      ['cluster=c1', 2, 'aaaaassssa'],
      ['cluster=c2', 1, 'aasnnnnnnn'],
      ['cluster=c3', 1, 'bbbbbaaaaa'],
      ['up{cluster="c2", job="node", instance="a"}', undefined, 'aasnnnnnnn'],
      ['up{cluster="c1", job="node", instance="a"}', undefined, 'aaaaasnnsa'],
    ]);
    expect(more).toBe(0);
  });

  test('only so many series as can be read; the others are counted', () => {
    const many = Array.from({ length: 30 }, (_, index) => seriesOf({ cluster: 'c1', instance: `${index}` }, { toMs: sinceMs }));
    expect(timelineOf(factsOf(many), 10)).toMatchObject({ rows: { length: 9 }, more: 22 });
  });

  test('it says its window and where the change ended, in both languages', () => {
    const lines = renderTimeline(facts, question.since, english, plainStyle);
    expect(lines[0]).toBe('Samples from 2026-11-22 03:00:00 UTC to 2026-11-22 03:20:00 UTC: all, some, none (█ ▒ ·)');
    expect(lines[4]).toBe(`  up{cluster="c2", job="node", instance="a"}  ${'█'.repeat(13)}▒${'·'.repeat(40)}  `);
    expect(lines.at(-1)).toBe(`  ${' '.repeat(42)}  ${' '.repeat(28)}^ the change ended`);
    expect(renderTimeline(facts, question.since, korean, plainStyle).at(-1)).toContain('^ 변경 종료');
  });

  test('it keeps to a narrow terminal', () => {
    const lines = renderTimeline(facts, question.since, english, { ...plainStyle, columns: 40 });
    expect(Math.max(...lines.slice(1, -1).map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  test('control characters of a label stay text', () => {
    const hostile = factsOf([seriesOf({ instance: '\u001b[2J\nx' }, { toMs: sinceMs })]);
    expect(renderTimeline(hostile, undefined, english, plainStyle).join('\n')).not.toMatch(/[\u001b]/);
  });
});

