import { RetraceError } from '../../core/errors.ts';
import { checkManifest } from '../manifest-schema.ts';
import type { Manifest } from '../manifest.ts';
import { readHead, sha256, type Head } from './frame.ts';

/**
 * Reads the manifest from the beginning of a file.
 * @param firstBytes as far as `manifestEnd` at least
 * @throws snapshot.newer-format, snapshot.corrupt
 */
export function readManifest(firstBytes: Uint8Array, name: string): Manifest {
  return readManifestAt(readHead(firstBytes, name), firstBytes, name);
}

/**
 * How many bytes of the file the manifest needs.
 * @throws snapshot.newer-format, snapshot.corrupt
 */
export function manifestEnd(firstBytes: Uint8Array, name: string): number {
  return readHead(firstBytes, name).end;
}

/** @throws snapshot.corrupt */
export function readManifestAt(head: Head, bytes: Uint8Array, name: string): Manifest {
  const text = bytes.subarray(head.start, head.end);
  const corrupt = (detail: string) => new RetraceError('snapshot.corrupt', { name, part: 'manifest', detail });
  if (text.length < head.end - head.start) throw corrupt('the file ends within it');
  if (sha256(text) !== head.sha256) throw corrupt('its digest does not match its bytes');
  const checked = checkManifest(parse(text));
  if ('wrong' in checked) throw corrupt(checked.wrong);
  return checked.manifest;
}

function parse(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text).toString('utf8'));
  } catch {
    return undefined;
  }
}
