/** Who uses a ConfigMap or Secret, on real objects; and the restart of who reads it only at its start. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { templateDigest } from '../../lib/formats/pod-template.ts';
import { connect } from '../../lib/kube/connect.ts';
import { findDependents } from '../../lib/ownership/dependents.ts';
import type { SourceObject } from '../../lib/ownership/judge-dependents.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { deploy, quickly, readWorkload, readyPodUids, rollOutBadly } from '../support/roll-outs.ts';
import { applyManifests, thanosQuery, thanosReceive } from '../support/workloads.ts';
import { makeContext } from '../unit/kube/test-context.ts';

const config = (namespace: string): SourceObject => ({ kind: 'ConfigMap', namespace, name: 'config' });
const token = (namespace: string): SourceObject => ({ kind: 'Secret', namespace, name: 'token' });

function workload(kind: string, name: string, container: object, spec: object = {}, metadata: object = {}): Record<string, any> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'shop:1', ...container }], ...spec } };
  return { apiVersion: 'apps/v1', kind, metadata: { name, ...metadata }, spec: { replicas: 0, selector: { matchLabels: labels }, ...(kind === 'StatefulSet' ? { serviceName: name } : {}), template } };
}

const volumes = [{ name: 'v', configMap: { name: 'config' } }];
const mounted = { volumeMounts: [{ name: 'v', mountPath: '/etc/thanos' }] };

const users = [
  workload('Deployment', 'variables', { envFrom: [{ configMapRef: { name: 'config' } }] }),
  workload('StatefulSet', 'store', { image: 'thanos:v0.41.0', args: ['store', '--objstore.config-file=/etc/thanos/s3.yml'], ...mounted }, { volumes }),
  workload('StatefulSet', 'receive', { image: 'thanos:v0.41.0', args: ['receive', '--receive.hashrings-file=/etc/thanos/h.json'], ...mounted }, { volumes }),
  workload('Deployment', 'file', mounted, { volumes }),
  workload('Deployment', 'marked', { envFrom: [{ configMapRef: { name: 'config' } }] }, {}, { annotations: { 'reloader.stakater.com/auto': 'true' } }),
  workload('Deployment', 'neither', {}),
  { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report' }, spec: { schedule: '0 3 1 1 *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'shop:1', envFrom: [{ configMapRef: { name: 'config' } }] }] } } } } } },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alone' }, spec: { containers: [{ name: 'c', image: 'shop:1', env: [{ name: 'T', valueFrom: { secretKeyRef: { name: 'token', key: 't' } } }] }] } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec: { tls: [{ secretName: 'token' }], defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'puller' }, imagePullSecrets: [{ name: 'token' }] },
];

test.concurrent('every user of a ConfigMap and a Secret, and who must start again', async ({ cluster, namespace }) => {
  await applyManifests(cluster, namespace, users);
  const connection = await connect({ kubeconfig: cluster.kubeconfig }, makeContext());
  try {
    const { dependents, unread, workloads } = await findDependents(connection, [config(namespace), token(namespace)]);
    const said = dependents.map(({ object, restart, uses }) => `${object.kind}/${object.name} ${restart} ${uses.map(({ source, usedAs, because }) => `${source.name} ${usedAs} ${because}`).join()}`);
    expect(said).toEqual([
      'CronJob/report not-needed config envFrom next-run',
      'Deployment/file perhaps config volumes[v] volume',
      // No Reloader runs here: its annotation helps nobody.
      'Deployment/marked needed config envFrom environment',
      'Deployment/variables needed config envFrom environment',
      'Ingress/web not-needed token spec.tls ingress-controller',
      'Pod/alone needed token env[T] environment',
      'ServiceAccount/puller not-needed token imagePullSecrets next-pull',
      'StatefulSet/receive not-needed config volumes[v] watches-file',
      'StatefulSet/store needed config volumes[v] read-once',
    ]);
    expect(unread).toEqual([]);
    expect(workloads.map(({ metadata }) => metadata.name)).toContain('store');
    expect((await findDependents(connection, [{ ...config(namespace), name: 'another' }])).dependents).toEqual([]);
  } finally {
    connection.close();
  }
});

test.concurrent('what may not be looked at is named, and the rest is found', async ({ cluster, namespace }) => {
  await applyManifests(cluster, namespace, users);
  await kubectl(cluster, ['create', 'role', 'some', '--verb=list', '--resource=deployments.apps,pods'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'some', '--role=some', '--user=some'], { namespace });
  const connection = await connect({ kubeconfig: cluster.kubeconfig, as: 'some' }, makeContext());
  try {
    const { dependents, unread } = await findDependents(connection, [token(namespace), config(namespace)]);
    expect(dependents.map(({ object }) => `${object.kind}/${object.name}`)).toEqual(['Deployment/file', 'Deployment/marked', 'Deployment/variables', 'Pod/alone']);
    expect([...new Set(unread.map(({ verb, resource }) => `${verb} ${resource}`))].sort()).toEqual([
      'list cronjobs', 'list daemonsets', 'list ingresses', 'list persistentvolumes', 'list serviceaccounts', 'list statefulsets',
    ]);
  } finally {
    connection.close();
  }
});

test.concurrent('a restart replaces every pod, once, and waits for its own revision', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, 'sts/thanos-receive', thanosReceive({ replicas: 2 }));
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ replicas: 1, image: 'thanos:v0.41.0' }));
  await rollOutBadly(cluster, namespace, 'deploy/thanos-query', 'thanos:broken');
  const before = await readyPodUids(cluster, namespace);
  const receive = await readWorkload(cluster, namespace, 'sts/thanos-receive');
  const plan = JSON.parse((await cli('rollback', ['plan', 'deploy/thanos-query', '-n', namespace, '-o', 'json', ...quickly])).stdout);
  const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets', namespace, name: 'thanos-receive', uid: receive.metadata.uid };
  const restartedAt = '2026-11-22T03:21:00.000Z';
  const step = (kind: string, params: object) => ({ id: `${kind}.${namespace}.statefulset.thanos-receive`, kind, target: object, params });
  const file = join(home, 'plan.json');
  const restart = (beforeDigest: string) => [step('restart', { restartedAt, beforeDigest, planCommand: 'again' }), step('wait-rollout', { restartedAt })];

  writeFileSync(file, JSON.stringify({ ...plan, steps: restart('0'.repeat(64)) }));
  const stale = await cli('rollback', ['apply', '-f', file, '--yes']);
  expect(stale).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('template') });
  expect(await readyPodUids(cluster, namespace)).toEqual(before);

  writeFileSync(file, JSON.stringify({ ...plan, steps: [...plan.steps, ...restart(templateDigest(receive.spec.template))] }));
  const done = await cli('rollback', ['apply', '-f', file, '--yes']);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stderr).toMatch(/restart\s+statefulset\/thanos-receive/);
  const after = await readyPodUids(cluster, namespace);
  expect(Object.keys(after).filter((name) => name.startsWith('thanos-receive'))).toEqual(['thanos-receive-0', 'thanos-receive-1']);
  for (const name of ['thanos-receive-0', 'thanos-receive-1']) expect(after[name]).not.toBe(before[name]);
  const live = await readWorkload(cluster, namespace, 'sts/thanos-receive');
  expect(live.spec.template.metadata.annotations).toEqual({ 'kubectl.kubernetes.io/restartedAt': restartedAt });
  expect(live.status.updateRevision).not.toBe(receive.status.updateRevision);
});
