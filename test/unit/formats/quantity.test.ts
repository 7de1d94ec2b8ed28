import { expect, test } from 'vitest';
import { canonicalQuantity } from '../../../lib/formats/quantity.ts';

const table: [string | number, string | undefined][] = [
  ['1', '1'], [1, '1'], ['1000m', '1'], ['1e0', '1'], ['0.5', '500m'], ['500m', '500m'], ['.5', '500m'], ['1.5Gi', '1536Mi'], ['1024Mi', '1Gi'], ['1073741824', '1Gi'], ['1Ki', '1Ki'],
  ['1000', '1k'], ['2G', '2G'], ['1e3', '1k'], ['1E3', '1k'], ['1E', '1E'], ['100n', '100n'], ['0.1n', '1n'], ['0', '0'], ['0m', '0'], ['-1', '-1'], ['+1', '1'], ['9223372036854775807', '9223372036854775807'],
  ['', undefined], ['x', undefined], ['1 Gi', undefined], ['1gi', undefined], ['.', undefined], ['1e999999999', undefined], ['--1', undefined], ['1Gim', undefined],
];
test.each(table)('%s', (text, canonical) => expect(canonicalQuantity(text)).toBe(canonical));
