/** What others do to the target while a run waits. */
import { expect } from 'vitest';
import { kubectl } from '../support/kubectl.ts';
import { test } from '../support/fixtures.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';
import { setImage } from '../support/workloads.ts';
import { breakHashring, newestRun, target } from './runs.ts';

const patiently = ['--stable-for=10m', '--stuck-after=1s'];

test.concurrent('a target that is deleted during the wait is told as such', async ({ cluster, namespace, startCli }) => {
  await breakHashring({ cluster, namespace });
  const running = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...patiently]);
  await running.waitForLine(/evicted/);
  await kubectl(cluster, ['delete', target], { namespace });
  const result = await running.result;
  expect(result, result.stderr).toMatchObject({ exitCode: 5, stdout: '' });
  expect(result.stderr).toMatch(/error: statefulset\/thanos-receive in namespace test-\w+ is (being )?deleted/);
});

test.concurrent('a template that is put back during the wait: who did it, and that the undo does not hold', async ({ cluster, namespace, cli, startCli, home }) => {
  await breakHashring({ cluster, namespace });
  const running = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...patiently]);
  await running.waitForLine(/evicted/);
  await setImage(cluster, namespace, target, 'thanos:broken');
  const result = await running.result;
  expect(result, result.stderr).toMatchObject({ exitCode: 5, stdout: '' });
  expect(result.stderr).toMatch(/error: statefulset\/thanos-receive was put back by kubectl-set at 20\S+Z while run r-\w+ waited/);
  const status = await cli('rollback', ['status', newestRun(home)]);
  expect(status.stdout).toMatch(/stopped[^]*put back by kubectl-set/);
});

test.concurrent('a template that is put back before the wait has looked once', async ({ cluster, namespace, startCli, runFolder }) => {
  await breakHashring({ cluster, namespace });
  const proxy = await startFaultProxy(runFolder, cluster);
  const isPatched = () => proxy.requests.some(({ method, path }) => method === 'PATCH' && !path.includes('dryRun'));
  const look = proxy.addFault({ kind: 'delay', delayMs: 3_000, matches: ({ method, path }) => method === 'GET' && path.endsWith('/statefulsets/thanos-receive') && isPatched() });
  const running = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...patiently], { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => look.struck === 1, { what: 'the wait to look', everyMs: 20 });
  await setImage(cluster, namespace, target, 'thanos:broken');
  const result = await running.result;
  expect(result, result.stderr).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('was put back by kubectl-set at 20') });
  await proxy.stop();
});

test.concurrent('a run that is alive is nobody else’s: resume, revert and close are refused', async ({ cluster, namespace, cli, startCli, home }) => {
  await breakHashring({ cluster, namespace });
  const running = await startCli('rollback', ['undo', target, '-n', namespace, '--yes', ...patiently]);
  await running.waitForLine(/evicted/);
  const id = newestRun(home);
  for (const args of [['resume', id], ['revert', id, '--confirm=thanos-receive'], ['close', id]]) {
    const result = await cli('rollback', args);
    expect(result, result.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`process ${running.pid} `) });
  }
  running.signal('SIGKILL');
  await running.result;
  const closed = await cli('rollback', ['close', id]);
  expect(closed, closed.stderr).toMatchObject({ exitCode: 0 });
  const late = await cli('rollback', ['resume', id]);
  expect(late, late.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('closed') });
});
