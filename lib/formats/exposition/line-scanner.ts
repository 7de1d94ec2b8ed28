import { readGoFloat, readGoInteger } from './number.ts';

/** What is wrong with a line, and where: `column` from 0, in bytes. */
export class LineError {
  readonly problem: string;
  readonly column: number;

  constructor(problem: string, column: number) {
    this.problem = problem;
    this.column = column;
  }
}

const [tab, newline, space, quote, hash, comma, equals, backslash, open, close] = [9, 10, 32, 34, 35, 44, 61, 92, 123, 125] as const;

// Classes of bytes: 1 begins a name, 2 goes on in it, 4 is a colon (metric names only), 8 ends a token.
const classes = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[a-zA-Z_]/.test(character)) classes[byte] = 3;
  else if (/[0-9]/.test(character)) classes[byte] = 2;
  else if (character === ':') classes[byte] = 4;
  else if (byte === tab || byte === space || byte === newline) classes[byte] = 8;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Most labels of one sample that are kept apart from the heap. */
const labelSlots = 256;

/**
 * One sample line, by places in its bytes: nothing is made of it until somebody asks. The same object for every line.
 * Grammar: prometheus/common expfmt/text_parse.go, with the quoted names of Prometheus 3 (`{"my.metric", "a.b"="c"}`).
 */
export class LineScanner {
  bytes: Uint8Array = new Uint8Array(0);
  nameStart = 0;
  nameEnd = 0;
  /** The name stands in quotes inside the braces. */
  isNameQuoted = false;
  labels = 0;
  /** Per label: start and end of its name, start and end of its value. */
  readonly places = new Int32Array(labelSlots * 4);
  /** Per label: 1 for a quoted name, 2 for a value with escapes. */
  readonly flags = new Uint8Array(labelSlots);
  value = 0;
  timestampMs: number | undefined;

  /**
   * Reads one line that is neither empty nor a comment.
   * @param start first byte that is no blank
   * @param end behind its last byte; the newline itself is not part of it
   */
  scan(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.labels = 0;
    this.isNameQuoted = false;
    let at = endOfMetricName(bytes, start, end);
    this.nameStart = start;
    this.nameEnd = at;
    const hasName = at > start;
    at = skipBlanks(bytes, at, end);
    if (bytes[at] === open && at < end) at = this.#scanLabels(at + 1, end, hasName);
    else if (!hasName) throw new LineError('invalid metric name', at);
    this.#scanValue(skipBlanks(bytes, at, end), end);
  }

  #scanLabels(from: number, end: number, hasNameBefore: boolean): number {
    const { bytes } = this;
    let hasName = hasNameBefore;
    let at = from;
    for (;;) {
      at = skipBlanks(bytes, at, end);
      if (at >= end) throw new LineError('unexpected end of line in the labels', at);
      if (bytes[at] === close) {
        if (!hasName) throw new LineError('invalid metric name', at);
        return at + 1;
      }
      const isQuoted = bytes[at] === quote;
      const nameStart = isQuoted ? at + 1 : at;
      const nameEnd = isQuoted ? this.#endOfText(nameStart, end).at : endOfLabelName(bytes, at, end);
      if (nameEnd === nameStart && !isQuoted) throw new LineError('invalid label name', at);
      const wasAt = at;
      at = skipBlanks(bytes, isQuoted ? nameEnd + 1 : nameEnd, end);
      if (isQuoted && bytes[at] !== equals) {
        if (hasName) throw new LineError('metric name already set', wasAt);
        if (nameEnd === nameStart) throw new LineError('invalid metric name', wasAt);
        hasName = true;
        this.nameStart = nameStart;
        this.nameEnd = nameEnd;
        this.isNameQuoted = true;
      } else {
        at = this.#scanLabel(nameStart, nameEnd, isQuoted, at, end);
      }
      at = skipBlanks(bytes, at, end);
      if (bytes[at] === comma && at < end) at++;
      else if (bytes[at] !== close || at >= end) throw new LineError("expected ',' or '}' behind a label", at);
    }
  }

  #scanLabel(nameStart: number, nameEnd: number, isQuoted: boolean, from: number, end: number): number {
    const { bytes, places, flags } = this;
    if (bytes[from] !== equals || from >= end) throw new LineError("expected '=' after a label name", from);
    if (isReservedName(bytes, nameStart, nameEnd)) throw new LineError('label name "__name__" is reserved', nameStart);
    const at = skipBlanks(bytes, from + 1, end);
    if (bytes[at] !== quote || at >= end) throw new LineError("expected '\"' at the start of a label value", at);
    const { at: valueEnd, hasEscape } = this.#endOfText(at + 1, end);
    const slot = this.labels;
    if (slot === labelSlots) throw new LineError(`more than ${labelSlots} labels`, nameStart);
    for (let other = 0; other < slot; other++) {
      if (isSame(bytes, nameStart, nameEnd, places[other * 4]!, places[other * 4 + 1]!)) throw new LineError('duplicate label name', nameStart);
    }
    places[slot * 4] = nameStart;
    places[slot * 4 + 1] = nameEnd;
    places[slot * 4 + 2] = at + 1;
    places[slot * 4 + 3] = valueEnd;
    flags[slot] = (isQuoted ? 1 : 0) | (hasEscape ? 2 : 0);
    this.labels = slot + 1;
    return valueEnd + 1;
  }

  /** The closing quote of a text; escapes and UTF-8 are checked on the way. */
  #endOfText(from: number, end: number): { at: number; hasEscape: boolean } {
    const { bytes } = this;
    let hasEscape = false;
    let isAscii = true;
    for (let at = from; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        if (!isAscii) requireUtf8(bytes, from, at);
        return hasEscape ? { at, hasEscape: true } : this.#plain(at);
      }
      if (byte === backslash) {
        hasEscape = true;
        at++;
        const escaped = bytes[at];
        if (at >= end || (escaped !== quote && escaped !== backslash && escaped !== 110)) throw new LineError('invalid escape sequence', at - 1);
      } else if (byte >= 128) isAscii = false;
    }
    throw new LineError('label value contains unescaped new-line', end);
  }

  // One object for nearly every call: a new one each would be most of the garbage.
  readonly #found = { at: 0, hasEscape: false };
  #plain(at: number): { at: number; hasEscape: boolean } {
    this.#found.at = at;
    return this.#found;
  }

  #scanValue(start: number, end: number): void {
    const { bytes } = this;
    let at = endOfToken(bytes, start, end);
    const value = at > start ? readGoFloat(bytes, start, at) : undefined;
    if (value === undefined) throw new LineError('expected float as value', start);
    this.value = value;
    this.timestampMs = undefined;
    if (at >= end) return;
    at = skipBlanks(bytes, at, end);
    // An exemplar, of which nothing is wanted here (OpenMetrics: behind ` # `).
    if (bytes[at] === hash && at < end) return;
    const timeEnd = endOfToken(bytes, at, end);
    const timestamp = readGoInteger(bytes, at, timeEnd);
    if (timestamp === undefined) throw new LineError('expected integer as timestamp', at);
    this.timestampMs = timestamp;
    at = skipBlanks(bytes, timeEnd, end);
    if (timeEnd < end && bytes[at] !== hash) throw new LineError('spurious string after timestamp', at);
  }
}

/** The first byte that is neither space nor tab. */
export function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === space || bytes[at] === tab)) at++;
  return at;
}

function endOfToken(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && classes[bytes[at]!] !== 8) at++;
  return at;
}

function endOfLabelName(bytes: Uint8Array, from: number, end: number): number {
  if (!(classes[bytes[from]!]! & 1)) return from;
  let at = from + 1;
  while (at < end && classes[bytes[at]!]! & 2) at++;
  return at;
}

/** End of a metric's name; `from` where there is none. */
export function endOfMetricName(bytes: Uint8Array, from: number, end: number): number {
  if (from >= end || !(classes[bytes[from]!]! & 5)) return from;
  let at = from + 1;
  while (at < end && classes[bytes[at]!]! & 7) at++;
  return at;
}

function isSame(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let at = 0; at < end - start; at++) if (bytes[start + at] !== bytes[otherStart + at]) return false;
  return true;
}

const reserved = new TextEncoder().encode('__name__');

function isReservedName(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== reserved.length || bytes[start] !== 95) return false;
  return reserved.every((byte, at) => bytes[start + at] === byte);
}

function requireUtf8(bytes: Uint8Array, start: number, end: number): void {
  try {
    decoder.decode(bytes.subarray(start, end));
  } catch {
    throw new LineError('invalid label value: not UTF-8', start);
  }
}

/** Text of bytes that were found to be UTF-8, with the escapes of the format undone. */
export function textOf(bytes: Uint8Array, start: number, end: number, hasEscape: boolean): string {
  const text = decoder.decode(bytes.subarray(start, end));
  return hasEscape ? text.replace(/\\(.)/gs, (_, letter: string) => (letter === 'n' ? '\n' : letter)) : text;
}
