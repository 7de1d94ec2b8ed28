import { createHash } from 'node:crypto';
import { RetraceError } from '../../core/errors.ts';

/**
 * What stands around the content of a snapshot file:
 *
 *     retrace-snapshot/1 <bytes of the manifest> <its sha256>
 *     <manifest><parts>
 *     sha256 <of everything before>
 *
 * So one read of the first bytes is enough to list it, and no byte can change unseen.
 */
const trailerBytes = 'sha256 '.length + 64 + 1;
const headPattern = /^retrace-snapshot\/1 ([1-9]\d{0,8}) ([0-9a-f]{64})\n/;
const headLimitBytes = 128;

/** How much of a file is read to list it; a manifest is a few KiB, but grows with what is in force and what is missing. */
export const firstReadBytes = 64 * 1024;

export function headLine(manifest: Uint8Array): string {
  return `retrace-snapshot/1 ${manifest.length} ${sha256(manifest)}\n`;
}

export function trailerOf(content: Uint8Array): string {
  return `sha256 ${sha256(content)}\n`;
}

/** Where the manifest stands. */
export interface Head {
  start: number;
  end: number;
  sha256: string;
}

/**
 * Reads the first line.
 * @param bytes the beginning of the file or all of it
 * @throws snapshot.newer-format, snapshot.corrupt
 */
export function readHead(bytes: Uint8Array, name: string): Head {
  const text = Buffer.from(bytes.subarray(0, headLimitBytes)).toString('latin1');
  const [line, length, digest] = headPattern.exec(text) ?? [];
  if (line !== undefined) return { start: line.length, end: line.length + Number(length), sha256: digest! };
  const format = Number(/^retrace-snapshot\/(\d{1,6}) /.exec(text)?.[1] ?? 1);
  if (format > 1) throw new RetraceError('snapshot.newer-format', { name, format });
  throw new RetraceError('snapshot.corrupt', { name, part: 'head', detail: bytes.length === 0 ? 'the file is empty' : 'its first line is not that of a snapshot' });
}

/**
 * What stands between the first line's manifest and the last line.
 * @throws snapshot.newer-format, snapshot.corrupt when any byte of the file is not what was written
 */
export function openFrame(bytes: Uint8Array, name: string): { head: Head; parts: Uint8Array } {
  const contentEnd = bytes.length - trailerBytes;
  const end = Buffer.from(bytes.subarray(Math.max(0, contentEnd))).toString('latin1');
  const hasTrailer = contentEnd >= 0 && /^sha256 [0-9a-f]{64}\n$/.test(end);
  // Before the first line: a digit of it that was flipped is no newer version.
  if (hasTrailer && end !== trailerOf(bytes.subarray(0, contentEnd))) throw new RetraceError('snapshot.corrupt', { name, part: 'end', detail: 'the digest of the file does not match its bytes' });
  const head = readHead(bytes, name);
  if (!hasTrailer) throw new RetraceError('snapshot.corrupt', { name, part: 'end', detail: 'its last line is missing: the file was cut off, or its end changed' });
  if (head.end > contentEnd) throw new RetraceError('snapshot.corrupt', { name, part: 'manifest', detail: 'it is longer than the file' });
  return { head, parts: bytes.subarray(head.end, contentEnd) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
