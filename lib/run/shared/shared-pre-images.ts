import { gunzipSync, gzipSync } from 'node:zlib';
import type { JsonObject } from '../../core/json.ts';
import { parseJson, stringifyJson } from '../../core/json.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection } from '../../kube/types.ts';
import { recordName } from './cluster-record.ts';
import { deleteOwnObject, readOwnObject, writeOwnObject } from './own-object.ts';
import type { OwnObject } from './own-object.ts';
import { partLimitBytes, splitParts } from './record-content.ts';

type Data = Record<string, string>;

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
 * Keeps what an object was before step `stepId` wrote it, zipped, in as many Secrets as it needs. The first image of a step is
 * kept, as on the disk. An image is complete only with its last part, which carries how many there are.
 */
export async function sharePreImage(connection: Connection, place: { namespace: string; runId: string }, stepId: string, image: JsonObject): Promise<void> {
  const { namespace, runId } = place;
  const secrets = await readSecrets(connection, namespace, runId);
  const known = new Set(secrets.flatMap((data) => Object.keys(data)));
  const parts = splitParts(gzipSync(stringifyJson(image)));
  let number = Math.max(1, secrets.length);
  for (const [index, part] of parts.entries()) {
    const key = `${stepId}.${index + 1}of${parts.length}`;
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

/** All complete images, by step. */
export async function readSharedPreImages(connection: Connection, namespace: string, runId: string): Promise<Map<string, JsonObject>> {
  const values = new Map((await readSecrets(connection, namespace, runId)).flatMap((data) => Object.entries(data)));
  const images = new Map<string, JsonObject>();
  for (const key of values.keys()) {
    const [, stepId, count] = /^(.+)\.1of(\d+)$/.exec(key) ?? [];
    if (stepId === undefined) continue;
    const parts = Array.from({ length: Number(count) }, (_, index) => values.get(`${stepId}.${index + 1}of${count}`));
    if (parts.some((part) => part === undefined)) continue;
    const zipped = Buffer.concat(parts.map((part) => Buffer.from(part!, 'base64')));
    images.set(stepId, parseJson(gunzipSync(zipped).toString('utf8')) as JsonObject);
  }
  return images;
}

/** Deletes them; the last one first, so that what a crash leaves is still found. */
export async function deleteSharedPreImages(connection: Connection, namespace: string, runId: string): Promise<void> {
  for (const secret of (await findSecrets(connection, namespace, runId)).reverse()) await deleteOwnObject(connection, secret);
}
