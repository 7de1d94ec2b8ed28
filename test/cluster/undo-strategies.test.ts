/** The workload's own settings change what an undo does, and when it is done. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import {
  deploy,
  listPods,
  podImages,
  quickly,
  readWorkload,
  readyPodUids,
  rollOutBadly,
  waitForFailingPod,
  withSpec,
} from '../support/roll-outs.ts';
import { podStates, setImage, thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';
import { waitUntil } from '../support/wait-until.ts';

const target = 'sts/thanos-receive';

test.concurrent('OnDelete: a stuck pod is replaced, a healthy pod of an older revision is left and named', async ({ cluster, namespace, cli, kube }) => {
  const manifests = withSpec(thanosReceive({ image: 'thanos:v1' }), (spec) => (spec.updateStrategy = { type: 'OnDelete' }));
  await deploy(cluster, namespace, target, manifests);
  await setImage(cluster, namespace, target, 'thanos:v2');
  await kube(['delete', 'pod', 'thanos-receive-1', '--wait=false']);
  await waitUntil(
    async () => (await podStates(cluster, namespace))['thanos-receive-1']?.image === 'thanos:v2' && Object.keys(await readyPodUids(cluster, namespace)).length === 3,
    { what: 'pod 1 on v2' },
  );
  await setImage(cluster, namespace, target, 'thanos:broken');
  await kube(['delete', 'pod', 'thanos-receive-2', '--wait=false']);
  await waitForFailingPod(cluster, namespace, 'thanos:broken');
  const healthy = await readyPodUids(cluster, namespace);
  expect(Object.keys(healthy)).toEqual(['thanos-receive-0', 'thanos-receive-1']);

  const result = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  expect(result).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^statefulset\/thanos-receive rolled back to revision 2 \(\w+\)\n/),
    stderr: expect.stringMatching(/strategy OnDelete: thanos-receive-0 changes only when somebody deletes it\n[^]*pods: thanos-receive-2 evicted/),
  });
  expect(await readyPodUids(cluster, namespace)).toMatchObject(healthy);
  expect(await podImages(cluster, namespace)).toEqual(['thanos:v1', 'thanos:v2', 'thanos:v2']);
  // The end must not claim that all pods are on it.
  expect(result.stderr).toContain('pods: all on the revision but thanos-receive-0, which the update strategy leaves as it is\n');
});

test.concurrent('partition: only the ordinals above it go back, those below keep what they have and are named', async ({ cluster, namespace, cli }) => {
  const rollingUpdate = { partition: 2 };
  const manifests = withSpec(thanosReceive({ image: 'thanos:v1' }), (spec) => (spec.updateStrategy = { type: 'RollingUpdate', rollingUpdate }));
  await deploy(cluster, namespace, target, manifests);
  await setImage(cluster, namespace, target, 'thanos:v2');
  await waitUntil(
    async () => (await podStates(cluster, namespace))['thanos-receive-2']?.image === 'thanos:v2' && Object.keys(await readyPodUids(cluster, namespace)).length === 3,
    { what: 'pod 2 on v2' },
  );
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const healthy = await readyPodUids(cluster, namespace);

  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--to=2', '--timeout=30s', ...quickly])).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining('rolled back to revision 2'),
    stderr: expect.stringMatching(
      /partition 2: of 3 pods, ordinals below 2 keep the revision they have\n[^]*pods: all on the revision but thanos-receive-1 and thanos-receive-0, which the update strategy leaves as they are\n/,
    ),
  });
  expect(await readyPodUids(cluster, namespace)).toMatchObject(healthy);
  expect(await podImages(cluster, namespace)).toEqual(['thanos:v1', 'thanos:v1', 'thanos:v2']);
  expect((await readWorkload(cluster, namespace, target)).spec.updateStrategy.rollingUpdate).toEqual(rollingUpdate);
});

test.concurrent('Parallel: the controller replaces the broken pod itself', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosReceive({ podManagementPolicy: 'Parallel' }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const healthy = await readyPodUids(cluster, namespace);
  const result = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision 1') });
  expect(result.stderr).not.toContain('where it blocks the roll-out');
  expect(await readyPodUids(cluster, namespace)).toMatchObject(healthy);
  expect(await podImages(cluster, namespace)).toEqual(Array(3).fill('thanos:v0.42.3'));
});

test.concurrent('minReadySeconds: done means available, however short --stable-for is', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, withSpec(thanosReceive(), (spec) => (spec.minReadySeconds = 4)));
  await waitUntil(async () => (await readWorkload(cluster, namespace, target)).status.availableReplicas === 3, { what: 'three available pods' });
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--stable-for=0s', '--stuck-after=1s'])).toMatchObject({ exitCode: 0 });
  const ended = Date.now();
  const readyMs = (await listPods(cluster, namespace)).map((pod) =>
    Date.parse(pod.status.conditions.find((condition: any) => condition.type === 'Ready').lastTransitionTime),
  );
  // The server's times, in objects and in its Date header, are whole seconds.
  expect(ended - Math.max(...readyMs)).toBeGreaterThanOrEqual(3_000);
});

test.concurrent('the ProgressDeadlineExceeded of the bad roll-out does not fail the undo', async ({ cluster, namespace, cli }) => {
  const progress = async () => {
    const { status } = await readWorkload(cluster, namespace, 'deploy/thanos-query');
    return status.conditions.find((condition: any) => condition.type === 'Progressing').reason;
  };
  await deploy(cluster, namespace, 'deploy/thanos-query', withSpec(thanosQuery(), (spec) => (spec.progressDeadlineSeconds = 3)));
  await rollOutBadly(cluster, namespace, 'deploy/thanos-query', 'thanos:missing');
  await waitUntil(async () => (await progress()) === 'ProgressDeadlineExceeded', { what: 'the deadline of the bad roll-out' });
  expect(await cli('rollback', ['undo', 'deploy/thanos-query', '-n', namespace, '--yes', ...quickly])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('deployment/thanos-query rolled back to revision 1'),
  });
  await waitForRollout(cluster, namespace, 'deploy/thanos-query');
  expect(await podImages(cluster, namespace)).toEqual(['thanos:v0.42.3', 'thanos:v0.42.3']);
});
