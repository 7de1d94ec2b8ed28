import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RetraceError } from './errors.ts';

/** Text of a system error for people: `no space left on device (ENOSPC)`. */
function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Turns a failing file operation into `file.write` with the path that failed. */
export async function orFileError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RetraceError) throw error;
    throw new RetraceError('file.write', { path, detail: detailOf(error) }, { cause: error });
  }
}

/** Makes a directory only its owner may read, with its parents. @throws file.write */
export async function makePrivateDirectory(path: string): Promise<void> {
  await orFileError(path, () => mkdir(path, { recursive: true, mode: 0o700 }));
}

/**
 * Writes a whole file so that it is either there complete or not at all, also after a power cut:
 * temporary name, fsync, rename, fsync of the directory. Mode 0600.
 * @throws file.write (disk full, no permission)
 */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  await orFileError(path, async () => {
    const temporary = `${path}.part`;
    try {
      await writeSynced(temporary, content);
      await rename(temporary, path);
    } catch (error) {
      // A part takes the room that whoever clears the disk needs first.
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncDirectory(dirname(path));
  });
}

/**
 * As `writeDurably`, for a name that nothing may stand under yet: of two who write it at once one comes first, and the other
 * is told. Each has a part of its own; its name ends in `.part`.
 * @returns false when there is such a file already, which is left as it is
 * @throws file.write (disk full, no permission)
 */
export async function createDurably(path: string, content: string | Uint8Array): Promise<boolean> {
  return orFileError(path, async () => {
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      await writeSynced(temporary, content);
      await link(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
    await syncDirectory(dirname(path));
    return true;
  });
}

async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename or a new name in the directory durable. Windows cannot open a directory and needs no such call. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  try {
    await directory?.sync();
  } finally {
    await directory?.close();
  }
}
