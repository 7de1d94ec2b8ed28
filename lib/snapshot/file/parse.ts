import { RetraceError } from '../../core/errors.ts';
import { isObject, textAt } from '../../core/fields.ts';
import { parseJson, type Json } from '../../core/json.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { Identity } from '../identity.ts';
import type { Manifest, Part } from '../manifest.ts';
import { decryptWith } from '../seal.ts';
import type { StoredObject } from '../stored-object.ts';
import { openFrame, sha256 } from './frame.ts';
import { readManifestAt } from './manifest.ts';

/** A snapshot file whose every byte was found to be what was written. */
export interface SnapshotContent {
  manifest: Manifest;
  stored: StoredObject[];
  /**
   * All objects whole, at the same index as in `stored`; of one that was omitted there is only its stub.
   * @throws snapshot.wrong-identity when none of the identities opens the sealed part; snapshot.corrupt
   */
  unseal(identities: readonly Identity[]): Promise<KubeObject[]>;
}

/**
 * Reads a snapshot file and checks every digest in it.
 * @param name of the file, for messages
 * @throws snapshot.newer-format, snapshot.corrupt
 */
export function parseSnapshot(bytes: Uint8Array, name: string): SnapshotContent {
  const { head, parts } = openFrame(bytes, name);
  const manifest = readManifestAt(head, bytes, name);
  const found = splitParts(manifest.parts, parts, name);
  const stored = readLines(found.get('objects')!, name).map((line) => asStored(line, name));
  const sealedCount = stored.filter(({ sealed }) => sealed).length;
  const isWhole = stored.length === manifest.counts.objects && sealedCount === (manifest.parts[1]?.objects ?? 0);
  if (!isWhole) throw corrupt(name, 'objects', 'its objects are not as many as the manifest says');
  return { manifest, stored, unseal: (identities) => unseal(manifest, stored, found.get('sealed'), identities, name) };
}

interface FoundPart {
  part: Part;
  bytes: Uint8Array;
}

function corrupt(name: string, part: string, detail: string): RetraceError {
  return new RetraceError('snapshot.corrupt', { name, part, detail });
}

function splitParts(parts: readonly Part[], bytes: Uint8Array, name: string): Map<string, FoundPart> {
  const found = new Map<string, FoundPart>();
  let at = 0;
  for (const part of parts) {
    const own = bytes.subarray(at, at + part.bytes);
    if (own.length !== part.bytes || sha256(own) !== part.sha256) throw corrupt(name, part.name, 'its digest does not match its bytes');
    found.set(part.name, { part, bytes: own });
    at += part.bytes;
  }
  if (at !== bytes.length) throw corrupt(name, 'end', 'there are bytes that belong to no part');
  return found;
}

function readLines({ part, bytes }: FoundPart, name: string): Json[] {
  try {
    const lines = Bun.zstdDecompressSync(bytes as Uint8Array<ArrayBuffer>).toString('utf8').split('\n').slice(0, -1);
    if (lines.length !== part.objects) throw new Error('its lines are not as many as the manifest says');
    return lines.map(parseJson);
  } catch (error) {
    throw corrupt(name, part.name, (error as Error).message);
  }
}

function asStored(line: Json, name: string): StoredObject {
  if (!isKubeObject((line as { object?: Json } | null)?.object)) throw corrupt(name, 'objects', 'a line of it is no object');
  return line as unknown as StoredObject;
}

function isKubeObject(value: Json | undefined): value is KubeObject {
  return isObject(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && textAt(value, 'metadata', 'name') !== undefined;
}

async function unseal(manifest: Manifest, stored: readonly StoredObject[], found: FoundPart | undefined, identities: readonly Identity[], name: string): Promise<KubeObject[]> {
  const whole = found === undefined ? [] : readLines(await openSealed(manifest, found, identities, name), name);
  let next = 0;
  return stored.map(({ object, sealed }) => {
    if (!sealed) return object;
    const own = whole[next++];
    if (!isKubeObject(own) || nameOf(own) !== nameOf(object)) throw corrupt(name, 'sealed', 'its objects are not those of the manifest');
    return own;
  });
}

async function openSealed(manifest: Manifest, found: FoundPart, identities: readonly Identity[], name: string): Promise<FoundPart> {
  if (found.part.encoding === 'zstd') return found;
  let bytes: Uint8Array | undefined;
  try {
    bytes = await decryptWith(identities, found.bytes);
  } catch (error) {
    throw corrupt(name, 'sealed', (error as Error).message);
  }
  if (bytes === undefined) throw new RetraceError('snapshot.wrong-identity', { name, recipients: manifest.recipients });
  return { part: found.part, bytes };
}

function nameOf({ apiVersion, kind, metadata }: KubeObject): string {
  return [apiVersion, kind, metadata['namespace'] ?? '', metadata.name, metadata.uid].join(' ');
}
