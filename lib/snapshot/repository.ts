import { RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import { manifestEnd, readManifest } from './file/manifest.ts';
import { isSnapshotId, type Manifest } from './manifest.ts';

/** A place where snapshot files lie, one a name. */
export interface SnapshotRepository {
  /** For messages: a folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /** Their names, without reading any, in order. @throws file.unreadable, repository.* */
  ids(): Promise<string[]>;
  /** All of them, in the order of their names. Reads only the beginning of each. @throws file.unreadable, repository.* */
  list(): Promise<ListedSnapshot[]>;
  /** @throws snapshot.not-found with the newest that there are */
  read(id: string): Promise<Uint8Array>;
  /** Either all of it is there afterwards or nothing. @throws snapshot.exists: never over another one; file.write (disk full) */
  write(id: string, bytes: Uint8Array): Promise<void>;
  /** @throws snapshot.not-found, file.write */
  remove(id: string): Promise<void>;
}

export interface ListedSnapshot {
  id: string;
  bytes: number;
  manifest?: Manifest;
  /** Why there is no manifest. */
  broken?: RetraceError;
}

export const fileEnding = '.retrace';

/** Reads bytes of one file, from its beginning. */
export type ReadFirst = (byteCount: number) => Promise<Uint8Array>;

/**
 * One line of `list`. What is wrong with one file is told in its line and does not hide the others.
 * @throws repository.*: of a place that cannot be asked (any more) nothing is known, neither of this file nor of the others
 */
export async function listedSnapshot(id: string, bytes: number, firstReadBytes: number, readFirst: ReadFirst): Promise<ListedSnapshot> {
  try {
    const first = await readFirst(Math.min(bytes, firstReadBytes));
    const end = manifestEnd(first, id);
    const needed = Math.min(bytes, end);
    return { id, bytes, manifest: readManifest(needed > first.length ? await readFirst(needed) : first, id) };
  } catch (error) {
    if (error instanceof RetraceError && !error.code.startsWith('repository.')) return { id, bytes, broken: error };
    throw error;
  }
}

/** The failure for a name that is not there. */
export function notFound(id: string, place: string, ids: readonly string[]): RetraceError {
  return new RetraceError('snapshot.not-found', { id, place, known: ids.toSorted().slice(-5), near: nearNames(id, ids) });
}

/** Name of a snapshot by that of its file; undefined for a file that is none, as a part of one that was never finished. */
export function idOfFile(name: string): string | undefined {
  const id = name.endsWith(fileEnding) ? name.slice(0, -fileEnding.length) : '';
  return isSnapshotId(id) ? id : undefined;
}
