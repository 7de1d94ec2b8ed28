import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/core/digest.ts';
import { formatDuration, parseDuration } from '../../../lib/core/durations.ts';
import { RetraceError, isError } from '../../../lib/core/errors.ts';
import { fieldAt, isObject, listAt, numberAt, objectAt, textAt, textsAt } from '../../../lib/core/fields.ts';
import { newId } from '../../../lib/core/ids.ts';
import { parseJson } from '../../../lib/core/json.ts';
import { nearNames } from '../../../lib/core/near-names.ts';
import { sleep } from '../../../lib/core/time.ts';

describe('durations', () => {
  const read: [string, number | undefined][] = [
    ['90s', 90_000], ['10m', 600_000], ['1h30m', 5_400_000], ['2d', 172_800_000], ['500ms', 500], ['1.5h', 5_400_000], ['1m500ms', 60_500], ['1w', 604_800_000], ['0s', 0],
    ['', undefined], ['10', undefined], ['-5m', undefined], ['5 m', undefined], ['m', undefined], ['1h-1m', undefined], ['1x', undefined],
  ];
  test.each(read)('%s is read', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  const shown: [number, string][] = [
    [0, '0s'], [-5, '0s'], [999, '0s'], [45_000, '45s'], [119_000, '119s'], [120_000, '2m'], [125_000, '2m5s'], [600_000, '10m'], [179 * 60_000, '179m'], [180 * 60_000, '3h'],
    [192 * 60_000, '3h12m'], [8 * 3_600_000, '8h'], [47 * 3_600_000, '47h'], [48 * 3_600_000, '2d'], [50 * 3_600_000, '2d2h'], [14 * 86_400_000, '14d'],
  ];
  test.each(shown)('%d ms is written %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});

describe('digests and ids', () => {
  test('equal values have equal digests, whatever the order of keys', () => {
    expect(digestOf({ a: 1, b: [1] })).toBe(digestOf({ b: [1], a: 1 }));
    expect(digestOf({ a: 1 })).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: '1' }));
  });

  test('an id is its prefix and six letters that cannot be misheard', () => {
    expect(newId('r', { random: () => 0 })).toBe('r-000000');
    expect(newId('r', { random: () => 0.999999 })).toBe('r-zzzzzz');
    let at = 0;
    const letters = new Set(newId('r', { random: () => (at++ % 32) / 32 }));
    for (const letter of 'ilou') expect(letters.has(letter)).toBe(false);
  });
});

describe('near names', () => {
  const known = ['thanos-receive', 'thanos-query', 'thanos-store', 'grafana'];
  const cases: [string, string[]][] = [
    ['thanos-recieve', ['thanos-receive']],
    ['receive', ['thanos-receive']],
    ['grafna', ['grafana']],
    ['zzzzzzzzzzzz', []],
  ];
  test.each(cases)('%s', (wanted, near) => expect(nearNames(wanted, known)).toEqual(near));

  test('no more than asked for, each once', () => expect(nearNames('a1', ['a2', 'a3', 'a4', 'a2'], 2)).toEqual(['a2', 'a3']));
  test('nothing wanted, nothing near', () => expect(nearNames('', known)).toEqual([]));
});

describe('errors', () => {
  test('the code gives the exit code', () => {
    const error = new RetraceError('target.paused', { target: 'deployment/x', command: 'c' });
    expect(error.exitCode).toBe(5);
    expect(isError(error, 'target.paused')).toBe(true);
    expect(isError(error, 'plan.stale')).toBe(false);
    expect(isError(new Error('x'), 'plan.stale')).toBe(false);
  });
});

describe('fields', () => {
  const object = { a: { b: [{ c: 'x' }], n: 1, nothing: null }, labels: { ok: 'yes', bad: 1 } };
  test('a path is followed, a missing or other value is undefined', () => {
    expect(textAt(object, 'a', 'b', 0, 'c')).toBe('x');
    expect(textAt(object, 'a', 'n')).toBeUndefined();
    expect(fieldAt(object, 'a', 'nothing')).toBeUndefined();
    expect(fieldAt(object, 'a', 'n', 'deeper')).toBeUndefined();
    expect(fieldAt(undefined, 'a')).toBeUndefined();
    expect(fieldAt({}, 'constructor')).toBeUndefined();
    expect(objectAt(object, 'a', 'b')).toBeUndefined();
    expect(listAt(object, 'a')).toEqual([]);
    expect(textsAt(object, 'labels')).toEqual({ ok: 'yes' });
  });

  test('a number kept as text is a number', () => {
    const big = parseJson('{"n":9223372036854775807,"one":1.0}');
    expect(numberAt(big, 'one')).toBe(1);
    expect(numberAt(big, 'n')).toBe(9223372036854775807);
    expect(isObject(fieldAt(big, 'n'))).toBe(false);
  });
});

describe('sleep', () => {
  test('ends at once when the signal is aborted, before or meanwhile', async () => {
    const started = performance.now();
    await sleep(60_000, AbortSignal.abort());
    const stopper = new AbortController();
    const waiting = sleep(60_000, stopper.signal);
    stopper.abort();
    await waiting;
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
