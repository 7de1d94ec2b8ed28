/** Snapshot files as the plugin wrote them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityToRecipient } from 'age-encryption';
import type { KubeObject } from '../../lib/kube/types.ts';
import { parseSnapshot } from '../../lib/snapshot/file/parse.ts';
import type { Manifest } from '../../lib/snapshot/manifest.ts';

/** A snapshot of a home, whole: every object as it was before it was sealed. */
export interface OpenedSnapshot {
  readonly bytes: Buffer;
  readonly manifest: Manifest;
  readonly objects: readonly KubeObject[];
  /** `Kind/name`, in the order of the file. */
  readonly names: readonly string[];
  find(kind: string, name: string): KubeObject | undefined;
}

/** Path of a snapshot in the usual folder. */
export function snapshotPath(home: string, id: string): string {
  return join(home, 'data', 'retrace', 'snapshots', `${id}.retrace`);
}

/** Reads a snapshot with the key that the first use made in this home. */
export async function openSnapshot(home: string, id: string): Promise<OpenedSnapshot> {
  const bytes = readFileSync(snapshotPath(home, id));
  const content = parseSnapshot(bytes, id);
  const key = content.manifest.secrets === 'encrypted' ? keyOf(home) : undefined;
  const objects = await content.unseal(key === undefined ? [] : [{ key, recipient: await identityToRecipient(key), source: 'test' }]);
  return {
    bytes,
    manifest: content.manifest,
    objects,
    names: objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    find: (kind, name) => objects.find((object) => object.kind === kind && object.metadata.name === name),
  };
}

function keyOf(home: string): string {
  return readFileSync(join(home, 'config', 'retrace', 'identity.txt'), 'utf8').split('\n').find((line) => line.startsWith('AGE-SECRET-KEY'))!;
}
