import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { parseSnapshot } from './file/parse.ts';
import { readIdentities } from './identity.ts';
import type { Manifest } from './manifest.ts';
import type { SnapshotRepository } from './repository.ts';
import type { StoredObject } from './stored-object.ts';

/** A snapshot with all that the keys at hand open. */
export interface OpenedSnapshot {
  manifest: Manifest;
  /** Whole where there is a key; a stub stays one. */
  stored: StoredObject[];
  /** Why some are stubs, when it is for want of a key. */
  locked?: RetraceError<'identity.missing' | 'snapshot.wrong-identity'>;
}

/**
 * Reads a snapshot and opens what is sealed, as far as there are keys; without one the rest can still be read.
 * @param identityFile --identity: when it is given it must open
 * @throws snapshot.*, identity.* (those of a file that was named), file.unreadable
 */
export async function openSnapshot(repository: SnapshotRepository, id: string, identityFile: string | undefined, context: Pick<Context, 'env' | 'platform'>): Promise<OpenedSnapshot> {
  const content = parseSnapshot(await repository.read(id), id);
  const { manifest, stored } = content;
  if (!stored.some(({ sealed }) => sealed)) return { manifest, stored };
  try {
    const isPlain = manifest.secrets === 'plain';
    const whole = await content.unseal(isPlain ? [] : await readIdentities(identityFile, context));
    return { manifest, stored: stored.map((one, at) => (one.sealed ? { object: whole[at]! } : one)) };
  } catch (error) {
    const isForWantOfKey = error instanceof RetraceError && (error.code === 'identity.missing' || error.code === 'snapshot.wrong-identity');
    if (!isForWantOfKey || identityFile !== undefined) throw error;
    return { manifest, stored, locked: error as NonNullable<OpenedSnapshot['locked']> };
  }
}
