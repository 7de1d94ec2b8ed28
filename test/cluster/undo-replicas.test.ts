/** "We went to five replicas, and then it ran out of memory": no revision holds the number, and it belongs to the story. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { deploy, listPods, podImages, quickly, readWorkload, rollOutBadly, withSpec } from '../support/roll-outs.ts';
import { applyManifests, nodeExporter, thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';
import { waitUntil } from '../support/wait-until.ts';

const target = 'sts/thanos-receive';

test.concurrent('replicas to 5, then oom: the plan shows the change, --replicas=previous takes it back with the template', async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, target, thanosReceive({ storage: true }));
  await kube(['scale', target, '--replicas=5']);
  await waitForRollout(cluster, namespace, target);
  await rollOutBadly(cluster, namespace, target, 'thanos:oom');

  expect(await cli('rollback', ['plan', target, '-n', namespace])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/Not part of this\s+replicas were set to 5 \(3 before\) by kubectl.* ago; add --replicas=3 to take that back too\n/),
  });
  const result = await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--replicas=previous', ...quickly]);
  expect(result).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^statefulset\/thanos-receive rolled back to revision 1 /),
    stderr: expect.stringMatching(
      /replicas\s+5 → 3\n[^]*scale\s+statefulset\/thanos-receive from 5 to 3 replicas\n[^]*stops ordinals 3, 4; keeps data-thanos-receive-3 and data-thanos-receive-4\n[^]*replicas: set to 3\n/,
    ),
  });
  expect((await readWorkload(cluster, namespace, target)).spec.replicas).toBe(3);
  expect(await podImages(cluster, namespace)).toEqual(Array(3).fill('thanos:v0.42.3'));
  expect((await kubectlJson(cluster, ['get', 'pvc'], { namespace })).items).toHaveLength(5);
});

test.concurrent('whenScaled Delete: losing volumes wants the name typed, --yes is not enough', async ({ cluster, namespace, cli }) => {
  const policy = { whenScaled: 'Delete', whenDeleted: 'Retain' };
  await deploy(cluster, namespace, target, withSpec(thanosReceive({ storage: true }), (spec) => (spec.persistentVolumeClaimRetentionPolicy = policy)));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  const undo = (answer: string) => cli('rollback', ['undo', target, '-n', namespace, '--replicas', '2', answer, ...quickly]);

  for (const answer of ['--yes', '--confirm=thanos']) {
    expect(await undo(answer)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/stops ordinal 2; DELETES the data of data-thanos-receive-2 \(whenScaled: Delete\)[^]*"thanos-receive" typed[^]*Nothing was changed\.\nAdd {2}--confirm=thanos-receive\n$/),
    });
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);

  expect(await undo('--confirm=thanos-receive')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('replicas: set to 2') });
  await waitUntil(async () => (await kubectlJson(cluster, ['get', 'pvc'], { namespace })).items.length === 2, { what: 'the claim to be gone' });
  expect(await podImages(cluster, namespace)).toEqual(['thanos:v0.42.3', 'thanos:v0.42.3']);
});

test.concurrent('only the number changes where the template is right; an autoscaler that would put it back is named', async ({ cluster, namespace, cli }) => {
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'query-scaler' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'thanos-query' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    },
  };
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery());
  const undo = ['undo', 'deploy/thanos-query', '-n', namespace, '--yes', '--to=1', '--replicas=4', ...quickly];
  const result = await cli('rollback', undo);
  expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('replicas: set to 4') });
  expect(result.stderr).not.toContain('template: patched');
  expect(await listPods(cluster, namespace)).toHaveLength(4);
  expect(await cli('rollback', undo)).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^deployment\/thanos-query unchanged: it is on revision 1 \(\w+\) already\n$/),
    stderr: '',
  });

  await applyManifests(cluster, namespace, [autoscaler]);
  expect(await cli('rollback', ['plan', 'deploy/thanos-query', '-n', namespace, '--to=1', '--replicas=3'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('replicas: horizontalpodautoscaler/query-scaler drives them between 2 and 6'),
  });
});

test.concurrent('a number that cannot be known or set is refused', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosReceive({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  await deploy(cluster, namespace, 'ds/node-exporter', nodeExporter());
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--replicas=previous'])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: 'error: what the replicas of statefulset/thanos-receive were before 1 is not recorded\n  Nothing was changed.\nGive the number: --replicas=N\n',
  });
  expect(await cli('rollback', ['undo', 'ds/node-exporter', '-n', namespace, '--yes', '--to=1', '--replicas=2'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('--replicas: daemonset/node-exporter has none to set, a DaemonSet runs one pod on each node'),
  });
});
