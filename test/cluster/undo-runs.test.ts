/** What can be done with a run afterwards: look at it, go on with it, end it, take it back. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { deploy, quickly, readWorkload, rollOutBadly, runIdIn, waitForFailingPod } from '../support/roll-outs.ts';
import { thanosQuery, thanosReceive } from '../support/workloads.ts';

test.concurrent('a finished run is listed and shown, cannot be resumed, and goes back only when the name is typed', async ({ cluster, namespace, cli }) => {
  const target = 'sts/thanos-receive';
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const bad = (await readWorkload(cluster, namespace, target)).spec;
  const words = ['undo', target, '-n', namespace, '--yes', '--replicas=2', '--reason', 'receive crashes', '--ticket=INC-7'];
  const undone = await cli('rollback', [...words, ...quickly]);
  expect(undone).toMatchObject({ exitCode: 0 });
  const id = runIdIn(undone);

  expect(await cli('rollback', ['runs', '-n', namespace])).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringMatching(new RegExp(`^RUN .*\n${id} +finished +statefulset/thanos-receive +kwok-shared `)),
  });
  expect(await cli('rollback', ['runs', '-n', namespace, '-o', 'name'])).toEqual({ exitCode: 0, stderr: '', stdout: `${id}\n` });
  expect(await cli('rollback', ['status', id])).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringMatching(
      new RegExp(`^run ${id}   finished [^]*reason   receive crashes\nticket   INC-7\n[^]*\nevidence +done +kept[^]*\ntemplate +done +patched[^]*\nreplicas +done +set to 2[^]*\npods +done [^]*kubectl rollback revert ${id}\n$`),
    ),
  });
  const shown = JSON.parse((await cli('rollback', ['status', id, '-o', 'json'])).stdout);
  expect(shown).toMatchObject({ apiVersion: 'retrace/v1', kind: 'Run', id, state: 'finished', plan: { options: { ticket: 'INC-7' } } });

  expect(await cli('rollback', ['resume', id])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^error: run ${id} is finished; [^]*kubectl rollback status ${id}\n$`)),
  });

  for (const answer of ['--yes', '--confirm=thanos']) {
    expect(await cli('rollback', ['revert', id, answer])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/the state that the run went away from[^]*Nothing was changed\.\nAdd {2}--confirm=thanos-receive\n$/),
    });
  }
  expect(await cli('rollback', ['revert', id, '--confirm=thanos-receive'])).toEqual({
    exitCode: 0,
    stdout: 'statefulset/thanos-receive put back to what it was before the run\n',
    stderr: expect.stringMatching(/template: patched[^]*replicas: set to 3/),
  });
  expect((await readWorkload(cluster, namespace, target)).spec).toEqual(bad);
  expect(await cli('rollback', ['revert', id, '--confirm=thanos-receive'])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringContaining(`error: run ${id} is reverted; this needs one that is finished, interrupted or stopped\n`),
  });
  // Its judgement was taken back: the next undo may go the same way again.
  await waitForFailingPod(cluster, namespace, 'thanos:broken');
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('statefulset/thanos-receive rolled back'),
  });
});

test.concurrent('a run that was closed half way keeps what it did and is over', async ({ cluster, namespace, cli }) => {
  const target = 'sts/thanos-receive';
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const stopped = await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--stuck-pods=never', '--timeout=1s', ...quickly]);
  expect(stopped).toMatchObject({ exitCode: 8, stdout: '' });
  const id = runIdIn(stopped);
  expect(await cli('rollback', ['status', id])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(new RegExp(`^run ${id}   stopped [^]*kubectl rollback resume ${id}\n$`)),
  });
  const after = (await readWorkload(cluster, namespace, target)).metadata.generation;
  expect(await cli('rollback', ['close', id])).toEqual({ exitCode: 0, stdout: `run ${id} closed: what it did stays\n`, stderr: '' });
  expect(await cli('rollback', ['close', id])).toEqual({ exitCode: 0, stdout: `run ${id} closed: what it did stays\n`, stderr: '' });
  expect(await cli('rollback', ['resume', id])).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining(`run ${id} is closed`) });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(after);
});

test.concurrent('a revert is refused when somebody has gone on since', async ({ cluster, namespace, cli, kube }) => {
  const target = 'deploy/thanos-query';
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const id = runIdIn(await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]));
  await kube(['set', 'image', target, '*=thanos:v0.43.0']);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  expect(await cli('rollback', ['revert', id, '--confirm=thanos-query'])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(/^error: deployment\/thanos-query has changed since the run\n {2}changed: template\n {2}Nothing was changed\.\nLook at it: {2}kubectl rollback history /),
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  await kube(['delete', target, '--wait=true']);
  expect(await cli('rollback', ['revert', id, '--confirm=thanos-query'])).toMatchObject({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringContaining('is gone'),
  });
});

test.concurrent('a run that is not there is answered with those that are', async ({ cli }) => {
  for (const command of ['status', 'resume', 'close', 'revert']) {
    const answer = command === 'revert' ? ['--confirm=x'] : [];
    expect(await cli('rollback', [command, 'r-abc123', ...answer])).toMatchObject({
      exitCode: 5,
      stdout: '',
      stderr: expect.stringMatching(/^error: there is no run "r-abc123" on this machine\n/),
    });
  }
});
