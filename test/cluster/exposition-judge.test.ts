/** Our reader of the text format against Go's expfmt itself, on texts that are nearly right. */
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExpositionError, parseExposition } from '../../lib/formats/exposition/parser.ts';
import { toolPath } from '../../scripts/tools/build.ts';

const runs = process.env['RETRACE_TEST_FULL'] === '1' ? 60_000 : 6000;

interface Judgement {
  error?: string;
  samples: string[];
}

const pieces = ['a', 'b_c', ':x', '1', '{', '}', '"', '=', ',', ' ', '\t', '\\', '\\n', '\\"', '"v"', 'x="y"', '"l.x"="y"', '__name__="z"', 'NaN', '+Inf', '0x1', '1e3', '-5', '.5', '1_0', '# ', '# HELP a', '# TYPE a', 'counter', 'histogram', 'bla', '한', '\r', '1395066363000', '2.5'];
const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces, '\n'), { maxLength: 14 }).map((parts) => `${parts.join('')}\n`),
  fc
    .array(fc.tuple(fc.constantFrom('a', 'b:c', '_d', '{"e.f"', 'a'), fc.constantFrom('', '{}', '{x="1"}', '{x="1",y="\\n"}', '{x="1",}', '{ x = "1" }', '{"l.x"="2"}', '{x="1" y="2"}', '{x="1",x="2"}'), fc.constantFrom(' ', '\t', '  ', ''), fc.constantFrom('1', 'NaN', '-Inf', '1e999', '0x1', '+5', '', '1 2', '1 2 3', '1 x'), fc.constantFrom('\n', '\n\n', ' \n', '\n# x\n', '\n# TYPE a gauge\n', '\r\n')), { minLength: 1, maxLength: 4 })
    .map((lines) => lines.map((parts) => parts.join('')).join('')),
);

function read(input: string): { samples: string[] } | undefined {
  const samples: string[] = [];
  try {
    parseExposition(input, (sample) => samples.push(`${sample.name} ${JSON.stringify(Object.fromEntries(Object.entries(sample.labels()).sort(([a], [b]) => (a < b ? -1 : 1))))} 1`));
    return { samples };
  } catch (error) {
    expect(error).toBeInstanceOf(ExpositionError);
    return undefined;
  }
}

/** Where we take more on purpose: see the parser. Histograms and summaries expfmt puts together, which is not read here. */
const isTakenOnPurpose = (input: string) => /(^|\n)[^#\n]*\s#/.test(input);
/** It reads `a"b"` for the name ab, and `"a"` without braces for a, which no producer writes. */
const isQuirk = (input: string) => /(^|\n)[ \t]*(#[ \t]*(HELP|TYPE)[ \t]+[\w:]+"|[\w:]*")/.test(input);

test(`${runs} texts: what expfmt reads we read alike, and what it refuses we refuse`, async () => {
  const inputs = fc.sample(text, { numRuns: runs, seed: 20261122 }).filter((input) => !/histogram|summary/i.test(input) && !isTakenOnPurpose(input) && !isQuirk(input));
  const { stdout } = await execa(await toolPath('exposition-peer'), ['judge'], { input: inputs.map((input) => `${JSON.stringify(input)}\n`).join(''), maxBuffer: 1e9 });
  const judged = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Judgement);
  expect(judged).toHaveLength(inputs.length);
  const wrong = inputs.flatMap((input, at): object[] => {
    const judgement = judged[at]!;
    const ours = read(input);
    if (judgement.error !== undefined) return ours === undefined ? [] : [{ input, expfmt: judgement.error, ours: ours.samples }];
    // A series that stands twice is twice there in both.
    return ours !== undefined && JSON.stringify(ours.samples.sort()) === JSON.stringify(judgement.samples.sort()) ? [] : [{ input, expfmt: judgement.samples, ours: ours?.samples }];
  });
  expect(wrong.slice(0, 12)).toEqual([]);
  expect(judged.filter(({ error }) => error === undefined).length).toBeGreaterThan(runs / 20);
}, 180_000);
