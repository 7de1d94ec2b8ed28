import { expect, test } from 'vitest';
import { isSelected, selectorText } from '../../../lib/formats/label-selector.ts';
import type { LabelSelector } from '../../../lib/formats/label-selector.ts';

const labels = { app: 'receive', tier: 'a' };
const table: [LabelSelector, string, boolean][] = [
  [{ matchLabels: { app: 'receive', tier: 'a' } }, 'app=receive,tier=a', true],
  [{ matchLabels: { app: 'query' } }, 'app=query', false],
  [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] }, 'tier in (a,b)', true],
  [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a'] }] }, 'tier notin (a)', false],
  [{ matchExpressions: [{ key: 'other', operator: 'NotIn', values: ['a'] }] }, 'other notin (a)', true],
  [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, 'tier', true],
  [{ matchLabels: { app: 'receive' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, 'app=receive,!tier', false],
  [{}, '', true],
];
test.each(table)('%j', (selector, text, selected) => {
  expect(selectorText(selector)).toBe(text);
  expect(isSelected(selector, labels)).toBe(selected);
});

test('no selector selects nothing', () => expect(isSelected(undefined, labels)).toBe(false));
