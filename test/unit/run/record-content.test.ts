import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/run/plan.ts';
import { countPlanParts, packLeft, packPlan, packText, partLimitBytes, planValues, unpackLeft, unpackPlan, unpackText } from '../../../lib/run/shared/record-content.ts';

const planOf = (text: string) => ({ kind: 'Plan', text }) as unknown as Plan;

describe('the record of a run', () => {
  it.each([
    ['a short plan stands as text', 100, 0],
    ['a longer one is zipped', 200_000, 0],
    ['one of megabytes is spread over parts', 3_000_000, 4],
  ])('%s and comes back', (_name, length, parts) => {
    const plan = planOf(randomBytes(length / 2).toString('hex'));
    const packed = packPlan(plan);
    expect(packed.parts.length).toBeGreaterThanOrEqual(Math.min(parts, 2));
    expect(countPlanParts(packed.values)).toBe(packed.parts.length);
    for (const part of packed.parts) expect(part.length).toBeLessThanOrEqual(partLimitBytes);
    const values = planValues({ data: { ...packed.values.data, 'journal.jsonl': '' }, binaryData: packed.values.binaryData });
    expect(values).toEqual(packed.values);
    expect(unpackPlan(values, packed.parts)).toEqual(plan);
  });

  it('that somebody changed, or of which a part is missing, is not guessed', () => {
    const short = packPlan(planOf('x')).values;
    short.data['plan.json'] = short.data['plan.json']!.replace('"x"', '"y"');
    expect(() => unpackPlan(short, [])).toThrow('not the one that was written');
    const long = packPlan(planOf(randomBytes(1_500_000).toString('hex')));
    expect(() => unpackPlan(long.values, long.parts.slice(0, -1))).toThrow();
    expect(() => unpackPlan({ data: { 'plan.sha256': 'x' } }, [])).toThrow('it has no plan');
  });

  it('keeps a long journal zipped', () => {
    const values = { data: {}, binaryData: {} };
    const text = '{"seq":1}\n'.repeat(50_000);
    packText(values, 'journal.jsonl', text);
    expect(Object.keys(values.binaryData)).toEqual(['journal.jsonl.gz']);
    expect(unpackText(values, 'journal.jsonl')).toBe(text);
    expect(unpackText({}, 'journal.jsonl')).toBeUndefined();
  });

  it('says what was left in an annotation; words of others are nothing', () => {
    expect(unpackLeft(packLeft([{ uid: 'u', hash: 'h' }]), 'r-1')).toEqual([{ uid: 'u', hash: 'h', runId: 'r-1' }]);
    for (const text of ['', 'reverted', '{}', '[1]', '[["u"]]']) expect(unpackLeft(text, 'r-1')).toEqual([]);
    // Annotations end at 256 KiB in all; without the mark the record itself still says it.
    expect(packLeft(Array.from({ length: 2_000 }, (_, index) => ({ uid: `${'0'.repeat(60)}${index}`, hash: 'h' })))).toBe('');
  });
});
