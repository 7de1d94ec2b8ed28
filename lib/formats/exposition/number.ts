/**
 * Numbers as Go's strconv.ParseFloat reads them in expfmt (prometheus/common expfmt/text_parse.go, parseFloat): decimal, with an
 * exponent, infinities and NaN in any case, no `_` and no hexadecimal. JavaScript's Number takes other texts for numbers (`0x1`, ``).
 */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const infinity = /^([+-]?)inf(inity)?$/i;
const notANumber = /^nan$/i;

/** @returns undefined for text that is no number */
export function parseGoFloat(text: string): number | undefined {
  if (decimal.test(text)) return finite(Number(text));
  const [, sign] = infinity.exec(text) ?? [];
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity;
  return notANumber.test(text) ? NaN : undefined;
}

// Go: a value out of range is an error.
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

// Every one of them is exact as a double.
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The number between two places of a text in bytes. The short ones, nearly all, are computed: below 2^53 and with a power of ten
 * that a double holds, one multiplication or division rounds as Go does (Clinger 1990, as strconv's atof64exact).
 * @returns undefined for what is no number
 */
export function readGoFloat(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const isNegative = bytes[at] === 45;
  if (isNegative || bytes[at] === 43) at++;
  const first = at;
  let mantissa = 0;
  let decimals = 0;
  let byte = 0;
  while (at < end && (byte = bytes[at]! - 48) >= 0 && byte <= 9) {
    mantissa = mantissa * 10 + byte;
    at++;
  }
  let digits = at - first;
  if (at < end && bytes[at] === 46) {
    const point = ++at;
    while (at < end && (byte = bytes[at]! - 48) >= 0 && byte <= 9) {
      mantissa = mantissa * 10 + byte;
      at++;
    }
    decimals = at - point;
    digits += decimals;
  }
  let exponent = 0;
  if (at < end && digits > 0 && (bytes[at]! | 32) === 101) {
    const sign = bytes[at + 1];
    let from = at + (sign === 43 || sign === 45 ? 2 : 1);
    const begun = from;
    while (from < end && (byte = bytes[from]! - 48) >= 0 && byte <= 9) {
      exponent = exponent * 10 + byte;
      from++;
    }
    if (from > begun) at = from;
    if (sign === 45) exponent = -exponent;
  }
  exponent -= decimals;
  if (at < end || digits === 0 || digits > 15 || exponent > 22 || exponent < -22) return parseGoFloat(latin1(bytes, start, end));
  const value = exponent < 0 ? mantissa / powersOfTen[-exponent]! : mantissa * powersOfTen[exponent]!;
  return isNegative ? -value : value;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** A whole number as strconv.ParseInt reads it, as milliseconds of a timestamp. @returns undefined for what is none */
export function readGoInteger(bytes: Uint8Array, start: number, end: number): number | undefined {
  const text = latin1(bytes, start, end);
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -(2n ** 63n) && value < 2n ** 63n ? Number(value) : undefined;
}
