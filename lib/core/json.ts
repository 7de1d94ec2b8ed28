/**
 * One lossless JSON codec. An API object may hold int64 values over 2^53 and numbers such as `1.0`;
 * a number that a double cannot give back as written is kept as the text that the server sent.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

interface RawJsonApi {
  rawJSON(text: string): Json;
  isRawJSON(value: unknown): boolean;
}

// ES2025; TypeScript's lib does not have it yet.
const raw = JSON as unknown as RawJsonApi;

// A number is at risk when it has 16 digits or more, a fraction or an exponent, or is -0; most objects have none.
const riskyNumber = /(?:^|[:,[\s])-?(?:\d{16,}|\d+\.\d|\d+[eE]|(?<=-)0)/;

/**
 * Parses JSON text without losing a number.
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson(text: string): Json {
  if (!riskyNumber.test(text)) return JSON.parse(text) as Json;
  return JSON.parse(text, keepNumber as (key: string, value: unknown) => unknown) as Json;
}

function keepNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return String(value) === context.source ? value : raw.rawJSON(context.source);
}

/** Text of a value; numbers kept by {@link parseJson} come out as they went in. */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent);
}

/** True when the value is a number that is kept as text. */
export function isRawNumber(value: unknown): boolean {
  return raw.isRawJSON(value);
}

/**
 * Text with sorted keys and no undefined members: equal values give equal text, whatever the order of their keys.
 * Used for digests and comparisons.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object' && !isRawNumber(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
