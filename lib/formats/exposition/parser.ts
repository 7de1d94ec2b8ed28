import { endOfMetricName, LineError, LineScanner, skipBlanks, textOf } from './line-scanner.ts';
import { LineSample, type MetricType, type Sample } from './sample.ts';

/**
 * Prometheus' text format, with Go's expfmt as contract (prometheus/common expfmt/text_parse.go), and three things more that
 * real answers have: a last line without its newline, exemplars (skipped), and the quoted names of Prometheus 3.
 * Own code: parse-prometheus-text-format merges the label sets of a histogram and loses what is behind the last newline,
 * prom2javascript throws on NaN (both measured), and a verdict must not rest on either.
 */

/** A line that is none of the format. Counted from 1, as editors do; the column in bytes. */
export class ExpositionError extends Error {
  readonly line: number;
  readonly column: number;
  readonly problem: string;

  constructor(problem: string, line: number, column: number) {
    super(`line ${line}, column ${column}: ${problem}`);
    this.line = line;
    this.column = column;
    this.problem = problem;
  }
}

interface Family {
  type: MetricType | undefined;
  hasHelp: boolean;
}

const types: Record<string, MetricType> = { counter: 'counter', gauge: 'gauge', histogram: 'histogram', gaugehistogram: 'gaugehistogram', gauge_histogram: 'gaugehistogram', summary: 'summary', untyped: 'untyped' };
const [newline, hash, space, tab, quote] = [10, 35, 32, 9, 34] as const;

/** Reads a text chunk by chunk and gives every sample to `onSample`. Memory does not grow with the text. */
export class ExpositionParser {
  readonly #onSample: (sample: Sample) => void;
  readonly #scanner = new LineScanner();
  readonly #families = new Map<string, Family>();
  readonly #sample: LineSample;
  #rest = new Uint8Array(0);
  #line = 0;
  #nameBytes = new Uint8Array(0);

  constructor(onSample: (sample: Sample) => void) {
    this.#onSample = onSample;
    this.#sample = new LineSample(this.#scanner);
  }

  /** @throws ExpositionError at the first line that is wrong */
  write(chunk: Uint8Array): void {
    let at = 0;
    if (this.#rest.length > 0) {
      const end = chunk.indexOf(newline);
      if (end < 0) {
        this.#rest = concatenate(this.#rest, chunk);
        return;
      }
      const line = concatenate(this.#rest, chunk.subarray(0, end));
      this.#rest = new Uint8Array(0);
      this.#readLine(line, 0, line.length);
      at = end + 1;
    }
    for (;;) {
      const end = chunk.indexOf(newline, at);
      if (end < 0) break;
      this.#readLine(chunk, at, end);
      at = end + 1;
    }
    // A copy: whoever gave the chunk may use it again.
    if (at < chunk.length) this.#rest = chunk.slice(at);
  }

  /** The last line, with or without its newline. @throws ExpositionError */
  end(): void {
    const rest = this.#rest;
    this.#rest = new Uint8Array(0);
    if (rest.length > 0) this.#readLine(rest, 0, rest.length);
  }

  #readLine(bytes: Uint8Array, start: number, end: number): void {
    this.#line++;
    let at = start;
    while (at < end && (bytes[at] === space || bytes[at] === tab)) at++;
    if (at === end) return;
    try {
      if (bytes[at] === hash) return this.#readComment(bytes, at + 1, end);
      this.#scanner.scan(bytes, at, end);
    } catch (error) {
      if (error instanceof LineError) throw new ExpositionError(error.problem, this.#line, error.column - start + 1);
      throw error;
    }
    this.#takeName(bytes);
    this.#onSample(this.#sample);
  }

  /** Neighbours mostly have the same name: it is compared, not made anew. */
  #takeName(bytes: Uint8Array): void {
    const { nameStart, nameEnd, isNameQuoted } = this.#scanner;
    const known = this.#nameBytes;
    let isKnown = nameEnd - nameStart === known.length && known.length > 0;
    for (let at = 0; isKnown && at < known.length; at++) isKnown = bytes[nameStart + at] === known[at];
    if (isKnown) return;
    this.#nameBytes = bytes.slice(nameStart, nameEnd);
    const name = textOf(bytes, nameStart, nameEnd, isNameQuoted);
    const family = this.#familyOf(name);
    // Samples fix the type of a family: a TYPE line after them is too late.
    family.type ??= 'untyped';
    this.#sample.name = name;
    this.#sample.type = family.type;
  }

  /** As expfmt's setOrCreateCurrentMF: the parts of a summary or histogram belong to it, once it is known as one. */
  #familyOf(name: string): Family {
    const known = this.#families.get(name);
    if (known) return known;
    for (const [ending, owners] of familyEndings) {
      if (!name.endsWith(ending)) continue;
      const family = this.#families.get(name.slice(0, -ending.length));
      if (family?.type !== undefined && owners.includes(family.type)) return family;
    }
    const made: Family = { type: undefined, hasHelp: false };
    this.#families.set(name, made);
    return made;
  }

  #readComment(bytes: Uint8Array, from: number, end: number): void {
    let at = skipBlanks(bytes, from, end);
    const wordEnd = endOfWord(bytes, at, end);
    const word = textOf(bytes, at, wordEnd, false);
    if (word !== 'HELP' && word !== 'TYPE') return;
    at = skipBlanks(bytes, wordEnd, end);
    // Nothing behind it is no error (expfmt startComment).
    if (at >= end) return;
    const { name, end: nameEnd } = readCommentName(bytes, at, end);
    if (nameEnd >= end) return;
    if (bytes[nameEnd] !== space && bytes[nameEnd] !== tab) throw new LineError('invalid metric name in comment', nameEnd);
    const family = this.#familyOf(name);
    at = skipBlanks(bytes, nameEnd, end);
    // The type may be new to a name that was the last one.
    this.#nameBytes = new Uint8Array(0);
    if (at >= end) return;
    if (word === 'HELP') {
      if (family.hasHelp) throw new LineError(`second HELP line for metric name ${JSON.stringify(name)}`, at);
      family.hasHelp = true;
      checkHelp(bytes, at, end);
      return;
    }
    if (family.type !== undefined) throw new LineError(`second TYPE line for metric name ${JSON.stringify(name)}, or TYPE reported after samples`, at);
    const type = types[textOf(bytes, at, end, false).toLowerCase()];
    if (type === undefined) throw new LineError(`unknown metric type ${JSON.stringify(textOf(bytes, at, end, false))}`, at);
    family.type = type;
  }
}

const familyEndings: readonly [string, readonly MetricType[]][] = [
  ['_bucket', ['histogram', 'gaugehistogram']],
  ['_count', ['summary', 'histogram', 'gaugehistogram']],
  ['_sum', ['summary', 'histogram', 'gaugehistogram']],
  ['_gcount', ['gaugehistogram']],
  ['_gsum', ['gaugehistogram']],
];

/** Every sample of a whole text, for those that are small. @throws ExpositionError */
export function parseExposition(text: string, onSample: (sample: Sample) => void): void {
  const parser = new ExpositionParser(onSample);
  parser.write(new TextEncoder().encode(text));
  parser.end();
}

function readCommentName(bytes: Uint8Array, at: number, end: number): { name: string; end: number } {
  if (bytes[at] !== quote) {
    const nameEnd = endOfMetricName(bytes, at, end);
    if (nameEnd === at) throw new LineError('invalid metric name in comment', at);
    return { name: textOf(bytes, at, nameEnd, false), end: nameEnd };
  }
  for (let close = at + 1; close < end; close++) {
    if (bytes[close] === 92) close++;
    else if (bytes[close] === quote) return { name: textOf(bytes, at + 1, close, true), end: close + 1 };
  }
  throw new LineError('invalid metric name in comment', at);
}

function checkHelp(bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at < end; at++) {
    if (bytes[at] !== 92) continue;
    at++;
    const escaped = bytes[at];
    if (at >= end || (escaped !== 92 && escaped !== 110 && escaped !== quote)) throw new LineError('invalid escape sequence', at - 1);
  }
}

function endOfWord(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== space && bytes[at] !== tab) at++;
  return at;
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
