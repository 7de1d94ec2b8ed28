/** Shows that the control plane of the tests behaves as a real cluster does where Retrace's work begins. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { restartApiServer, startControlPlane, deleteControlPlane } from '../support/control-plane.ts';
import { crashLine, setPodLogs } from '../support/pod-logs.ts';
import { createNamespace } from '../support/namespace.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import {
  applyManifests,
  nodeExporter,
  podStates,
  readPod,
  setImage,
  thanosQuery,
  thanosReceive,
  waitForRollout,
  waitForWaitingReason,
} from '../support/workloads.ts';
import { waitUntil } from '../support/wait-until.ts';

test.concurrent('an image decides how a pod fails', async ({ cluster, namespace, kube }) => {
  for (const [pod, image] of [
    ['good', 'app:v1'],
    ['crash', 'app:broken'],
    ['killed', 'app:oom'],
    ['unpullable', 'app:missing'],
  ] as const) {
    await kube(['run', pod, `--image=${image}`, '--restart=Always']);
  }
  await kube(['wait', '--for=condition=Ready', 'pod/good', '--timeout=20s']);
  await waitForWaitingReason(cluster, namespace, 'crash', 'CrashLoopBackOff');
  await waitForWaitingReason(cluster, namespace, 'killed', 'CrashLoopBackOff');
  await waitForWaitingReason(cluster, namespace, 'unpullable', 'ImagePullBackOff');
  const lastState = async (pod: string) =>
    (await readPod(cluster, namespace, pod)).status.containerStatuses[0].lastState.terminated;
  expect(await lastState('crash')).toMatchObject({ exitCode: 1, reason: 'Error' });
  expect(await lastState('killed')).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  await waitUntil(
    async () => (await readPod(cluster, namespace, 'crash')).status.containerStatuses[0].restartCount > 1,
    { what: 'a second restart' },
  );
});

test.concurrent(
  'pods have logs, of now and of before the crash, and a test can give a pod its own',
  async ({ cluster, namespace, kube }) => {
    await kube(['run', 'crash', '--image=app:broken']);
    await waitForWaitingReason(cluster, namespace, 'crash', 'CrashLoopBackOff');
    expect((await kube(['logs', 'crash', '--previous'])).stdout).toContain(crashLine);
    await setPodLogs(cluster, namespace, 'crash', { current: ['out of disk'], previous: ['panic: no space left'] });
    expect((await kube(['logs', 'crash'])).stdout).toBe('out of disk');
    expect((await kube(['logs', 'crash', '--previous'])).stdout).toBe('panic: no space left');
  },
);

test.concurrent(
  'kubectl rollout undo leaves an OrderedReady set stuck on its broken pod (kubernetes#67250)',
  async ({ cluster, namespace, kube }) => {
    await applyManifests(cluster, namespace, thanosReceive());
    await waitForRollout(cluster, namespace, 'sts/thanos-receive');
    await setImage(cluster, namespace, 'sts/thanos-receive', 'thanos:broken');
    await waitForWaitingReason(cluster, namespace, 'thanos-receive-2', 'CrashLoopBackOff');
    await kube(['rollout', 'undo', 'sts/thanos-receive']);
    const status = await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=8s'], { allowFailure: true });
    expect(status.exitCode).toBe(1);
    expect(await podStates(cluster, namespace)).toEqual({
      'thanos-receive-0': { image: 'thanos:v0.42.3', ready: true },
      'thanos-receive-1': { image: 'thanos:v0.42.3', ready: true },
      'thanos-receive-2': { image: 'thanos:broken', ready: false },
    });
    await kube(['delete', 'pod', 'thanos-receive-2']);
    await waitForRollout(cluster, namespace, 'sts/thanos-receive');
  },
);

test.concurrent(
  'Deployment, DaemonSet and a StatefulSet with volumes become available',
  async ({ cluster, namespace }) => {
    await applyManifests(cluster, namespace, [
      ...thanosQuery(),
      ...nodeExporter(),
      ...thanosReceive({ storage: true }),
    ]);
    await waitForRollout(cluster, namespace, 'deploy/thanos-query');
    await waitForRollout(cluster, namespace, 'ds/node-exporter');
    await waitForRollout(cluster, namespace, 'sts/thanos-receive');
    const claims = await kubectlJson(cluster, ['get', 'pvc'], { namespace });
    expect(claims.items.map((claim: any) => claim.status.phase)).toEqual(['Bound', 'Bound', 'Bound']);
  },
);

test.concurrent('a control plane of its own survives a restart with its data', async ({ runFolder }) => {
  const own = await startControlPlane(runFolder, 'restarted');
  const namespace = await createNamespace(own);
  await restartApiServer(own);
  expect((await kubectl(own, ['get', 'namespace', namespace, '-o', 'name'])).stdout).toBe(`namespace/${namespace}`);
  expect(JSON.parse((await kubectl(own, ['get', '--raw', '/version'])).stdout).gitVersion).toBe('v1.36.3');
  await deleteControlPlane(own);
});
