import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identifyProcess } from '../../../scripts/tools/process-identity.ts';
import { createRunFolder, endRun, noteProcess, runProcesses, sweepDeadRuns } from '../../support/run-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const startSleeper = () => spawn('sleep', ['60'], { stdio: 'ignore' });

test('ending a run ends what was noted and nothing else', async () => {
  const folder = createRunFolder();
  const [noted, foreign] = [startSleeper(), startSleeper()];
  noteProcess(folder, noted.pid!);
  // A pid file of a control plane whose pid now belongs to somebody else.
  mkdirSync(join(folder, 'kwok', 'clusters', 'c1', 'pids'), { recursive: true });
  writeFileSync(join(folder, 'kwok', 'clusters', 'c1', 'pids', 'etcd.pid'), String(foreign.pid));
  expect(runProcesses(folder).map(({ pid }) => pid)).toEqual([noted.pid]);
  await endRun(folder);
  expect(existsSync(folder)).toBe(false);
  expect(identifyProcess(noted.pid!)).toBeUndefined();
  expect(identifyProcess(foreign.pid!)).toBeDefined();
  foreign.kill();
});

test('a run whose owner is gone is swept, a live one is not', async () => {
  const [dead, live] = [createRunFolder(), createRunFolder()];
  writeFileSync(join(dead, 'owner.json'), JSON.stringify({ pid: 2 ** 22 - 1, started: 'never' }));
  await sweepDeadRuns();
  expect([existsSync(dead), existsSync(live)]).toEqual([false, true]);
  await endRun(live);
});

test('the watchdog ends a run whose process was killed with SIGKILL', async () => {
  const script = `
    import { createRunFolder, noteProcess } from '${join(import.meta.dirname, '../../support/run-folder.ts')}'
    import { startWatchdog } from '${join(import.meta.dirname, '../../support/watchdog/start.ts')}'
    import { spawn } from 'node:child_process'
    const folder = createRunFolder(); startWatchdog(folder)
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' }); noteProcess(folder, sleeper.pid)
    console.log(JSON.stringify({ folder, pid: sleeper.pid })); setInterval(() => {}, 1000)`;
  const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told = await new Promise<string>((resolve) =>
    owner.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  const { folder, pid } = JSON.parse(told) as { folder: string; pid: number };
  owner.kill('SIGKILL');
  await waitUntil(() => !existsSync(folder) && identifyProcess(pid) === undefined, {
    what: 'the watchdog to clean up',
    timeoutMs: 10_000,
  });
});
