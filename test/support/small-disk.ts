/**
 * A disk of a few hundred KiB that can be filled. It is mounted in a mount namespace of its own, which the kernel takes away with its last
 * process: nothing is left mounted, however a test ends.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execaSync, execa } from 'execa';
import { noteProcess } from './run-folder.ts';

// Whoever is not root may still mount in a user namespace, where the machine allows that.
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'];

/** False on machines that have no mount namespaces for us, as macOS. */
export const canMount = isPermitted();

export interface SmallDisk {
  /** What a command that sees the disk is run under (`under` of CliOptions). */
  readonly under: readonly string[];
  /** Takes all room there is. */
  fill(): void;
  /** Makes it good again: writable, with room. */
  free(): void;
  /** A file on the disk, as text. */
  read(path: string): string;
  /** Paths of all files below the folder. */
  files(): string[];
  stop(): void;
}

/** Mounts a disk over an existing folder, for the commands that run under it. */
export async function mountSmallDisk(runFolder: string, folder: string, kibibytes: number): Promise<SmallDisk> {
  const script = `mount -t tmpfs -o size=${kibibytes}k tmpfs "$0" && echo mounted && exec cat`;
  // It lives as long as its standard input is open.
  const holder = execa(unshare[0]!, [...unshare.slice(1), 'sh', '-c', script, folder], { stdin: 'pipe', reject: false });
  noteProcess(runFolder, holder.pid!);
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    void holder.then(({ stderr }) => reject(new Error(`cannot mount: ${stderr}`)));
  });
  const inside = (path: string) => `/proc/${holder.pid}/root${path}`;
  const filler = inside(`${folder}/filler`);
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--preserve-credentials', '--mount'];
  const under = ['nsenter', '--target', String(holder.pid), ...namespaces];
  return {
    under,
    fill: () => fillDisk(filler),
    free: () => {
      execaSync(under[0]!, [...under.slice(1), 'mount', '-o', 'remount,rw', folder]);
      rmSync(filler, { force: true });
    },
    read: (path) => readFileSync(inside(path), 'utf8'),
    files: () => readdirSync(inside(folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name, parentPath }) => relative(inside(folder), join(parentPath, name))),
    stop: () => holder.stdin.end(),
  };
}

/** Writes to a file until nothing more goes in. */
export function fillDisk(path: string): void {
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

function isPermitted(): boolean {
  try {
    return execaSync(unshare[0]!, [...unshare.slice(1), 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { reject: false }).exitCode === 0;
  } catch {
    return false;
  }
}
