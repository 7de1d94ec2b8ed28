import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../core/context.ts';
import { createDurably, makePrivateDirectory, orFileError, syncDirectory } from '../core/durable-file.ts';
import { RetraceError } from '../core/errors.ts';
import { atMost } from '../core/at-most.ts';
import { firstReadBytes } from './file/frame.ts';
import { isSnapshotId } from './manifest.ts';
import { fileEnding, idOfFile, listedSnapshot, notFound, type SnapshotRepository } from './repository.ts';

/** What a writer that died left behind is taken away by the next one after this time; younger ones may still be written. */
const partLifeMs = 3_600_000;

/** Snapshots in a folder of this machine, which only its owner may read. */
export function openFolder(place: string, context: Pick<Context, 'now'>): SnapshotRepository {
  const pathOf = (id: string) => join(place, `${id}${fileEnding}`);
  const readIds = async () => (await readNames(place)).flatMap((name) => idOfFile(name) ?? []).sort();
  const orNotFound = async <T>(id: string, work: () => Promise<T>, otherwise: (error: NodeJS.ErrnoException) => RetraceError): Promise<T> => {
    if (!isSnapshotId(id)) throw notFound(id, place, await readIds());
    try {
      return await work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOENT' ? notFound(id, place, await readIds()) : otherwise(error as NodeJS.ErrnoException);
    }
  };
  return {
    place,
    ids: readIds,
    list: async () => {
      // Gone between the two reads, as by a prune of somebody else: no snapshot any more.
      const found = await atMost(16, await readIds(), async (id) => {
        const size = await sizeOf(pathOf(id));
        return size === undefined ? undefined : listedSnapshot(id, size, firstReadBytes, (count) => readFirst(pathOf(id), count));
      });
      return found.filter((each) => each !== undefined);
    },
    read: (id) => orNotFound(id, () => readFile(pathOf(id)), (error) => unreadable(pathOf(id), error)),
    write: async (id, bytes) => {
      await makePrivateDirectory(place);
      await removeOldParts(place, context.now());
      if (!(await createDurably(pathOf(id), bytes))) throw new RetraceError('snapshot.exists', { id, place });
    },
    remove: async (id) => {
      await orNotFound(id, () => rm(pathOf(id)), (error) => new RetraceError('file.write', { path: pathOf(id), detail: error.message }, { cause: error }));
      await orFileError(place, () => syncDirectory(place));
    },
  };
}

function unreadable(path: string, error: Error): RetraceError {
  return new RetraceError('file.unreadable', { path, detail: error.message }, { cause: error });
}

async function readNames(place: string): Promise<string[]> {
  try {
    return await readdir(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(place, error as Error);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(({ size }) => size, () => undefined);
}

/** The first bytes of a file, fewer when it is shorter. @throws file.unreadable */
export async function readFirst(path: string, count: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(count);
      const { bytesRead } = await file.read(bytes, 0, count, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error as Error);
  }
}

async function removeOldParts(place: string, now: Date): Promise<void> {
  const parts = (await readNames(place)).filter((name) => name.includes(`${fileEnding}.`) && name.endsWith('.part')).map((name) => join(place, name));
  for (const part of parts) {
    const written = await stat(part).catch(() => undefined);
    if (written !== undefined && now.getTime() - written.mtimeMs > partLifeMs) await rm(part, { force: true }).catch(() => undefined);
  }
}
