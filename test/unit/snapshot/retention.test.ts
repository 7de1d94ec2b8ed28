import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../lib/snapshot/manifest.ts';
import { isEmptyPolicy, judgeSnapshots, type KeepPolicy, type RunLife } from '../../../lib/snapshot/retention.ts';
import { sampleHead } from './sample-objects.ts';

const now = new Date('2026-11-25T03:00:00Z');

/** A snapshot by its time: `1124-0250` is the 24th of November. */
function at(time: string, changes: Partial<Manifest> = {}): Manifest {
  const [, month, day, hour, minute] = /^(\d\d)(\d\d)-(\d\d)(\d\d)$/.exec(time)!;
  return { ...sampleHead({ id: `s-2026${time}`, startedAt: `2026-${month}-${day}T${hour}:${minute}:00Z` }), ...changes } as Manifest;
}

/** Names of those that stay, each with its reasons. */
function kept(manifests: Manifest[], policy: KeepPolicy, lifeOf: (id: string) => RunLife = () => 'unknown'): Record<string, string> {
  const judged = judgeSnapshots(manifests, policy, now, lifeOf).flatMap(({ snapshots }) => snapshots);
  expect(judged).toHaveLength(manifests.length);
  return Object.fromEntries(judged.filter(({ because }) => because.length > 0).map(({ manifest, because }) => [manifest.id.slice(6), because.join(' ')]));
}

const daily = Array.from({ length: 24 }, (_, index) => at(`11${String(index + 1).padStart(2, '0')}-0250`));

describe('rules of what to keep, as those of restic', () => {
  test('the last ones', () => {
    expect(kept(daily, { last: 2 })).toEqual({ '1124-0250': 'last', '1123-0250': 'last' });
    expect(Object.keys(kept(daily, { last: -1 }))).toHaveLength(24);
  });

  test('the newest of each hour and day; and the oldest of all while the rule has not run out', () => {
    const many = [at('1124-0310'), at('1124-0250'), at('1124-0210'), at('1123-2359'), at('1123-0001')];
    expect(kept(many, { hourly: 2 })).toEqual({ '1124-0310': 'hourly', '1124-0250': 'hourly' });
    expect(kept(many, { daily: 5 })).toEqual({ '1124-0310': 'daily', '1123-2359': 'daily', '1123-0001': 'daily' });
    expect(kept(many, { daily: 2 })).toEqual({ '1124-0310': 'daily', '1123-2359': 'daily' });
  });

  test('weeks begin on Monday, and belong to the year of their Thursday', () => {
    // 2026-11-23 is a Monday; 2026-12-31 is a Thursday, 2027-01-01 of the same week, 53.
    expect(Object.keys(kept(daily, { weekly: 3 }))).toEqual(['1124-0250', '1122-0250', '1115-0250']);
    const turn = [at('1231-0250'), { ...at('0101-0250'), startedAt: '2027-01-01T02:50:00Z', id: 's-20270101-0250' }, { ...at('0104-0250'), startedAt: '2027-01-04T02:50:00Z', id: 's-20270104-0250' }];
    const later = judgeSnapshots(turn, { weekly: 2 }, new Date('2027-02-01T00:00:00Z'), () => 'unknown')[0]!.snapshots;
    expect(later.map(({ manifest, because }) => [manifest.id, because])).toEqual([['s-20270104-0250', ['weekly']], ['s-20270101-0250', ['weekly']], ['s-20261231-0250', []]]);
  });

  test('months and years', () => {
    const years = ['2024-03-01', '2024-12-31', '2025-06-01', '2026-10-31', '2026-11-01'].map((day) => ({ ...at('1101-0250'), startedAt: `${day}T02:50:00Z`, id: `s-${day.replaceAll('-', '')}-0250` }));
    expect(Object.keys(kept(years, { monthly: 2 }))).toEqual(['1101-0250', '1031-0250']);
    expect(kept(years, { yearly: 2 })).toEqual({ '1101-0250': 'yearly', '0601-0250': 'yearly' });
  });

  test('within a time of the newest, which is not one of the future', () => {
    const future = at('1224-0250');
    const dayMs = 86_400_000;
    expect(Object.keys(kept([future, ...daily], { withinMs: 2 * dayMs }))).toEqual(['1224-0250', '1124-0250', '1123-0250']);
  });

  test('tags, by name and value or by name', () => {
    const tagged = [at('1101-0250', { tags: { verified: 'good' } }), at('1102-0250', { tags: { verified: 'bad' } }), at('1103-0250'), at('1104-0250')];
    expect(kept(tagged, { tags: ['verified=good'] })).toEqual({ '1104-0250': 'newest-complete', '1101-0250': 'tag' });
    expect(kept(tagged, { tags: ['verified'] })).toEqual({ '1104-0250': 'newest-complete', '1102-0250': 'tag', '1101-0250': 'tag' });
    expect(kept(tagged, { tags: ['constructor'] })).toEqual({ '1104-0250': 'newest-complete' });
  });

  test('are added up', () => {
    expect(kept(daily, { last: 1, daily: 1, tags: ['x'] })).toEqual({ '1124-0250': 'last daily' });
  });

  test('an empty policy is one that keeps nothing by itself', () => {
    expect([{}, { last: 0 }, { tags: [] }].map(isEmptyPolicy)).toEqual([true, true, true]);
    expect([{ last: 1 }, { yearly: -1 }, { withinMs: 1 }, { tags: ['a'] }].map(isEmptyPolicy)).toEqual([false, false, false, false]);
  });
});

describe('what stands above the rules', () => {
  test('the newest complete one of each cluster and scope stays', () => {
    const other = { contextName: 'cluster-04', server: 'https://10.0.4.1:6443', uid: 'other' };
    const all = [
      at('1124-0250', { complete: false }),
      at('1123-0250'),
      at('1122-0250'),
      at('1110-0250', { cluster: other }),
      at('1109-0250', { cluster: other }),
      at('1105-0250', { scope: {} }),
      at('1104-0250', { scope: { namespaces: ['monitoring', 'thanos'] } }),
      at('1103-0250', { scope: { namespaces: ['thanos', 'monitoring'] } }),
    ];
    expect(kept(all, { last: 1, withinMs: 1 })).toEqual({
      '1124-0250': 'last within',
      '1123-0250': 'newest-complete',
      '1110-0250': 'last within',
      '1105-0250': 'last within',
      '1104-0250': 'last within',
    });
  });

  test('one without its Secrets does not stand for one that has them', () => {
    const all = [at('1124-0250', { secrets: 'omitted' }), at('1123-0250', { secrets: 'omitted' }), at('1122-0250', { secrets: 'encrypted' }), at('1121-0250', { secrets: 'none' })];
    expect(kept(all, { last: 1 })).toEqual({ '1124-0250': 'last', '1122-0250': 'last' });
    expect(judgeSnapshots(all, { last: 1 }, now, () => 'unknown').map(({ areSecretsOmitted, snapshots }) => [areSecretsOmitted, snapshots.length])).toEqual([[true, 2], [false, 2]]);
  });

  test('one that a wrong clock dated into the future is not the only one that stays', () => {
    expect(kept([at('1224-0250'), at('1124-0250'), at('1123-0250')], { last: 1 })).toEqual({ '1224-0250': 'last', '1124-0250': 'newest-complete' });
  });

  test('files of a run stay until it is closed or reverted, whatever the rules say, and when nothing is known of it', () => {
    const files = [at('1101-0250', { purpose: 'safety', runId: 'r-open' }), at('1102-0250', { purpose: 'wanted', runId: 'r-ended' }), at('1103-0250', { purpose: 'safety', runId: 'r-gone' }), at('1124-0250', { purpose: 'safety', runId: 'r-ended' }), at('1120-0250')];
    const lives: Record<string, RunLife> = { 'r-open': 'open', 'r-ended': 'ended' };
    expect(kept(files, { last: 1 }, (id) => lives[id] ?? 'unknown')).toEqual({ '1120-0250': 'last', '1103-0250': 'run-unknown', '1101-0250': 'run-open' });
  });
});
