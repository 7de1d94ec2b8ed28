import { finding, type Finding, type FindingParams } from '../finding.ts';
import type { CoveredTarget } from './cover.ts';
import type { Hole } from './holes.ts';
import { nameOf } from './target.ts';

/** Whose doing a hole is. */
export type Blame = 'restart' | 'target' | 'scraper' | 'transport';

/** A hole of one target, with what it counts as. */
export interface Loss extends Hole {
  target: CoveredTarget;
  /** `damage`: before the change ended. `expected`: a restart's own. `replica`: another replica has the samples. */
  kind: 'hole' | 'damage' | 'expected' | 'replica';
  blame?: Blame;
}

const forms = {
  hole: { code: 'series-hole', verdict: 'fail' },
  damage: { code: 'series-damage', verdict: 'warn' },
  replica: { code: 'series-replica', verdict: 'warn' },
} as const;

/** One finding for all series that lost the same time by the same fault: a scraper that was away made a hole in every one. */
export function gatherLosses(losses: readonly Loss[]): Finding[] {
  const told = losses.filter(({ kind }) => kind !== 'expected');
  const groups = Map.groupBy(told, ({ kind, blame, target }) => JSON.stringify([kind, blame ?? '', target.scraper]));
  return [...groups.values()].flatMap(overlapping).map((group) => {
    const [first] = group;
    const { code, verdict } = forms[first!.kind as keyof typeof forms];
    return finding(code, verdict, paramsOf(group));
  });
}

function overlapping(losses: readonly Loss[]): Loss[][] {
  const groups: Loss[][] = [];
  let untilMs = -Infinity;
  for (const loss of losses.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (loss.fromMs > untilMs) groups.push([]);
    groups.at(-1)!.push(loss);
    untilMs = Math.max(untilMs, loss.toMs);
  }
  return groups;
}

function paramsOf(group: readonly Loss[]): FindingParams['series-hole'] {
  const { target, blame } = group[0]!;
  const fromMs = group.reduce((least, loss) => Math.min(least, loss.fromMs), Infinity);
  const toMs = group.reduce((most, loss) => Math.max(most, loss.toMs), -Infinity);
  return {
    series: new Set(group.map((loss) => loss.target.key)).size,
    example: nameOf(target.labels),
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    longestMs: group.reduce((most, loss) => Math.max(most, loss.toMs - loss.fromMs), 0),
    missed: group.reduce((sum, { missed }) => sum + missed, 0),
    ...(target.scraper === '' ? {} : { scraper: target.scraper }),
    ...(blame === undefined ? {} : { blame }),
  };
}
