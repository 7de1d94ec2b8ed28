import { isError, RetraceError } from '../core/errors.ts';
import { parseSnapshot } from './file/parse.ts';
import type { Identity } from './identity.ts';
import type { Manifest } from './manifest.ts';
import type { SnapshotRepository } from './repository.ts';

/**
 * What became of the sealed part: `opened` with a key at hand; `unopened`: its bytes are what was written, but no key here opens
 * it; `none`: nothing was sealed; `omitted`, `plain`: see Manifest.secrets.
 */
export type SealState = 'opened' | 'unopened' | 'none' | 'omitted' | 'plain';

export interface CheckedSnapshot {
  id: string;
  result: 'ok' | 'damaged' | 'unreadable';
  bytes?: number;
  manifest?: Manifest;
  sealed?: SealState;
  /** Why it is not ok. */
  failure?: RetraceError;
}

/**
 * Reads all of a snapshot: its structure, every byte against its digests, and its sealed part with the keys at hand. A failure of
 * the place itself is thrown: of a bucket that cannot be reached nothing can be said.
 * @throws repository.denied, repository.unreachable, snapshot.not-found
 */
export async function checkSnapshot(id: string, repository: SnapshotRepository, identities: readonly Identity[]): Promise<CheckedSnapshot> {
  let bytes: Uint8Array;
  try {
    bytes = await repository.read(id);
  } catch (error) {
    if (isError(error, 'file.unreadable')) return { id, result: 'unreadable', failure: error };
    throw error;
  }
  try {
    const content = parseSnapshot(bytes, id);
    const sealed = await openSeal(content, identities);
    return { id, result: 'ok', bytes: bytes.length, manifest: content.manifest, sealed };
  } catch (error) {
    if (!(error instanceof RetraceError)) throw error;
    return { id, result: error.code === 'snapshot.corrupt' ? 'damaged' : 'unreadable', bytes: bytes.length, failure: error };
  }
}

async function openSeal({ manifest, unseal }: ReturnType<typeof parseSnapshot>, identities: readonly Identity[]): Promise<SealState> {
  if (manifest.secrets !== 'encrypted') {
    // The lines of a plain part are read too.
    if (manifest.secrets === 'plain') await unseal([]);
    return manifest.secrets;
  }
  try {
    await unseal(identities);
    return 'opened';
  } catch (error) {
    if (isError(error, 'snapshot.wrong-identity')) return 'unopened';
    throw error;
  }
}
