import { expect, test } from 'vitest';
import { exitCodeOfAll } from '../../../lib/procedure/verify-clusters.ts';
import type { ExitCode } from '../../../lib/core/errors.ts';

test.each<[ExitCode[], ExitCode]>([
  [[0, 0], 0],
  [[0, 8], 8],
  [[8, 9, 0], 9],
  [[9, 8, 3], 3],
  [[], 0],
])('clusters that end with %j end together with %i', (codes, together) => {
  expect(exitCodeOfAll(codes.map((exitCode) => ({ exitCode })))).toBe(together);
});
