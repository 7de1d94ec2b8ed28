/**
 * One Go build at a time on a machine: two at once need twice the memory and are slower than one after the other.
 * The lock is a file that names its holder; a holder that died leaves it behind, and the next one takes it over.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { identifyProcess, isSameProcess, type ProcessIdentity } from './process-identity.ts';

const pollMs = 500;

/** Waits for the lock file at `path`, runs `work`, gives the lock back. `onWait` is told once who holds it. */
export async function withBuildLock<T>(
  path: string,
  onWait: (holder: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  while (!tryLock(path)) {
    const holder = readHolder(path);
    if (holder && !told) {
      onWait(holder.pid);
      told = true;
    }
    await pause(pollMs);
  }
  try {
    return await work();
  } finally {
    unlinkSync(path);
  }
}

/** Takes the lock if it is free or its holder is gone. */
export function tryLock(path: string): boolean {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identifyProcess(process.pid)));
  try {
    // A link is made whole or not at all, so nobody ever reads a lock file without its content.
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return takeOver(mine, path);
  } finally {
    unlinkSync(mine);
  }
}

/** Moves a dead holder's lock aside. Another process may do the same at that moment: what was moved is looked at again, and a live one put back. */
function takeOver(mine: string, path: string): boolean {
  const holder = readHolder(path);
  if (!holder || isSameProcess(holder)) return false;
  const aside = `${mine}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  const moved = readHolder(aside);
  try {
    if (moved && isSameProcess(moved)) {
      linkSync(aside, path);
      return false;
    }
    linkSync(mine, path);
    return true;
  } catch {
    return false;
  } finally {
    unlinkSync(aside);
  }
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
