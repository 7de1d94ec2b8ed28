import { expect, test } from 'vitest';
import { longestChain } from '../../support/round-trips.ts';

const at = (startMs: number, endMs: number) => ({ startMs, endMs });

test.each([
  ['nothing', [], 0],
  ['one after the other', [at(0, 10), at(10, 20), at(25, 30)], 3],
  ['all at once', [at(0, 10), at(1, 9), at(2, 12)], 1],
  ['two at once, then one that needs both', [at(0, 10), at(0, 50), at(51, 60)], 2],
  ['a long one beside a chain', [at(0, 100), at(0, 10), at(11, 20), at(21, 30)], 3],
  ['noted in another order', [at(11, 20), at(0, 10)], 2],
])('%s', (_, requests, chain) => {
  expect(longestChain(requests)).toBe(chain);
});
