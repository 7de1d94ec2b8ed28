/** What was gone away from is never gone back to by itself: not from the record of runs, and not from the cluster alone. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { deploy, podImages, quickly, readWorkload, rollOutBadly, runIdIn, withSpec } from '../support/roll-outs.ts';
import { createCliHome } from '../support/run-cli.ts';
import { nodeExporter, thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';

test.concurrent('an undo of the undo is refused with the list, also on a machine that knows of no run', async ({ cluster, namespace, cli, runFolder }) => {
  const target = 'sts/thanos-receive';
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const first = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  expect(first).toMatchObject({ exitCode: 0 });
  await waitForRollout(cluster, namespace, target);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;

  const elsewhere = { home: createCliHome(runFolder) };
  for (const machine of [{}, elsewhere]) {
    expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes'], machine)).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: statefulset\/thanos-receive has nothing to go back to: .*\n {2}revision 2 \(\w+\) thanos:broken\n {2}revision 3 \(\w+\) thanos:v0\.42\.3\n {2}Nothing was changed\.\n.*--to=REVISION\n$/,
      ),
    });
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);

  // Asked for by word it may be had, and the plan says what it is.
  const previous = ['plan', target, '-n', namespace, '--to=previous'];
  for (const machine of [{}, elsewhere]) {
    expect((await cli('rollback', previous, machine)).stdout).toContain(`is one that run ${runIdIn(first)} went away from`);
  }
});

test.concurrent('after a second bad roll-out with no Ready pod left, the first bad one is passed over', async ({ cluster, namespace, cli, runFolder }) => {
  const target = 'deploy/thanos-query';
  await deploy(cluster, namespace, target, withSpec(thanosQuery(), (spec) => (spec.strategy = { type: 'Recreate' })));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const first = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  expect(first).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/in force longest[^]*strategy Recreate: all 2 pods stop before the first new one starts/),
  });
  // Longer in force than the good one, which had a few seconds; kubectl would take it, too: it has the second-highest number.
  await rollOutBadly(cluster, namespace, target, 'thanos:oom');

  const plan = async (machine = {}) => JSON.parse((await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json'], machine)).stdout);
  for (const made of [await plan(), await plan({ home: createCliHome(runFolder) })]) {
    expect(made.targets).toMatchObject([{ action: 'change', to: { images: ['thanos:v0.42.3'] }, from: { images: ['thanos:oom'] } }]);
  }
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly])).toMatchObject({ exitCode: 0 });
  await waitForRollout(cluster, namespace, target);
  expect(await podImages(cluster, namespace)).toEqual(['thanos:v0.42.3', 'thanos:v0.42.3']);
});

test.concurrent('a first roll-out has nothing to go back to', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, 'ds/node-exporter', nodeExporter());
  await deploy(cluster, namespace, 'deploy/kept', withSpec(thanosQuery({ name: 'kept' }), (spec) => (spec.revisionHistoryLimit = 0)));

  expect(await cli('rollback', ['undo', 'ds/node-exporter', '-n', namespace, '--yes'])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: daemonset\/node-exporter has no other revision to go back to\n {2}revisions: 1 \(\w+\)\n {2}Nothing was changed\.\nApply the manifest of the good version again\n$/,
    ),
  });
  expect(await cli('rollback', ['undo', 'deploy/kept', '-n', namespace, '--yes', '--to=previous'])).toMatchObject({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringContaining('revisionHistoryLimit: 0: the cluster keeps none'),
  });
});
