import { describe, expect, test } from 'vitest';
import { english } from '../../../lib/output/messages/en.ts';
import { plainStyle } from '../../../lib/output/style.ts';
import { tellChanges } from '../../../lib/output/verify-changes.ts';
import { drawLooks } from '../../../lib/output/verify-watch.ts';
import type { Verification } from '../../../lib/procedure/verify.ts';
import { broken, dead, whole } from '../report/seen.ts';

describe('the table that is watched', () => {
  const draw = (seen: Verification[], rows: number) => drawLooks(seen, seen.length > 1, { messages: english, style: { ...plainStyle, columns: 80 }, everyMs: 5000 }, { columns: 80, rows });

  test('is never higher than the terminal, and says how much it leaves out', () => {
    for (const rows of [5, 6, 7, 8, 20]) expect([rows, draw([broken], rows).length < rows]).toEqual([rows, true]);
    expect(draw([broken], 7).slice(-2)).toEqual(['and 5 more lines', 'Looked at every 5s; Ctrl-C ends it']);
    expect(draw([broken], 40).some((line) => line.startsWith('and '))).toBe(false);
  });

  test('is that of several clusters where several are watched', () => {
    expect(draw([whole, dead], 24).map((line) => line.split(/ {3,}/).slice(0, 3))).toEqual([
      ['CLUSTER', 'CHECK', 'VERDICT'],
      ['cluster-01', 'all', 'pass'],
      ['cluster-03', 'connection', 'inconclusive'],
      ['2 clusters: 1 pass, 1 inconclusive', 'exit 9'],
      ['Looked at every 5s; Ctrl-C ends it'],
    ]);
  });
});

test('a change is told once: at the first look, when a verdict turns, and when a cluster goes out of reach and comes back', () => {
  const tell = tellChanges(english);
  const pass = ['pods: pass   14 pods ready, none restarted for 30s'];
  expect([tell(whole), tell(whole), tell(dead), tell(dead), tell(whole)]).toEqual([pass, [], [expect.stringMatching(/^connection: inconclusive {3}could not be looked at: cannot reach/)], [], pass]);
  expect(tell(broken).map((line) => line.split('   ')[0])).toEqual(['pods: fail', 'rollout: pending', 'resources: warn', 'pvc: skipped', 'uploads: fail']);
});
