import { stringifyJson } from '../../core/json.ts';
import type { KubeObject } from '../../kube/types.ts';
import { checkManifest } from '../manifest-schema.ts';
import type { Manifest, ManifestHead } from '../manifest.ts';
import type { Seal } from '../seal.ts';
import { holdsCredentialInText, isOwned, stubOf, type StoredObject } from '../stored-object.ts';
import { headLine, trailerOf } from './frame.ts';
import { LinePart } from './line-part.ts';

/**
 * Makes a snapshot file. Every object that holds a credential is sealed; nothing of its values is anywhere else in the file.
 * @param objects as the server sent them, in the order in which they are to be read again
 */
export async function encodeSnapshot(head: ManifestHead, objects: readonly KubeObject[], seal: Seal): Promise<{ bytes: Uint8Array; manifest: Manifest }> {
  const open = new LinePart('objects');
  const sealed = new LinePart('sealed');
  let sealedCount = 0;
  for (const object of objects) {
    const line = stringifyJson({ object } satisfies StoredObject);
    if (!holdsCredentialInText(object, line)) {
      open.add(line);
      continue;
    }
    sealedCount += 1;
    if (seal.kind !== 'omit') sealed.add(line.slice(lineStart.length, -1));
    open.add(stringifyJson({ ...stubOf(object), ...(seal.kind === 'omit' ? { omitted: true } : { sealed: true }) } satisfies StoredObject));
  }
  const hasSealed = !sealed.isEmpty;
  const parts = await Promise.all([open.finish(), ...(hasSealed ? [sealed.finish(seal)] : [])]);
  const manifest: Manifest = {
    apiVersion: 'retrace/v1',
    kind: 'Snapshot',
    format: 1,
    ...head,
    counts: { objects: objects.length, sealed: sealedCount, owned: objects.filter(isOwned).length },
    // Omitted also where nothing else was: then no Secret was read at all.
    secrets: seal.kind === 'omit' ? 'omitted' : sealedCount === 0 ? 'none' : ({ age: 'encrypted', plain: 'plain' } as const)[seal.kind],
    recipients: hasSealed && seal.kind === 'age' ? [...seal.recipients] : [],
    parts: parts.map(({ part }) => part),
  };
  const text = Buffer.from(stringifyJson(manifest));
  const checked = checkManifest(JSON.parse(text.toString()));
  if ('wrong' in checked) throw new Error(`a manifest that could not be read again: ${checked.wrong}`);
  const content = Buffer.concat([Buffer.from(headLine(text)), text, ...parts.map(({ bytes }) => bytes)]);
  return { bytes: Buffer.concat([content, Buffer.from(trailerOf(content))]), manifest };
}

/** What stands before an object in a line of its own. */
const lineStart = '{"object":';
