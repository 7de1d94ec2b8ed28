import { expect, test } from 'vitest';
// @ts-expect-error plain JavaScript, because it runs before anything is installed
import { isInstalled } from '../../../scripts/setup.mjs';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/only-on-windows': { version: '1.0.0', integrity: 'sha512-w', optional: true },
  },
};

test.each([
  ['all there', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }, true],
  ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-b' } }, false],
  ['missing', {}, false],
  [
    'an optional one at another version',
    {
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/only-on-windows': { version: '0.9.0', integrity: 'sha512-v' },
    },
    false,
  ],
])('%s', (_, packages, expected) => {
  expect(isInstalled(lock, { packages })).toBe(expected);
});
