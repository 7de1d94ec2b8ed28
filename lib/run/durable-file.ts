import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RetraceError } from '../core/errors.ts';

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
