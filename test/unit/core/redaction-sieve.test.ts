import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../lib/core/json.ts';
import { judgeName, mayHoldCredential, mayHoldCredentialInJson, redactJson, redactShapes } from '../../../lib/core/redaction.ts';

/** Pieces of which names and texts of credentials are made, in spellings that people and programs use, and some that nobody should. */
const nameWords = [
  'password', 'passwd', 'passphrase', 'pwd', 'pass', 'secret', 'token', 'credential', 'credentials', 'apikey', 'accesskey', 'secretkey', 'privatekey', 'authkey', 'sas',
  'api', 'access', 'private', 'encryption', 'signing', 'auth', 'account', 'master', 'license', 'storage', 'shared', 'service', 'sse', 'kms', 'key', 'basic', 'db', 'x', 'file', 'name',
];
const spellings = [(word: string) => word, (word: string) => word.toUpperCase(), (word: string) => word.charAt(0).toUpperCase() + word.slice(1), (word: string) => word.replaceAll('k', 'K').replaceAll('i', 'İ')];
const word = fc.tuple(fc.constantFrom(...nameWords), fc.constantFrom(...spellings)).map(([text, spell]) => spell(text));
const name = fc.array(fc.oneof({ weight: 3, arbitrary: word }, fc.constantFrom('-', '_', '.', ' ', '\n', '"', '\\', '--', 'é', '̇', '0')), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const value = fc.oneof(fc.constantFrom('hunter2', 'two words', '"quoted"', '/etc/passwd', 'true', '', 'Bearer abcdefghijkl', 'a\\"b'), fc.string({ maxLength: 12 }));
const shapes = [
  '-----BEGIN PRIVATE KEY-----\nMIIE', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x', 'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', 'ghp_abcdefghij', 'gho_abcdefghij',
  'github_pat_abcdefgh', 'glpat-abcdefgh', 'xoxb-abcdefgh', 'xoxs-abcdefgh', 'AGE-SECRET-KEY-1QQQQQQQQ', 'Bearer abcdefg', 'Basic YWJjZGVm', 'redis://:hunter2@redis',
];
const shape = fc.oneof(
  fc.tuple(fc.constantFrom('http://', 'redis://', 'İ://'), fc.string({ maxLength: 8 }), value).map(([scheme, user, secret]) => `${scheme}${user}:${secret}@host`),
  fc.constantFrom(...shapes),
);
const assignment = fc
  .tuple(name, value, fc.constantFrom('=', ': ', '":"', '": "', '\\":\\"', '","value":"', '", "'), fc.constantFrom('', '{', '--', '"name":"', '"', '\n', '\\n', '\\"', '"--'), fc.constantFrom('', '"', '\\"', '}', '\n'))
  .map(([left, right, joint, before, after]) => `${before}${left}${joint}${right}${after}`);
const text = fc.array(fc.oneof(assignment, shape, fc.string({ maxLength: 10 })), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
const runs = { numRuns: 4_000, seed: 7 };
/** Of a busy machine. */
const timeoutMs = 60_000;

describe('what the sieve holds back, the rule would not hide', () => {
  test('any two words, in every spelling', () => {
    const names = nameWords.flatMap((first) => nameWords.flatMap((second) => ['', '-', '_', ' ', '\n', '\u0307'].flatMap((joint) => spellings.map((spell) => spell(first) + joint + spell(second)))));
    const hidden = names.filter(judgeName);
    expect(hidden.length).toBeGreaterThan(1000);
    expect(hidden.filter((each) => !mayHoldCredential(each))).toEqual([]);
  });

  test('each shape by itself', () => {
    expect(shapes.filter((each) => redactShapes(each) === each)).toEqual([]);
    expect(shapes.filter((each) => !mayHoldCredential(each))).toEqual([]);
  });

  test('names', () => {
    let hidden = 0;
    fc.assert(
      fc.property(name, (each) => {
        const isHidden = judgeName(each);
        if (isHidden) hidden += 1;
        return !isHidden || mayHoldCredential(each);
      }),
      runs,
    );
    expect(hidden).toBeGreaterThan(500);
  }, timeoutMs);

  test('texts', () => {
    let hidden = 0;
    fc.assert(
      fc.property(text, (each) => {
        const isHidden = redactShapes(each) !== each;
        if (isHidden) hidden += 1;
        return !isHidden || mayHoldCredential(each);
      }),
      runs,
    );
    expect(hidden).toBeGreaterThan(500);
  }, timeoutMs);

  test('whole objects, by their JSON', () => {
    let hidden = 0;
    const field = fc.oneof(fc.tuple(name, fc.oneof(value, text)), fc.tuple(fc.constantFrom('args', 'data', 'name', 'value'), fc.oneof(value, text)));
    const objects = fc.array(field, { minLength: 1, maxLength: 3 }).map((fields) => ({ kind: 'ConfigMap', spec: Object.fromEntries(fields), args: fields.flat() }) as Json);
    fc.assert(
      fc.property(objects, (each) => {
        const isHidden = redactJson(each) !== each;
        if (isHidden) hidden += 1;
        return !isHidden || mayHoldCredentialInJson(JSON.stringify(each));
      }),
      runs,
    );
    expect(hidden).toBeGreaterThan(500);
    // Words that an escape parts in JSON.
    for (const joint of ['\n', '\t', '\u0001', '"', '\\', '\ud800']) expect([joint, mayHoldCredentialInJson(JSON.stringify({ [`api${joint}key`]: 'x' }))]).toEqual([joint, true]);
    expect(mayHoldCredentialInJson(JSON.stringify({ url: `http://u:${'\u0001'.repeat(500)}@host` }))).toBe(true);
  }, timeoutMs);

  test('ordinary texts of a cluster are held back', () => {
    const ordinary = ['quay.io/thanos/thanos:v0.42.4', '--tsdb.path=/var/thanos', 'http://thanos-receive:19291/api/v1/receive', 'metadata.name', 'sum by (instance) (rate(x_total[5m]))', 'f:metadata', 'configMapKeyRef'];
    expect(ordinary.filter(mayHoldCredential)).toEqual([]);
  });
});

describe('JSON in which nothing is hidden', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;

  test('comes back as the very same value, and only then is it equal', () => {
    fc.assert(
      fc.property(fc.oneof(json, fc.dictionary(name, fc.oneof(text, json, fc.array(text, { maxLength: 3 })))), (each) => {
        const shown = redactJson(each as Json);
        return Object.is(shown, each) === (JSON.stringify(shown) === JSON.stringify(each));
      }),
      { numRuns: 2_000, seed: 7 },
    );
  }, timeoutMs);

  test('a Secret within a list is a change, its neighbour is the same object', () => {
    const neighbour = { kind: 'ConfigMap', data: { a: 'b' } };
    const list = { kind: 'List', items: [{ kind: 'Secret', data: { a: 'aHVudGVyMg==' } }, neighbour] };
    const shown = redactJson(list) as typeof list;
    expect(shown.items[0]).toEqual({ kind: 'Secret', data: { a: '<redacted>' } });
    expect(shown.items[1]).toBe(neighbour);
    expect(list.items[0]).toEqual({ kind: 'Secret', data: { a: 'aHVudGVyMg==' } });
  });

  test('a member named __proto__ is a member', () => {
    const hostile = JSON.parse('{"__proto__": {"password": "hunter2"}, "token": "abc"}') as Json;
    expect(JSON.stringify(redactJson(hostile))).toBe('{"__proto__":{"password":"<redacted>"},"token":"<redacted>"}');
  });
});
