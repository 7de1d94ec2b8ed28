import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MatrixReader, type MatrixAnswer } from '../../../lib/formats/matrix.ts';
import { MatrixError } from '../../../lib/formats/matrix-value.ts';

interface Read extends MatrixAnswer {
  read: { labels: Record<string, string>; times: number[] }[];
}

/** The answer, given in chunks that end at the given places. */
function read(text: string | Uint8Array, cuts: readonly number[] = []): Read {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const all: Read['read'] = [];
  const reader = new MatrixReader(({ labels, timesMs }) => all.push({ labels: { ...labels }, times: [...timesMs] }));
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    // The chunk's memory is used again by whoever gave it.
    const chunk = bytes.slice(from, place);
    reader.write(chunk);
    chunk.fill(0);
    from = place;
  }
  return { ...reader.end(), read: all };
}

function failureOf(text: string): MatrixError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof MatrixError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const answerOf = (result: unknown, more: object = {}) => ({ status: 'success', data: { resultType: 'matrix', result }, ...more });

describe('what Prometheus answers', () => {
  test('labels and times of every series', () => {
    const text = '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a"},"values":[[1700000000,"1"],[1700000015.001,"0"],[1700000030.5,"NaN"]]},{"metric":{},"values":[[1700000001.25,"+Inf"]]}]}}';
    expect(read(text)).toEqual({
      status: 'success',
      warnings: [],
      infos: [],
      series: 2,
      samples: 4,
      read: [
        { labels: { __name__: 'up', job: 'a' }, times: [1_700_000_000_000, 1_700_000_015_001, 1_700_000_030_500] },
        { labels: {}, times: [1_700_000_001_250] },
      ],
    });
  });

  test('warnings and infos are kept, and other fields passed over', () => {
    const text = JSON.stringify({ warnings: ['No StoreAPIs matched'], ...answerOf([], { infos: ['metric might not be a counter'] }), stats: { a: [1, { b: ']}"' }] } });
    expect(read(text)).toMatchObject({ warnings: ['No StoreAPIs matched'], infos: ['metric might not be a counter'], series: 0 });
  });

  test('an error says its kind and its text', () => {
    const text = '{"status":"error","errorType":"unavailable","error":"unavailable with Prometheus Agent","data":null}\n';
    expect(read(text)).toMatchObject({ status: 'error', errorType: 'unavailable', error: 'unavailable with Prometheus Agent', series: 0 });
  });

  test('floats and histograms of one series make one row of times', () => {
    const text = JSON.stringify(answerOf([{ metric: { a: 'b' }, values: [[1, '1'], [3, '1']], histograms: [[2, { count: '1', buckets: [[0, '1', '2', '3']] }]] }]));
    expect(read(text).read).toEqual([{ labels: { a: 'b' }, times: [1000, 2000, 3000] }]);
  });

  test('an answer without series may have null for its result', () => {
    expect(read('{"status":"success","data":{"resultType":"matrix","result":null}}').series).toBe(0);
  });
});

describe('what is no answer', () => {
  test.each([
    ['{"status":"success","data":{"resultType":"vector","result":[]}}', 'resultType is not matrix', 63],
    ['{"status":"fine"}', 'status is neither success nor error', 17],
    ['[]', "expected '{'", 0],
    ['<html>502</html>', "expected '{'", 0],
    ['{"status":"success","data":{"result":[{"metric":{},"values":[[1,"1"] [2,"1"]]}]}}', "expected ',' or ']'", 69],
    ['{"status":"success","data":{"result":[{"metric":{},"values":[[1,"1"],]}]}}', 'expected a time with a value in quotes', 69],
    ['{"status":"success","data":{"result":[{"metric":{},"values":[[1,1]]}]}}', 'expected a time with a value in quotes', 61],
    ['{"status":"success","data":{"result":[{"metric":{},"values":[[01,"1"]]}]}}', 'not JSON', 61],
    ['{"status":"success","data":{"result":[{"metric":{"a":1},"values":[]}]}}', 'expected labels', 48],
    ['{"status":"success","data":{"result":[{"values":[[1,"1"]]}]}}', 'a series without its labels', 57],
    ['{"status":"success","data":{"resultType":"matrix","result":[]}} {', 'something stands behind the answer', 64],
    ['{"status":"success","data":{"resultType":"matrix","result":[', 'the answer ends in the middle', 60],
    ['', 'the answer ends in the middle', 0],
  ])('%s', (text, problem, position) => {
    const failure = failureOf(text);
    expect([failure.problem, failure.position]).toEqual([problem, position]);
  });
});

const labels = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.string({ unit: 'grapheme', maxLength: 8 }), { maxKeys: 4 });
const timeMs = fc.oneof(fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }), fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: -1_000_000, max: -1 }));
const sampleText = fc.constantFrom('1', '0', 'NaN', '+Inf', '-Inf', '1e+06', '-0.25', '0x1p-3', 'a \\ "quoted" [1,"2"]');
const values = fc.uniqueArray(timeMs, { maxLength: 30 }).chain((times) => fc.tuple(...times.toSorted((a, b) => a - b).map((time) => fc.tuple(fc.constant(time / 1000), sampleText))));
const series = fc.record({ metric: labels, values }).chain((one) => fc.constantFrom<object>(one, { values: one.values, extra: { deep: ['}]"', null] }, metric: one.metric }));
const answers = fc.array(series, { maxLength: 5 }).chain((result) =>
  fc.constantFrom<object>(answerOf(result, { warnings: ['w'] }), { warnings: ['w'], data: { analysis: [{ a: '"' }], result, resultType: 'matrix' }, status: 'success' }),
);
const texts = fc.tuple(answers, fc.constantFrom(undefined, 1, '\t')).map(([answer, indent]) => JSON.stringify(answer, null, indent));
const cuts = fc.array(fc.nat(), { maxLength: 40 });

/** The same by JSON.parse. */
function parsed(text: string): Read['read'] {
  const { data } = JSON.parse(text) as { data: { result: { metric: Record<string, string>; values: [number, string][] }[] } };
  return data.result.map(({ metric, values }) => ({ labels: { ...metric }, times: values.map(([time]) => Math.round(time * 1000)) }));
}

describe('beside JSON.parse', () => {
  test('the same series in any form and cut into any chunks', () => {
    fc.assert(
      fc.property(texts, cuts, (text, places) => {
        const answer = read(text, places);
        expect(answer.read).toEqual(parsed(text));
        expect(answer.warnings).toEqual(['w']);
      }),
    );
  });

  test('one byte at a time', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(read(bytes, Array.from(bytes, (_, at) => at)).read).toEqual(parsed(text));
      }),
      { numRuns: 20 },
    );
  });

  test('an answer that was cut off is never taken for a whole one', () => {
    fc.assert(
      fc.property(texts, fc.nat(), cuts, (text, at, places) => {
        const bytes = new TextEncoder().encode(text);
        expect(() => read(bytes.subarray(0, at % bytes.length), places)).toThrow(MatrixError);
      }),
    );
  });

  test('nothing is read that JSON.parse refuses', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.constantFrom(...'[]{},:"\\ 0.-eax'), fc.boolean(), (text, place, character, replaces) => {
        const at = place % text.length;
        const broken = text.slice(0, at) + character + text.slice(replaces ? at + 1 : at);
        try {
          JSON.parse(broken);
        } catch {
          expect(() => read(broken)).toThrow(MatrixError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
