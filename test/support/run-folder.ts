/**
 * The one folder that a test run (or the demo, or the benchmarks) puts everything into, and the list of processes to end with it.
 *
 * Nothing is ended by name: only pids that are noted here, each with its start time, or that kwokctl noted in this folder. So what a killed
 * run leaves behind can be cleaned up by anyone who finds the folder.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identifyProcess, isSameProcess, type ProcessIdentity } from '../../scripts/tools/process-identity.ts';

const prefix = 'retrace-run-';
const endTimeoutMs = 10_000;

/** Makes a folder owned by this process. It holds `processes/`, `kwok/` (control planes) and whatever the run wants to put there. */
export function createRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  mkdirSync(join(folder, 'processes'));
  mkdirSync(join(folder, 'kwok'));
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(identifyProcess(process.pid)));
  return folder;
}

/** Notes a process to be ended with the run. */
export function noteProcess(folder: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (identity) writeFileSync(join(folder, 'processes', String(pid)), JSON.stringify(identity));
}

/** Forgets a process that has ended by itself. */
export function forgetProcess(folder: string, pid: number): void {
  const note = join(folder, 'processes', String(pid));
  if (existsSync(note)) unlinkSync(note);
}

/** Ends every process of the run and removes its folder. May be called twice, and by another process than the owner. */
export async function endRun(folder: string): Promise<void> {
  const deadlineMs = performance.now() + endTimeoutMs;
  let left = runProcesses(folder);
  while (left.length > 0 && performance.now() < deadlineMs) {
    for (const { pid } of left) killQuietly(pid);
    await pause(50);
    left = runProcesses(folder);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Ends the runs whose owner is gone; the second net, for when the watchdog itself was killed. */
export async function sweepDeadRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const owner = readIdentity(join(folder, 'owner.json'));
    if (owner && !isSameProcess(owner)) await endRun(folder);
  }
}

/** Live processes of the run: those noted, and those of its control planes. */
export function runProcesses(folder: string): ProcessIdentity[] {
  const noted = listFolder(join(folder, 'processes')).map((name) => readIdentity(join(folder, 'processes', name)));
  const clusters = listFolder(join(folder, 'kwok', 'clusters')).flatMap((name) =>
    controlPlaneProcesses(join(folder, 'kwok', 'clusters', name)),
  );
  return [...noted.filter((identity) => identity !== undefined).filter(isSameProcess), ...clusters];
}

/**
 * Live processes that kwokctl started for the control plane in `clusterFolder`. kwokctl notes bare pids and leaves them behind when it stops a
 * cluster, so a pid counts only if its command line names this very folder; where /proc does not exist the pid is all there is.
 */
export function controlPlaneProcesses(clusterFolder: string): ProcessIdentity[] {
  const pids = join(clusterFolder, 'pids');
  return listFolder(pids)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => identifyProcess(Number(readFileSync(join(pids, name), 'utf8').trim())))
    .filter((identity) => identity !== undefined)
    .filter(
      ({ pid }) =>
        process.platform !== 'linux' || commandLine(pid).includes(basename(join(clusterFolder, '..', '..', '..'))),
    );
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function listFolder(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

function readIdentity(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the look and the signal.
  }
}
