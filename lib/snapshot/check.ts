import { isError, RetraceError } from '../core/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import { findDangling, type DanglingReference } from './dangling.ts';
import { parseSnapshot, type SnapshotContent } from './file/parse.ts';
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
  /** What its objects need by name and it does not hold; of what could not be opened nothing is known. */
  dangling?: DanglingReference[];
  /** Why it is not ok. */
  failure?: RetraceError;
}

/**
 * Reads all of a snapshot: its structure, every byte against its digests, its sealed part with the keys at hand, and what its objects
 * refer to. A failure of
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
    const { sealed, objects } = await openSeal(content, identities);
    // What a run kept before it wrote is no whole of anything.
    const dangling = content.manifest.purpose === 'snapshot' ? findDangling(content.stored.map(({ object }) => object), objects, content.manifest.types.map(({ kind }) => kind)) : [];
    return { id, result: 'ok', bytes: bytes.length, manifest: content.manifest, sealed, dangling };
  } catch (error) {
    if (!(error instanceof RetraceError)) throw error;
    return { id, result: error.code === 'snapshot.corrupt' ? 'damaged' : 'unreadable', bytes: bytes.length, failure: error };
  }
}

type Opened = { sealed: SealState; objects: readonly KubeObject[] };

async function openSeal({ manifest, stored, unseal }: SnapshotContent, identities: readonly Identity[]): Promise<Opened> {
  const stubs = stored.map(({ object }) => object);
  if (manifest.secrets !== 'encrypted') {
    // The lines of a plain part are read too.
    return { sealed: manifest.secrets, objects: manifest.secrets === 'plain' ? await unseal([]) : stubs };
  }
  try {
    return { sealed: 'opened', objects: await unseal(identities) };
  } catch (error) {
    if (isError(error, 'snapshot.wrong-identity')) return { sealed: 'unopened', objects: stubs };
    throw error;
  }
}
