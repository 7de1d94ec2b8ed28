import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { judgeDependents } from '../../../lib/ownership/judge-dependents.ts';
import type { DependentFacts, SourceObject, UserFact } from '../../../lib/ownership/judge-dependents.ts';

function user(kind: string, name: string, more: JsonObject = {}, metadata: JsonObject = {}): UserFact {
  const object = { apiVersion: 'v1', kind, metadata: { name, namespace: 'monitoring', uid: `uid-${name}`, ...metadata }, ...more } as unknown as KubeObject;
  return { object, resource: `${kind.toLowerCase()}s` };
}

const byVariable = { spec: { template: { spec: { containers: [{ envFrom: [{ secretRef: { name: 'token' } }] }] } } } };
const byVolume = { spec: { template: { spec: { containers: [{ volumeMounts: [{ name: 'v', mountPath: '/v' }] }], volumes: [{ name: 'v', secret: { secretName: 'token' } }] } } } };
const token: SourceObject = { kind: 'Secret', namespace: 'monitoring', name: 'token' };

function said(facts: Partial<DependentFacts>, source: SourceObject = token): string[] {
  const judged = judgeDependents({ workloads: [], resources: [], others: [], reloader: 'absent', unread: [], ...facts }, [source]);
  return judged.map(({ object, restart, uses }) => `${object.kind}/${object.name} ${restart} ${uses.map(({ because }) => because).join()}`);
}

test('who must start again, who perhaps, and who not', () => {
  const job = { spec: { jobTemplate: byVariable } };
  const workloads = [user('StatefulSet', 'b', byVariable), user('Deployment', 'a', byVolume), user('CronJob', 'c', job), user('DaemonSet', 'other', { spec: { template: { spec: {} } } })];
  const pod = user('Pod', 'alone', { spec: { containers: [{ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'token', key: 'k' } } }] }] } });
  expect(said({ workloads: [...workloads, pod] })).toEqual(['CronJob/c not-needed next-run', 'Deployment/a perhaps volume', 'Pod/alone needed environment', 'StatefulSet/b needed environment']);
  expect(said({ workloads: [user('Deployment', 'a', byVolume)] }, { ...token, immutable: true })).toEqual(['Deployment/a needed immutable']);
});

test('a name counts in its own namespace only', () => {
  const elsewhere = user('StatefulSet', 'b', byVariable, { namespace: 'prod' });
  expect(said({ workloads: [elsewhere] })).toEqual([]);
  expect(said({ workloads: [elsewhere] }, { ...token, namespace: 'prod' })).toEqual(['StatefulSet/b needed environment']);
});

test('Reloader counts where it runs', () => {
  const watched = user('Deployment', 'a', byVariable, { annotations: { 'reloader.stakater.com/auto': 'true' } });
  expect(said({ workloads: [watched], reloader: 'runs' })).toEqual(['Deployment/a not-needed stakater-reloader']);
  expect(said({ workloads: [watched], reloader: 'absent' })).toEqual(['Deployment/a needed environment']);
  expect(said({ workloads: [watched], reloader: 'unknown' })).toEqual(['Deployment/a needed environment']);
});

test('an operator: its resource, or the StatefulSet that it makes of it, but not both', () => {
  const prometheus = user('Prometheus', 'k8s', { spec: { thanos: { objectStorageConfig: { name: 'token', key: 'k' } } } });
  const made = user('StatefulSet', 'prometheus-k8s', byVariable, { ownerReferences: [{ kind: 'Prometheus', name: 'k8s', uid: 'uid-k8s', controller: true }] });
  expect(said({ resources: [prometheus] })).toEqual(['Prometheus/k8s not-needed operator']);
  expect(said({ resources: [prometheus], workloads: [made] })).toEqual(['StatefulSet/prometheus-k8s needed environment']);
  // Of two objects only the one that its set names too.
  const both = user('Prometheus', 'k8s', { spec: { additionalScrapeConfigs: { name: 'scrape', key: 'k' }, thanos: { objectStorageConfig: { name: 'token', key: 'k' } } } });
  const judged = judgeDependents({ workloads: [made], resources: [both], others: [], reloader: 'absent', unread: [] }, [token, { ...token, name: 'scrape' }]);
  expect(judged.map(({ object, uses }) => `${object.kind} ${uses.map(({ source }) => source.name).join()}`)).toEqual(['Prometheus scrape', 'StatefulSet token']);
});

test('Ingress, ServiceAccount and PersistentVolume', () => {
  const others = [
    user('Ingress', 'web', { spec: { tls: [{ secretName: 'token' }] } }),
    user('ServiceAccount', 'puller', { imagePullSecrets: [{ name: 'token' }] }),
    user('PersistentVolume', 'pv', { spec: { csi: { nodeStageSecretRef: { name: 'token', namespace: 'monitoring' } } } }, { namespace: undefined as never }),
    user('PersistentVolume', 'pv-2', { spec: { csi: { nodeStageSecretRef: { name: 'token', namespace: 'prod' } } } }, { namespace: undefined as never }),
  ];
  expect(said({ others })).toEqual(['PersistentVolume/pv not-needed next-mount', 'Ingress/web not-needed ingress-controller', 'ServiceAccount/puller not-needed next-pull']);
  expect(said({ others }, { ...token, kind: 'ConfigMap' })).toEqual([]);
});
