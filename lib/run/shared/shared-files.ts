import { createHash } from 'node:crypto';
import { RetraceError } from '../../core/errors.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection } from '../../kube/types.ts';
import { recordName } from './cluster-record.ts';
import { deleteOwnObject, readOwnObject, writeOwnObject } from './own-object.ts';
import type { OwnObject } from './own-object.ts';
import { partLimitBytes, splitParts } from './record-content.ts';

type Data = Record<string, string>;

/** Of one file: what etcd keeps for a run must be small beside what it keeps for the cluster. */
export const sharedFileLimitBytes = 16 * 1024 * 1024;

/** `retrace-run-r-7k2m4d`, then `…-2`, `…-3` where one is full. */
function secretName(runId: string, number: number): string {
  return number === 1 ? recordName(runId) : `${recordName(runId)}-${number}`;
}

async function findSecrets(connection: Connection, namespace: string, runId: string): Promise<OwnObject[]> {
  const found: OwnObject[] = [];
  for (;;) {
    const secret = await readOwnObject(connection, builtinTypes.secrets, namespace, secretName(runId, found.length + 1));
    if (!secret.live) return found;
    found.push(secret);
  }
}

async function readSecrets(connection: Connection, namespace: string, runId: string): Promise<Data[]> {
  return (await findSecrets(connection, namespace, runId)).map(({ live }) => (live!['data'] ?? {}) as Data);
}

/**
 * Keeps a snapshot file of a run in as many Secrets as it needs. The first of a name stays, as on the disk. It is complete only
 * with all its parts; the digest in their names tells them from those of a machine that died before it had written them all.
 * @param readBytes the file, its credentials plain; asked for only when it is not there yet
 * @throws pre-image.too-large
 */
export async function shareFile(connection: Connection, place: { namespace: string; runId: string }, name: string, readBytes: () => Promise<Uint8Array | undefined>): Promise<void> {
  const { namespace, runId } = place;
  const secrets = await readSecrets(connection, namespace, runId);
  if (joinFiles(secrets).has(name)) return;
  const bytes = await readBytes();
  if (!bytes) return;
  if (bytes.length > sharedFileLimitBytes) throw new RetraceError('pre-image.too-large', { bytes: bytes.length, limitBytes: sharedFileLimitBytes, namespace });
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const known = new Set(secrets.flatMap((data) => Object.keys(data)));
  const parts = splitParts(Buffer.from(bytes));
  let number = Math.max(1, secrets.length);
  for (const [index, part] of parts.entries()) {
    const key = `${name}.${digest}.${index + 1}of${parts.length}`;
    if (known.has(key)) continue;
    const value = part.toString('base64');
    const used = Object.values(secrets[number - 1] ?? {}).reduce((sum, text) => sum + text.length, 0);
    if (used > 0 && (used + value.length) * 0.75 > partLimitBytes) number += 1;
    const secret = await readOwnObject(connection, builtinTypes.secrets, namespace, secretName(runId, number));
    const data = { ...((secret.live?.['data'] ?? {}) as Data), [key]: value };
    const labels = { 'app.kubernetes.io/managed-by': 'retrace', 'retrace/part-of': runId };
    await writeOwnObject(connection, secret, { metadata: { labels }, type: 'Opaque', data });
    secrets[number - 1] = data;
  }
}

/** All complete files, by name. */
export async function readSharedFiles(connection: Connection, namespace: string, runId: string): Promise<Map<string, Uint8Array>> {
  return joinFiles(await readSecrets(connection, namespace, runId));
}

function joinFiles(secrets: readonly Data[]): Map<string, Uint8Array> {
  const values = new Map(secrets.flatMap((data) => Object.entries(data)));
  const files = new Map<string, Uint8Array>();
  for (const key of values.keys()) {
    const [, name, digest, count] = /^(.+)\.([0-9a-f]{8})\.1of(\d+)$/.exec(key) ?? [];
    if (name === undefined || files.has(name)) continue;
    const parts = Array.from({ length: Number(count) }, (_, index) => values.get(`${name}.${digest}.${index + 1}of${count}`));
    if (parts.every((part) => part !== undefined)) files.set(name, Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))));
  }
  return files;
}

/** Deletes them; the last one first, so that what a crash leaves is still found. */
export async function deleteSharedFiles(connection: Connection, namespace: string, runId: string): Promise<void> {
  for (const secret of (await findSecrets(connection, namespace, runId)).reverse()) await deleteOwnObject(connection, secret);
}
