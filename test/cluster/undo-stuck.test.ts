/** kubernetes#67250: a broken pod of an OrderedReady StatefulSet blocks every later roll-out, the good one too. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import {
  deploy,
  podImages,
  quickly,
  readWorkload,
  readyPodUids,
  rollOut,
  rollOutBadly,
  runIdIn,
} from '../support/roll-outs.ts';
import { applyManifests, thanosReceive, waitForRollout } from '../support/workloads.ts';
import { waitUntil } from '../support/wait-until.ts';
import { kubectlJson } from '../support/kubectl.ts';

const target = 'sts/thanos-receive';

for (const [image, reason] of [
  ['thanos:broken', 'CrashLoopBackOff'],
  ['thanos:missing', 'ImagePullBackOff'],
  ['thanos:oom', 'CrashLoopBackOff'],
] as const) {
  test.concurrent(`a set stuck on ${image} recovers and no healthy pod is touched`, async ({ cluster, namespace, cli }) => {
    await deploy(cluster, namespace, target, thanosReceive());
    await rollOutBadly(cluster, namespace, target, image);
    const healthy = await readyPodUids(cluster, namespace);
    expect(Object.keys(healthy)).toEqual(['thanos-receive-0', 'thanos-receive-1']);

    expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly])).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^statefulset\/thanos-receive rolled back to revision 1 \(\w+\)\n$/),
      stderr: expect.stringContaining(`pods: evicting thanos-receive-2 (${reason}): it blocks the roll-out\n`),
    });
    const now = await readyPodUids(cluster, namespace);
    expect(now).toMatchObject(healthy);
    expect(Object.keys(now)).toHaveLength(3);
    expect(await podImages(cluster, namespace)).toEqual(Array(3).fill('thanos:v0.42.3'));
  });
}

test.concurrent("what kubectl's own undo leaves stuck is repaired, and the template is not written", async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  await kube(['rollout', 'undo', target]);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  await waitUntil(
    async () => (await readWorkload(cluster, namespace, target)).status.observedGeneration === generation,
    { what: 'the controller to see the template of kubectl' },
  );
  const healthy = await readyPodUids(cluster, namespace);

  const plan = await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json']);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  const { targets, steps, notes } = JSON.parse(plan.stdout);
  expect(targets).toMatchObject([{ action: 'repair', chosenBy: 'current', changes: [] }]);
  expect(steps.map((step: any) => step.kind)).toEqual(['keep-evidence', 'wait-rollout']);
  expect(notes).toContainEqual({ code: 'repair-only', level: 'info', params: { pods: ['thanos-receive-2'] } });

  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/the template is right already; only thanos-receive-2 is replaced[^]*pods: thanos-receive-2 evicted/),
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  expect(await readyPodUids(cluster, namespace)).toMatchObject(healthy);
  await waitForRollout(cluster, namespace, target);
  expect(await podImages(cluster, namespace)).toEqual(Array(3).fill('thanos:v0.42.3'));
});

test.concurrent('with --stuck-pods=never the blocking pod is named, the wait ends in time, and resume finishes', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');

  const words = ['undo', target, '-n', namespace, '--yes', '--stuck-pods=never', '--timeout=2s', ...quickly];
  const stopped = await cli('rollback', words);
  expect(stopped).toEqual({
    exitCode: 8,
    stdout: '',
    stderr: expect.stringMatching(/thanos-receive-2 may block the roll-out and stay[^]*error: run r-\w+ is not finished in time\n {2}waiting for thanos-receive-2: CrashLoopBackOff, of another revision\n/),
  });
  const id = runIdIn(stopped);
  expect(stopped.stderr).toMatch(new RegExp(`Go on waiting with: {2}kubectl rollback resume ${id}\n$`));
  expect(await cli('rollback', ['resume', id, '--stuck-pods=evict'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('statefulset/thanos-receive rolled back to revision 1'),
    stderr: expect.stringContaining('template: already so'),
  });
  await waitForRollout(cluster, namespace, target);
});

test.concurrent('a disruption budget that forbids the eviction is named, nothing hangs, and resume may delete', async ({ cluster, namespace, cli }) => {
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'receive-quorum' },
    spec: { maxUnavailable: 0, selector: { matchLabels: { 'app.kubernetes.io/name': 'thanos-receive' } } },
  };
  await deploy(cluster, namespace, target, [...thanosReceive(), budget]);
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  await waitUntil(
    async () => (await kubectlJson(cluster, ['get', 'pdb', 'receive-quorum'], { namespace })).status.currentHealthy === 2,
    { what: 'the budget to count two healthy pods' },
  );
  const plan = await cli('rollback', ['plan', target, '-n', namespace]);
  expect(plan).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('disruption budget receive-quorum allows no eviction of thanos-receive-2 now'),
  });

  const stopped = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  const id = runIdIn(stopped);
  expect(stopped).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`error: run ${id} cannot replace thanos-receive-2: [^]*poddisruptionbudget/receive-quorum\n[^]*kubectl rollback resume ${id} --stuck-pods=delete\n$`),
    ),
  });
  expect(stopped.stderr).not.toContain('poddisruptionbudget/poddisruptionbudget');
  expect(await podImages(cluster, namespace)).toEqual(['thanos:broken', 'thanos:v0.42.3', 'thanos:v0.42.3']);

  const healthy = await readyPodUids(cluster, namespace);
  expect(await cli('rollback', ['resume', id, '--stuck-pods=delete'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('rolled back to revision 1'),
    stderr: expect.stringContaining('pods: thanos-receive-2 deleted, waiting for its successor'),
  });
  expect(await readyPodUids(cluster, namespace)).toMatchObject(healthy);
  await waitForRollout(cluster, namespace, target);
});

test.concurrent('two bad roll-outs in a row go back to the good one, not to the first bad one', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOut(cluster, namespace, target, 'thanos:v0.42.4');
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  // The pod of the first bad one blocks: the second never gets a pod.
  await applyManifests(cluster, namespace, thanosReceive({ image: 'thanos:missing' }));

  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly])).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^statefulset\/thanos-receive rolled back to revision 2 \(\w+\)\n$/),
    stderr: expect.stringMatching(/Back to\s+revision 2 [^]*its Ready pods carry it[^]*kubectl rollout undo would take revision 3 /),
  });
  await waitForRollout(cluster, namespace, target);
  expect(await podImages(cluster, namespace)).toEqual(Array(3).fill('thanos:v0.42.4'));
});
