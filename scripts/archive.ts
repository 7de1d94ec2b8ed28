/**
 * Archives whose bytes depend on nothing but the files and the time that is given: the same release packed twice has the same checksum.
 * Only files, no links and no folders, because krew takes nothing else.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { zipSync, type Zippable } from 'fflate';
import { pack } from 'tar-stream';

/** One file of an archive. */
export interface ArchiveFile {
  /** Name inside the archive. */
  readonly name: string;
  readonly path: string;
  readonly isExecutable?: boolean;
}

export interface ArchiveOptions {
  /** Time of every file, in whole seconds since 1970. */
  readonly mtimeSeconds: number;
  /** 1 (fast) … 9 (small). */
  readonly level?: 1 | 6 | 9;
}

type Level = NonNullable<ArchiveOptions['level']>;

/** Writes `target`: a zip when its name ends so, a gzipped tar otherwise. */
export async function writeArchive(target: string, files: readonly ArchiveFile[], options: ArchiveOptions): Promise<void> {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  await (target.endsWith('.zip') ? writeZip : writeTarGz)(target, sorted, options.mtimeSeconds, options.level ?? 9);
}

const modeOf = ({ isExecutable }: ArchiveFile) => (isExecutable ? 0o755 : 0o644);

async function writeTarGz(target: string, files: readonly ArchiveFile[], mtimeSeconds: number, level: Level): Promise<void> {
  const tar = pack();
  // Like gzip -n: zlib writes neither a name nor a time of its own.
  const written = pipeline(tar, createGzip({ level }), createWriteStream(target));
  for (const file of files) {
    const bytes = await readFile(file.path);
    const header = { name: file.name, mode: modeOf(file), mtime: new Date(mtimeSeconds * 1000), uid: 0, gid: 0, uname: '', gname: '', size: bytes.length };
    const entry = tar.entry(header);
    entry.end(bytes);
    await once(entry as unknown as NodeJS.EventEmitter, 'finish');
  }
  tar.finalize();
  await written;
}

async function writeZip(target: string, files: readonly ArchiveFile[], mtimeSeconds: number, level: Level): Promise<void> {
  const entries: Zippable = {};
  for (const file of files) {
    // Upper half of the attributes: a Unix mode, with the bit of a regular file.
    const attrs = ((0o100_000 | modeOf(file)) << 16) >>> 0;
    entries[file.name] = [new Uint8Array(await readFile(file.path)), { level, mtime: zipTime(mtimeSeconds), os: 3, attrs }];
  }
  await writeFile(target, zipSync(entries));
}

// A zip has local times from 1980 on; so that the zone of the machine does not matter, UTC's figures are given as local ones.
function zipTime(mtimeSeconds: number): Date {
  const utc = new Date(Math.max(mtimeSeconds, Date.UTC(1980, 0, 2) / 1000) * 1000);
  return new Date(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate(), utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds());
}
