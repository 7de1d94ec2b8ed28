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
 * that a double holds, one division rounds as Go does (Clinger 1990).
 * @returns undefined for what is no number
 */
export function readGoFloat(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const isNegative = bytes[at] === 45;
  if (isNegative || bytes[at] === 43) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === 46 && decimals < 0) decimals = 0;
    else break;
  }
  if (at < end || digits === 0 || digits > 15) return parseGoFloat(latin1(bytes, start, end));
  const value = decimals > 0 ? mantissa / powersOfTen[decimals]! : mantissa;
  return isNegative ? -value : value;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** A whole number as strconv.ParseInt reads it, as milliseconds of a timestamp. @returns undefined for what is none */
export function readGoInteger(bytes: Uint8Array, start: number, end: number): number | undefined {
  const text = latin1(bytes, start, end);
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -(2n ** 63n) && value < 2n ** 63n ? Number(value) : undefined;
}
