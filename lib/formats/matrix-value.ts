/** What is wrong with an answer, and where: `position` in bytes, from 0. */
export class MatrixError extends Error {
  readonly problem: string;
  readonly position: number;

  constructor(problem: string, position: number) {
    super(`byte ${position}: ${problem}`);
    this.problem = problem;
    this.position = position;
  }
}

const [quote, backslash] = [34, 92] as const;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isBlank(bytes[at]!)) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

/** Behind the JSON value that begins here; -1 where it is not whole yet. Whether it is one is found by `readValue`. */
export function endOfValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === quote) {
      at = endOfString(bytes, at);
      if (at < 0) return -1;
      if (depth === 0) return at + 1;
    } else if (byte === 123 || byte === 91) depth++;
    else if (byte === 125 || byte === 93) {
      // Of the container around a bare value.
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === 44 || isBlank(byte))) return at;
  }
  return -1;
}

function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++;
    else if (bytes[at] === quote) return at;
  }
  return -1;
}

/** @throws MatrixError for what is no JSON */
export function readValue(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(decoder.decode(bytes.subarray(start, end)));
  } catch {
    throw new MatrixError('not JSON', start);
  }
}
