/** What the target revision needs and no longer has is found before anything is changed. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { deploy, podImages, quickly, readWorkload, rollOutBadly, withSpec } from '../support/roll-outs.ts';
import { applyManifests, thanosQuery, thanosReceive } from '../support/workloads.ts';

test.concurrent('missing ConfigMap, Secret, claim and ServiceAccount: all named at once, nothing changed; optional ones do not matter', async ({ cluster, namespace, cli, kube }) => {
  const target = 'deploy/thanos-query';
  const needed = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'query-config' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'query-token' }, stringData: { token: 'abc' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'query' } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'query-cache' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
  const before = withSpec(thanosQuery({ replicas: 1 }), ({ template: { spec } }) => {
    spec.serviceAccountName = 'query';
    spec.volumes = [
      { name: 'config', configMap: { name: 'query-config' } },
      { name: 'cache', persistentVolumeClaim: { claimName: 'query-cache' } },
      { name: 'extra', configMap: { name: 'never-there', optional: true } },
    ];
    spec.containers[0].env = [
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'query-token', key: 'token' } } },
      { name: 'HINT', valueFrom: { secretKeyRef: { name: 'never-there', key: 'hint', optional: true } } },
    ];
  });
  await applyManifests(cluster, namespace, needed);
  await deploy(cluster, namespace, target, before);
  await applyManifests(cluster, namespace, thanosQuery({ replicas: 1, image: 'thanos:broken' }));
  await kube(['patch', target, '--type=json', '-p', JSON.stringify([{ op: 'replace', path: '/spec/template/spec/serviceAccountName', value: 'default' }])], { allowFailure: true });
  await kube(['delete', 'configmap/query-config', 'secret/query-token', 'serviceaccount/query', 'pvc/query-cache', '--wait=false']);
  await kube(['patch', 'pvc/query-cache', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'], { allowFailure: true });
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;

  const asked = ['undo', target, '-n', namespace, '--yes', '--to=1', ...quickly];
  const refused = await cli('rollback', asked);
  expect(refused).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: revision 1 \(\w+\) of deployment\/thanos-query needs what is not there; its pods would not start\n( {2}.*\n)+ {2}Nothing was changed\.\n.*--to=REVISION\n$/,
    ),
  });
  for (const line of [
    '  configmap/query-config   volumes[config]\n',
    '  secret/query-token   env[TOKEN]\n',
    '  persistentvolumeclaim/query-cache   volumes[cache]\n',
    '  serviceaccount/query   serviceAccountName\n',
  ]) {
    expect(refused.stderr).toContain(line);
  }
  expect(refused.stderr).not.toContain('never-there');
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  expect(await cli('rollback', ['runs', '-n', namespace])).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No runs on this machine yet.\n' });

  await applyManifests(cluster, namespace, needed);
  expect(await cli('rollback', asked)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision 1') });
});

test.concurrent('a ConfigMap that changed since is named as not part of this, and stays as it is', async ({ cluster, namespace, cli, kube }) => {
  const target = 'sts/thanos-receive';
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  await kube(['patch', 'configmap/thanos-receive-hashring', '--type=merge', '-p', '{"data":{"hashrings.json":"[]"}}']);

  const result = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  expect(result).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/Not part of this\s+configmap\/thanos-receive-hashring \(volumes\[hashring\]\) changed \d+s ago, after that revision was made; it stays as it is\n/),
  });
  // The Secret did not change.
  expect(result.stderr).not.toContain('secret/thanos-objstore-secret');
  expect((await kube(['get', 'configmap/thanos-receive-hashring', '-o', 'jsonpath={.data}'])).stdout).toBe('{"hashrings.json":"[]"}');
  expect(await podImages(cluster, namespace)).toEqual(Array(3).fill('thanos:v0.42.3'));
});
