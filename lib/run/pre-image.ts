import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Context } from '../core/context.ts';
import { makePrivateDirectory, writeDurably } from '../core/durable-file.ts';
import { isError, RetraceError } from '../core/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import { encodeSnapshot } from '../snapshot/file/encode.ts';
import { parseSnapshot, type SnapshotContent } from '../snapshot/file/parse.ts';
import { readIdentities } from '../snapshot/identity.ts';
import { headOf, type ManifestHead } from '../snapshot/manifest.ts';
import { readRecipients } from '../snapshot/recipients.ts';
import { fileEnding } from '../snapshot/repository.ts';
import type { Seal } from '../snapshot/seal.ts';
import { holdsCredential } from '../snapshot/stored-object.ts';

type Place = Pick<Context, 'env' | 'platform' | 'now'>;

/** A pre-image is a snapshot file: what a step was about to write to, as it was. */
export function preImagesDirectory(directory: string): string {
  return join(directory, 'pre-images');
}

function preImagePath(directory: string, stepId: string): string {
  return join(preImagesDirectory(directory), `${stepId}${fileEnding}`);
}

/**
 * Saves what objects were before a step writes them; credentials are encrypted for the keys of this machine. A step that is run
 * again after a crash keeps the first image: the later one may already be its own work.
 * @throws file.write; identity.*, recipient.broken when an object holds a credential and there is nobody to encrypt it for
 */
export async function savePreImage(directory: string, stepId: string, head: ManifestHead, objects: readonly KubeObject[], context: Place): Promise<void> {
  const existing = await readdir(preImagesDirectory(directory)).catch(() => [] as string[]);
  if (!existing.includes(`${stepId}${fileEnding}`)) await replacePreImage(directory, stepId, head, objects, context);
}

/** As `savePreImage`, over one that nobody here can open. */
export async function replacePreImage(directory: string, stepId: string, head: ManifestHead, objects: readonly KubeObject[], context: Place): Promise<void> {
  const { bytes } = await encodeSnapshot(head, objects, await sealFor(objects, context));
  await makePrivateDirectory(preImagesDirectory(directory));
  await writeDurably(preImagePath(directory, stepId), bytes);
}

/** Keys are looked at, and made, only where there is something to encrypt. */
async function sealFor(objects: readonly KubeObject[], context: Place): Promise<Seal> {
  return { kind: 'age', recipients: objects.some(holdsCredential) ? await readRecipients(undefined, context) : [] };
}

/**
 * The file of step `stepId`, not yet opened.
 * @returns undefined when that step never came to write
 * @throws file.unreadable, snapshot.*
 */
async function findPreImage(directory: string, stepId: string): Promise<SnapshotContent | undefined> {
  const path = preImagePath(directory, stepId);
  try {
    return parseSnapshot(await readFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof RetraceError) throw error;
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
}

/**
 * What the objects of step `stepId` were before it wrote them; undefined when that step never came to write.
 * @throws pre-image.sealed when the key is not at hand; file.unreadable, snapshot.*, identity.broken
 */
export async function readPreImage(directory: string, stepId: string, context: Place): Promise<KubeObject[] | undefined> {
  const content = await findPreImage(directory, stepId);
  return content && openPreImage(content, preImagePath(directory, stepId), context);
}

/**
 * The same as a file of its own whose credentials are plain: for a Secret of the cluster, where another machine has another key.
 * @throws as `readPreImage`
 */
export async function readPlainPreImage(directory: string, stepId: string, context: Place): Promise<Uint8Array | undefined> {
  const content = await findPreImage(directory, stepId);
  if (!content) return undefined;
  const objects = await openPreImage(content, preImagePath(directory, stepId), context);
  return (await encodeSnapshot(headOf(content.manifest), objects, { kind: 'plain' })).bytes;
}

/** Saves what `readPlainPreImage` gave on another machine, encrypted for this one. @throws snapshot.*, and as `savePreImage` */
export async function adoptPreImage(directory: string, stepId: string, bytes: Uint8Array, context: Place, save = savePreImage): Promise<void> {
  const { manifest, unseal } = parseSnapshot(bytes, `secret/retrace-run-${basename(directory)}`);
  await save(directory, stepId, headOf(manifest), await unseal([]), context);
}

async function openPreImage(content: SnapshotContent, path: string, context: Place): Promise<KubeObject[]> {
  const { secrets, recipients } = content.manifest;
  try {
    return await content.unseal(secrets === 'encrypted' ? await readIdentities(undefined, context) : []);
  } catch (error) {
    if (!isError(error, 'identity.missing') && !isError(error, 'snapshot.wrong-identity')) throw error;
    throw new RetraceError('pre-image.sealed', { path, recipients }, { cause: error });
  }
}
