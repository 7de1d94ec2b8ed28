import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExpositionError, ExpositionParser, parseExposition } from '../../../lib/formats/exposition/parser.ts';
import type { Sample } from '../../../lib/formats/exposition/sample.ts';

interface Read {
  name: string;
  labels: Record<string, string>;
  value: number;
  timestampMs?: number;
  type: string;
}

const keep = ({ name, value, timestampMs, type }: Sample, labels: Record<string, string>): Read => ({ name, labels, value, ...(timestampMs === undefined ? {} : { timestampMs }), type });

function read(text: string): Read[] {
  const all: Read[] = [];
  parseExposition(text, (sample) => all.push(keep(sample, sample.labels())));
  return all;
}

const one = (text: string) => {
  const [sample, ...others] = read(text);
  expect(others).toEqual([]);
  return sample;
};

describe('a line', () => {
  test.each([
    ['a 1\n', { name: 'a', labels: {}, value: 1 }],
    ['a 1', { name: 'a', labels: {}, value: 1 }],
    ['  a{} 1\n', { name: 'a', labels: {}, value: 1 }],
    ['a:b_c{x="1",y="2",} 2.5 1395066363000\n', { name: 'a:b_c', labels: { x: '1', y: '2' }, value: 2.5, timestampMs: 1395066363000 }],
    ['a { x = "1" , y = "2" } 3 -5\n', { name: 'a', labels: { x: '1', y: '2' }, value: 3, timestampMs: -5 }],
    ['a{x="b\\"\\\\\\nc"} 1\n', { name: 'a', labels: { x: 'b"\\\nc' }, value: 1 }],
    ['a{x="}, {"} 1\n', { name: 'a', labels: { x: '}, {' }, value: 1 }],
    ['a{x="한국어 🙂"} 1\n', { name: 'a', labels: { x: '한국어 🙂' }, value: 1 }],
    ['{"my.metric","l.x"="v",y="w"} 4\n', { name: 'my.metric', labels: { 'l.x': 'v', y: 'w' }, value: 4 }],
    ['{y="w","한"} 4\n', { name: '한', labels: { y: 'w' }, value: 4 }],
    ['a{__proto__="p",constructor="c"} 1\n', { name: 'a', labels: Object.assign(Object.create(null), { ['__proto__']: 'p', constructor: 'c' }), value: 1 }],
    ['a 1 # {trace_id="x"} 0.5 1.5\n', { name: 'a', labels: {}, value: 1 }],
    ['a 1 7 # {} 0.5\n', { name: 'a', labels: {}, value: 1, timestampMs: 7 }],
    ['a\t1\t\t7\n', { name: 'a', labels: {}, value: 1, timestampMs: 7 }],
  ])('%j', (text, wanted) => {
    expect({ ...one(text), labels: Object.entries(one(text)!.labels) }).toEqual({ type: 'untyped', ...wanted, labels: Object.entries(wanted.labels) });
  });

  test.each([
    ['NaN', NaN], ['nan', NaN], ['+Inf', Infinity], ['-inf', -Infinity], ['Infinity', Infinity], ['.5', 0.5], ['5.', 5], ['-0', -0], ['1e3', 1000], ['1E-3', 0.001], ['+4.25', 4.25],
    ['0.1', 0.1], ['123456789012345.6', 123456789012345.6], ['9007199254740993', 9007199254740992], ['1.7976931348623157e308', Number.MAX_VALUE], ['5e-324', 5e-324], ['1.234567e+09', 1234567000], ['1e22', 1e22], ['1e23', 1e23], ['123456789012345e22', 123456789012345e22], ['0.000001', 0.000001],
  ])('value %s', (text, value) => expect(one(`a ${text}\n`)!.value).toBe(value));
});

describe('what is none of the format is told with its line and column', () => {
  test.each([
    ['a\n', 'expected float as value', 1, 2],
    ['a b\n', 'expected float as value', 1, 3],
    ['a 1e\n', 'expected float as value', 1, 3],
    ['a 1e+\n', 'expected float as value', 1, 3],
    ['a .\n', 'expected float as value', 1, 3],
    ['a 1_2\n', 'expected float as value', 1, 3],
    ['a 0x10\n', 'expected float as value', 1, 3],
    ['a 1e999\n', 'expected float as value', 1, 3],
    ['a 1\r\n', 'expected float as value', 1, 3],
    ['ok 1\n\na{x="1" y="2"} 1\n', "expected ',' or '}'", 3, 9],
    ['a{x="1",x="2"} 1\n', 'duplicate label name', 1, 9],
    ['a{__name__="b"} 1\n', 'reserved', 1, 3],
    ['a{x="\\q"} 1\n', 'invalid escape sequence', 1, 6],
    ['a{x="1} 1\n', 'unescaped new-line', 1, 10],
    ['a{x=1} 1\n', "expected '\"'", 1, 5],
    ['a{x} 1\n', "expected '='", 1, 4],
    ['a{1x="2"} 1\n', 'invalid label name', 1, 3],
    ['1a 1\n', 'invalid metric name', 1, 1],
    ['{x="1"} 1\n', 'invalid metric name', 1, 7],
    ['a{"b"} 1\n', 'metric name already set', 1, 3],
    ['a 1 2.5\n', 'expected integer as timestamp', 1, 5],
    ['a 1 2 3\n', 'spurious string after timestamp', 1, 7],
    ['a 1 \n', 'expected integer as timestamp', 1, 5],
    ['a 1 2 \n', 'spurious string after timestamp', 1, 7],
    ['# TYPE a counter\n# TYPE a gauge\n', 'second TYPE line', 2, 10],
    ['a 1\n# TYPE a counter\n', 'TYPE reported after samples', 2, 10],
    ['# TYPE a bla\n', 'unknown metric type', 1, 10],
    ['# HELP a x\n# HELP a y\n', 'second HELP line', 2, 10],
    ['# HELP a \\q\n', 'invalid escape sequence', 1, 10],
    ['# TYPE 1a counter\n', 'invalid metric name in comment', 1, 8],
  ])('%j', (text, problem, line, column) => {
    const error = (() => {
      try {
        read(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ExpositionError);
    expect(error).toMatchObject({ line, column });
    expect((error as ExpositionError).problem).toContain(problem);
  });

  test('a value that is no UTF-8', () => {
    const parser = new ExpositionParser(() => undefined);
    expect(() => parser.write(Uint8Array.from([...Buffer.from('a{x="'), 0xff, ...Buffer.from('"} 1\n')]))).toThrow('not UTF-8');
  });
});

test('comments say the type of what follows: of the parts of a histogram too; others are nothing', () => {
  const text = '#\n# anything\n#comment\n# HELP\n# TYPE h histogram\n# HELP h a \\\\ b\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n# TYPE c COUNTER\nc 1\nother_count 1\n';
  expect(read(text).map(({ name, type }) => [name, type])).toEqual([['h_bucket', 'histogram'], ['h_bucket', 'histogram'], ['h_sum', 'histogram'], ['h_count', 'histogram'], ['c', 'counter'], ['other_count', 'untyped']]);
});

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/);
const labelName = fc.oneof(fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 })).filter((text) => text !== '__name__');
const sample = fc.record({ name, labels: fc.dictionary(labelName, fc.string({ unit: 'grapheme', maxLength: 12 }), { maxKeys: 4 }), value: fc.double(), timestampMs: fc.option(fc.integer(), { nil: undefined }) });
const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;
const number = (value: number) => (Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : Object.is(value, -0) ? '-0' : String(value));
const line = (one: { name: string; labels: Record<string, string>; value: number; timestampMs: number | undefined }) =>
  `${one.name}{${Object.entries(one.labels).map(([key, value]) => `${/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key) ? key : quoted(key)}=${quoted(value)}`).join(',')}} ${number(one.value)}${one.timestampMs === undefined ? '' : ` ${one.timestampMs}`}\n`;

test('whatever was written is read, however it is cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 20 }), fc.boolean(), (samples, cuts, hasEnd) => {
      const bytes = new TextEncoder().encode(hasEnd ? samples.map(line).join('') : samples.map(line).join('').replace(/\n$/, ''));
      const found: Read[] = [];
      const parser = new ExpositionParser((one) => found.push(keep(one, one.labels())));
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const next = at + cuts[turn % cuts.length]!;
        parser.write(bytes.slice(at, next));
        at = next;
      }
      parser.end();
      expect(found.map(({ type: _type, labels, ...rest }) => ({ ...rest, labels: Object.entries(labels) }))).toEqual(
        samples.map(({ timestampMs, labels, ...rest }) => ({ ...rest, labels: Object.entries(labels), ...(timestampMs === undefined ? {} : { timestampMs }) })),
      );
    }),
  );
});
