import { describe, expect, test } from 'vitest';
import { canonicalJson, isRawNumber, parseJson, stringifyJson } from '../../../lib/core/json.ts';

describe('lossless JSON', () => {
  const kept = [
    '{"a":9223372036854775807}', '{"a":-9223372036854775808}', '[9007199254740993]', '9007199254740993', '{"a":1.0}', '{"a":1e3}', '[0.1,1.10]', '{"a":1E400}',
    '{"a":"9007199254740993"}', '{"a": [ 18446744073709551615 ] }', '{"a":-0}', '{"a":-0.0}', '[\n  12345678901234567890\n]', '-1.50', '{"a":123456789012345678}',
  ];
  test.each(kept)('%s comes out as it went in', (text) => {
    expect(stringifyJson(parseJson(text)).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
  });

  test('ordinary numbers stay numbers', () => {
    expect(parseJson('{"a":1,"b":0.5,"c":-3}')).toEqual({ a: 1, b: 0.5, c: -3 });
    expect(isRawNumber((parseJson('{"a":9223372036854775807}') as { a: unknown }).a)).toBe(true);
  });

  test('a key named __proto__ stays a key', () => {
    expect(stringifyJson(parseJson('{"__proto__":{"x":1},"n":1.0}'))).toBe('{"__proto__":{"x":1},"n":1.0}');
  });

  test('text that is no JSON is an error', () => {
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
    expect(() => parseJson('')).toThrow(SyntaxError);
  });
});

describe('canonical JSON', () => {
  test('key order and undefined members do not count', () => {
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: undefined }] })).toBe(canonicalJson({ a: [{ d: 1 }], b: 1 }));
  });

  test('list order, null and absence count', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
    expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
  });

  test('numbers kept as text compare by their text', () => {
    expect(canonicalJson(parseJson('[9223372036854775807]'))).toBe('[9223372036854775807]');
    expect(canonicalJson(parseJson('[9223372036854775807]'))).not.toBe(canonicalJson(parseJson('[9223372036854775806]')));
  });
});
