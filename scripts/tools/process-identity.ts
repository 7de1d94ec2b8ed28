/**
 * Tells whether a process noted earlier is still that process. A pid alone does not: it is used again, after a reboot nearly at once.
 */
import { readFileSync } from 'node:fs';

/** A process, by pid and by when it started (kernel ticks since boot, with the boot's own id; empty where /proc does not exist). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** Identity of a live process; undefined when there is none with that pid. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  if (process.platform !== 'linux') return { pid, started: '' };
  try {
    // The command name in the second field may hold spaces and brackets; the fields are counted after its closing bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, started: `${boot}:${fields[19]}` };
  } catch {
    return undefined;
  }
}

/** True when the noted process still runs. */
export function isSameProcess(noted: ProcessIdentity): boolean {
  const now = identifyProcess(noted.pid);
  return now !== undefined && now.started === noted.started;
}
