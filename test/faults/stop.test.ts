/** Ctrl-C and its kin: before a change nothing is done, in the wait it stops at once and `resume` goes on. */
import { expect } from 'vitest';
import { kubectlJson, type CommandResult } from '../support/kubectl.ts';
import { test } from '../support/fixtures.ts';
import type { RunningCli } from '../support/run-cli.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import { waitUntil } from '../support/wait-until.ts';
import { breakHashring, newestRun, quickly, readJournal, target } from './runs.ts';

/** Long enough to be stopped in: a wait that ends only when it is told to. */
const patiently = ['--stable-for=10m', '--stuck-after=1s'];

async function stopIt(running: RunningCli, signal: NodeJS.Signals): Promise<CommandResult> {
  running.signal(signal);
  return running.result;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test.concurrent(`${signal} in the wait stops within a second, and resume goes on`, async ({ cluster, namespace, cli, startCli, home }) => {
    await breakHashring({ cluster, namespace });
    const running = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...patiently]);
    await running.waitForLine(/evicted/);
    const stoppedAtMs = Date.now();
    const stopped = await stopIt(running, signal);
    const id = newestRun(home);
    expect(stopped, stopped.stderr).toMatchObject({ exitCode: 7, stderr: expect.stringContaining(`kubectl rollback resume ${id}`) });
    const last = readJournal(home, id).at(-1)!;
    expect(last).toMatchObject({ type: 'stopped', code: 'run.interrupted' });
    // Taken from the journal: how long a busy machine needs to end a process is not what is asked.
    expect(Date.parse(last.at) - stoppedAtMs).toBeLessThan(1_000);

    const status = await cli('rollback', ['status', id]);
    expect(status.stdout).toMatch(/stopped/);
    const again = await startCli('rollback', ['resume', id]);
    await again.waitForLine(/Ready/);
    await stopIt(again, signal);
    expect(readJournal(home, id).map(({ type }) => type)).toContain('resumed');
    const specs = await readWorkloadSpecs(cluster, namespace);
    expect(specs['StatefulSet/thanos-receive'].template.spec.containers[0].image).toBe('thanos:v0.42.3');
  });
}

test.concurrent('resume after Ctrl-C ends as if nothing had been', async ({ cluster, namespace, cli, startCli, home }) => {
  await breakHashring({ cluster, namespace });
  const running = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', '--stable-for=3s', '--stuck-after=1s']);
  await running.waitForLine(/evicted/);
  expect(await stopIt(running, 'SIGINT')).toMatchObject({ exitCode: 7 });
  const resumed = await cli('rollback', ['resume', newestRun(home)]);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  const { items } = await kubectlJson(cluster, ['get', 'pods'], { namespace });
  expect(items.map((pod: any) => pod.spec.containers[0].image)).toEqual(['thanos:v0.42.3', 'thanos:v0.42.3']);
});

test.concurrent('Ctrl-C before anything was changed is 130, and nothing is', async ({ cluster, namespace, startCli, runFolder }) => {
  await breakHashring({ cluster, namespace });
  const before = await readWorkloadSpecs(cluster, namespace);
  const proxy = await startFaultProxy(runFolder, cluster, { latencyMs: 0 });
  // While it reads for the plan …
  const plan = proxy.addFault({ kind: 'delay', delayMs: 20_000, matches: ({ path }) => path.includes('/controllerrevisions') });
  const reading = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly], { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => plan.struck === 1, { what: 'the plan to be made', everyMs: 20 });
  const first = await stopIt(reading, 'SIGINT');
  expect(first).toMatchObject({ exitCode: 130, stdout: '', stderr: expect.stringContaining('Nothing was changed.') });
  // … and while it keeps evidence, when the run exists already.
  proxy.clearFaults();
  const log = proxy.addFault({ kind: 'delay', delayMs: 20_000, matches: ({ path }) => /\/log\?/.test(path) });
  const keeping = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly], { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => log.struck === 1, { what: 'a log to be read', everyMs: 20 });
  const second = await stopIt(keeping, 'SIGINT');
  expect(second, second.stderr).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('Nothing was changed.') });
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
  await proxy.stop();
});

test.concurrent('Ctrl-C during a write lets it end and writes it down; a second one stops at once', async ({ cluster, namespace, cli, startCli, home, runFolder }) => {
  await breakHashring({ cluster, namespace });
  const proxy = await startFaultProxy(runFolder, cluster);
  const isWrite = ({ method, path }: { method: string; path: string }) => method === 'PATCH' && !path.includes('dryRun');
  const patch = proxy.addFault({ kind: 'delay', delayMs: 2_000, matches: isWrite });
  const undo = ['undo', target, '-n', namespace, '--yes', ...quickly];
  const running = await startCli('rollback', undo, { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => patch.struck === 1, { what: 'the patch to be sent', everyMs: 20 });
  const stopped = await stopIt(running, 'SIGINT');
  expect(stopped, stopped.stderr).toMatchObject({ exitCode: 7, stderr: expect.stringMatching(/Stopping.*\n[^]*resume/) });
  const id = newestRun(home);
  expect(readJournal(home, id).map(({ type, step }) => `${type} ${step?.split('.')[0]}`)).toContain('done patch-template');
  const reverted = await cli('rollback', ['revert', id, '--confirm=thanos-receive']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });

  proxy.clearFaults();
  const slow = proxy.addFault({ kind: 'delay', delayMs: 60_000, matches: isWrite });
  const hasty = await startCli('rollback', undo, { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => slow.struck === 1, { what: 'the patch to be sent', everyMs: 20 });
  hasty.signal('SIGINT');
  await hasty.waitForLine(/Stopping/);
  const ended = await stopIt(hasty, 'SIGINT');
  expect(ended, ended.stderr).toMatchObject({ exitCode: 7, stderr: expect.stringMatching(/Stopped at once[^]*kubectl rollback resume r-/) });
  await proxy.stop();
});
