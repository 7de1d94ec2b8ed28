import { expect, test } from 'vitest';
import { formatResult, isWithinBudget, median } from '../../../scripts/bench/result.ts';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])('median of %j', (values, middle) => {
  expect(median(values)).toBe(middle);
});

test('budgets bound the ratio or the figure itself', () => {
  expect(isWithinBudget({ name: 'start-version', ours: 0.02, peer: 0.04, unit: 's' })).toBe(true);
  expect(isWithinBudget({ name: 'start-version', ours: 0.021, peer: 0.04, unit: 's' })).toBe(false);
  expect(isWithinBudget({ name: 'plan-roundtrips', ours: 9, peer: 99, unit: 'round trips' })).toBe(false);
  expect(isWithinBudget({ name: 'unheard-of', ours: 1, peer: 1, unit: 's' })).toBeUndefined();
});

test('a missed budget is named in the line', () => {
  expect(formatResult({ name: 'start-version', ours: 0.06, peer: 0.04, unit: 's' })).toMatch(
    /^start-version +ours 0\.0600 s +peer 0\.0400 s +1\.50 × +at most 0\.5 × peer +MISSED$/,
  );
});
