/** What Helm owns is refused, by what the real Helm wrote; done here nevertheless, it says when it will be put back. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { helm, writeChart } from '../support/helm.ts';
import { deploy, quickly, readWorkload, rollOut } from '../support/roll-outs.ts';
import { thanosQuery, waitForRollout } from '../support/workloads.ts';

const target = 'deployment/thanos-query';
const templates = [
  ...thanosQuery({ image: '{{ .Values.image }}', replicas: 1 }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { image: '{{ .Values.image }}' } },
];
const imageOf = (workload: any) => workload.spec.template.spec.containers[0].image;

test.concurrent('a Deployment of a release: who, how known, and the helm command that goes back', async ({ cluster, namespace, runFolder, cli, kube }) => {
  const chart = writeChart(runFolder, 'query', templates, { image: 'thanos:v1' });
  await helm(cluster, runFolder, ['install', 'kps', chart, '-n', namespace]);
  await waitForRollout(cluster, namespace, target);
  // A failed upgrade in between: going back to it would be wrong, and `helm rollback` without a number does.
  await expect(helm(cluster, runFolder, ['upgrade', 'kps', chart, '-n', namespace, '--set', 'image=thanos:broken', '--wait', '--timeout=1s'])).rejects.toThrow('context deadline exceeded');
  await helm(cluster, runFolder, ['upgrade', 'kps', chart, '-n', namespace, '--set', 'image=thanos:v2']);
  await waitForRollout(cluster, namespace, target);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  const refused = await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--context=' + (await kube(['config', 'current-context'])).stdout.trim()]);
  const context = (await kube(['config', 'current-context'])).stdout.trim();
  expect(refused).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`^error: deployment/thanos-query is written by helm release kps; an undo here would last until the next helm upgrade
  helm release kps   meta.helm.sh/release-name on deployment/thanos-query, revision 3, deployed [^,]+ ago, 2 objects
  Nothing was changed.
Make it durable:  helm rollback kps 1 -n ${namespace} --kube-context=${context}   \\(the whole release to revision 1, 2 objects\\)
Here nevertheless:  kubectl rollback undo deployment/thanos-query -n ${namespace} --context=${context} --without-hold   \\(1 object; put back by the next helm upgrade or rollback of release kps, not before\\)
$`),
    ),
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  // What it says to type is right.
  const [, command] = /Make it durable: {2}helm (.*?) {3}/.exec(refused.stderr)!;
  await helm(cluster, runFolder, command!.split(' '));
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v1');
});

test.concurrent('--without-hold: the plan and the end say that Helm puts it back, and Helm does', async ({ cluster, namespace, runFolder, cli, kube }) => {
  const chart = writeChart(runFolder, 'query', templates, { image: 'thanos:v1' });
  await helm(cluster, runFolder, ['install', 'kps', chart, '-n', namespace]);
  await waitForRollout(cluster, namespace, target);
  await helm(cluster, runFolder, ['upgrade', 'kps', chart, '-n', namespace, '--set', 'image=thanos:v2']);
  await waitForRollout(cluster, namespace, target);
  const scaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'load' }, spec: { minReplicas: 1, maxReplicas: 4, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'thanos-query' } } };
  await kube(['create', '-f', '-'], { input: JSON.stringify(scaler) });
  const plan = await cli('rollback', ['plan', target, '-n', namespace, '--without-hold']);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plan.stdout).toMatch(/\nOwner {5}helm release kps {3}meta\.helm\.sh\/release-name on deployment\/thanos-query, revision 2, deployed [^,]+ ago, 2 objects\n {10}replicas by horizontalpodautoscaler\/load \(1 to 4\)\n/);
  expect(plan.stdout).toMatch(/\nPut back by +by the next helm upgrade or rollback of release kps, not before\n/);
  expect(plan.stdout).toMatch(/\nDo it: {2}kubectl rollback undo deployment\/thanos-query --without-hold -n \S+\n$/);
  const undone = await cli('rollback', ['undo', target, '-n', namespace, '--without-hold', '--yes', ...quickly]);
  expect(undone).toMatchObject({ exitCode: 0 });
  expect(undone.stderr).toMatch(/\ndeployment\/thanos-query will be put back by the next helm upgrade or rollback of release kps, not before\n/);
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v1');
  await helm(cluster, runFolder, ['upgrade', 'kps', chart, '-n', namespace, '--set', 'image=thanos:v2']);
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v2');
});

test.concurrent('marks of a release that is not there do not count; one that may not be looked at does', async ({ cluster, namespace, cli, kube }) => {
  const marked = thanosQuery({ replicas: 1 }) as any[];
  marked[0].metadata.labels['app.kubernetes.io/managed-by'] = 'Helm';
  marked[0].metadata.annotations = { 'meta.helm.sh/release-name': 'kps', 'meta.helm.sh/release-namespace': namespace };
  await deploy(cluster, namespace, target, marked);
  await rollOut(cluster, namespace, target, 'thanos:v2');
  const plan = await cli('rollback', ['plan', target, '-n', namespace]);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plan.stdout).toMatch(/\nOwner +none above it; template written by kubectl-set /);
  expect(plan.stdout).toMatch(/\nNote [^]* is marked as of "kps"; that does not count: there is no such Helm release\n/);
  // A viewer may not read Secrets.
  await kube(['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer']);
  expect(await cli('rollback', ['plan', target, '-n', namespace, '--as=viewer'])).toMatchObject({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`\n  helm release kps   meta.helm.sh/release-name on deployment/thanos-query, not looked at, you may not list secrets in ${namespace}\nLook for a revision to make it durable:  helm history kps -n ${namespace}\n`),
    ),
  });
});
