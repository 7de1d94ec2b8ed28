import { endOfValue, MatrixError, readValue } from './matrix-value.ts';

/** Times of one series, in memory that is used again for the next one. */
export interface SampleTimes {
  timesMs: Float64Array;
  count: number;
}

const [quote, comma, openList, closeList, point] = [34, 44, 91, 93, 46] as const;
// 1 = may stand in the text of a sample's value: digits, sign, point, exponent, NaN and the infinities (Go's FormatFloat).
const ofValue = new Uint8Array(256);
for (const character of '0123456789+-.eENaInf') ofValue[character.charCodeAt(0)] = 1;
/** Where the number that was written ends in milliseconds, by how many decimals it has. */
const msOfDecimals = [1000, 100, 10, 1];

export function appendTime(to: SampleTimes, timeMs: number): void {
  if (to.count === to.timesMs.length) {
    const larger = new Float64Array(to.count * 2);
    larger.set(to.timesMs);
    to.timesMs = larger;
  }
  to.timesMs[to.count++] = timeMs;
}

/**
 * Reads `[1700000000.123,"1"]` and all that follow it without a blank, as Prometheus and Thanos write them (util/jsonutil
 * MarshalTimestamp: at most three decimals). Whatever looks different is read as JSON.
 * @returns behind the last whole one, before the comma; -1 where not one is whole yet
 * @throws MatrixError for what is no sample
 */
export function readSamples(bytes: Uint8Array, from: number, to: SampleTimes): number {
  const length = bytes.length;
  let { timesMs, count } = to;
  let at = from;
  let done = -1;
  for (;;) {
    if (bytes[at] !== openList) break;
    let place = at + 1;
    let digit = bytes[place]! - 48;
    const first = digit;
    let number = 0;
    // No leading zero (JSON), and no more digits than a double holds.
    for (; digit >= 0 && digit <= 9; digit = bytes[++place]! - 48) number = number * 10 + digit;
    const whole = place - at - 1;
    let decimals = 0;
    if (bytes[place] === point) {
      const start = ++place;
      for (digit = bytes[place]! - 48; digit >= 0 && digit <= 9; digit = bytes[++place]! - 48) number = number * 10 + digit;
      decimals = place - start;
      if (decimals === 0) break;
    }
    if (whole === 0 || whole > 12 || decimals > 3 || (first === 0 && whole > 1) || bytes[place] !== comma || bytes[place + 1] !== quote) break;
    const valueStart = (place += 2);
    while (ofValue[bytes[place]!] === 1) place++;
    if (place === valueStart || bytes[place] !== quote || bytes[place + 1] !== closeList) break;
    if (count === timesMs.length) {
      to.count = count;
      appendTime(to, 0);
      ({ timesMs } = to);
    }
    timesMs[count++] = number * msOfDecimals[decimals]!;
    done = place + 2;
    if (bytes[done] !== comma || done + 1 >= length) break;
    at = done + 1;
  }
  to.count = count;
  return done < 0 ? readOther(bytes, from, to) : done;
}

/** One sample in another form of JSON: with blanks, an exponent, more decimals. */
function readOther(bytes: Uint8Array, from: number, to: SampleTimes): number {
  const problem = 'expected a time with a value in quotes';
  if (bytes[from] !== openList) throw new MatrixError(problem, from);
  const end = endOfValue(bytes, from);
  if (end < 0) return -1;
  const value = readValue(bytes, from, end);
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'number' || typeof value[1] !== 'string') throw new MatrixError(problem, from);
  appendTime(to, Math.round(value[0] * 1000));
  return end;
}
