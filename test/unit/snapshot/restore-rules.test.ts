import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { digestOfState, isSameState } from '../../../lib/snapshot/restore/compare.ts';
import { fixedDifferences, isNeverDeleted } from '../../../lib/snapshot/restore/immutable.ts';
import { waveOf, waveOfDeletion } from '../../../lib/snapshot/restore/order.ts';
import { skipReason } from '../../../lib/snapshot/restore/skipped.ts';
import { live, made } from './restore-objects.ts';

describe('cannot be changed in place', () => {
  const table: [string, string, string, JsonObject, JsonObject, string[]][] = [
    ['selector of a Deployment', 'apps/v1', 'Deployment', { spec: { selector: { a: 1 } } }, { spec: { selector: { a: 2 } } }, ['spec.selector']],
    ['template of a Deployment can', 'apps/v1', 'Deployment', { spec: { template: { a: 1 } } }, { spec: { template: { a: 2 } } }, []],
    ['claims of a StatefulSet', 'apps/v1', 'StatefulSet', { spec: { volumeClaimTemplates: [1], replicas: 1 } }, { spec: { volumeClaimTemplates: [2], replicas: 2 } }, ['spec.volumeClaimTemplates']],
    ['a field of a StatefulSet that was added since', 'apps/v1', 'StatefulSet', { spec: {} }, { spec: { podManagementPolicy: 'Parallel' } }, ['spec.podManagementPolicy']],
    ['what may change of a StatefulSet', 'apps/v1', 'StatefulSet', { spec: { replicas: 1, template: 1, updateStrategy: 1, minReadySeconds: 1 } }, { spec: { replicas: 2 } }, []],
    ['data of an immutable ConfigMap', 'v1', 'ConfigMap', { data: { a: '1' } }, { immutable: true, data: { a: '2' } }, ['data', 'immutable']],
    ['labels of an immutable ConfigMap can', 'v1', 'ConfigMap', { immutable: true, metadata: { labels: { a: 'b' } } }, { immutable: true }, []],
    ['becoming immutable can', 'v1', 'ConfigMap', { immutable: true, data: { a: '1' } }, { data: { a: '2' } }, []],
    ['type of a Secret', 'v1', 'Secret', { type: 'Opaque' }, { type: 'kubernetes.io/tls' }, ['type']],
    ['roleRef', 'rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { name: 'a' } }, { roleRef: { name: 'b' } }, ['roleRef']],
    ['a StorageClass', 'storage.k8s.io/v1', 'StorageClass', { parameters: { a: '1' }, allowVolumeExpansion: true }, { parameters: {}, allowVolumeExpansion: false }, ['parameters']],
    ['headless or not', 'v1', 'Service', { spec: { clusterIP: 'None' } }, { spec: { clusterIP: '10.0.0.1' } }, ['spec.clusterIP']],
    ['headless or external can', 'v1', 'Service', { spec: { clusterIP: 'None' } }, { spec: { type: 'ExternalName' } }, []],
    ['template of a Job', 'batch/v1', 'Job', { spec: { template: 1, parallelism: 1 } }, { spec: { template: 2, parallelism: 2 } }, ['spec.template']],
    ['a kind of that name in another group', 'example.com/v1', 'Deployment', { spec: { selector: 1 } }, { spec: { selector: 2 } }, []],
  ];
  test.each(table)('%s', (_name, apiVersion, kind, wanted, now, fields) => {
    expect(fixedDifferences(made(apiVersion, kind, wanted), live(apiVersion, kind, now))).toEqual(fields);
  });

  test.each([['v1', 'Namespace', true], ['v1', 'PersistentVolumeClaim', true], ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', true], ['v1', 'ConfigMap', false]])('%s %s is never deleted: %s', (apiVersion, kind, never) => {
    expect(isNeverDeleted(made(apiVersion, kind))).toBe(never);
  });
});

describe('left alone', () => {
  const table: [string, string, string, JsonObject, string | undefined][] = [
    ['what a controller owns', 'apps/v1', 'StatefulSet', { metadata: { ownerReferences: [{ apiVersion: 'm/v1', kind: 'Prometheus', name: 'k8s', uid: 'u', controller: true }] } }, 'owned'],
    ['what is owned for garbage collection only is not', 'v1', 'ConfigMap', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'k8s', uid: 'u' }] } }, undefined],
    ['pods', 'v1', 'Pod', {}, 'made-by-server'],
    ['leases', 'coordination.k8s.io/v1', 'Lease', {}, 'made-by-server'],
    ['engine state of Longhorn', 'longhorn.io/v1beta2', 'Volume', {}, 'made-by-server'],
    ['the CA of the cluster', 'v1', 'ConfigMap', { metadata: { name: 'kube-root-ca.crt' } }, 'made-by-server'],
    ['Endpoints of a Service', 'v1', 'Endpoints', { metadata: { labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } } }, 'made-by-server'],
    ['Endpoints that a person wrote are not', 'v1', 'Endpoints', {}, undefined],
    ['slices of a controller', 'discovery.k8s.io/v1', 'EndpointSlice', { metadata: { labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } } }, 'made-by-server'],
    ['APIServices of CRDs', 'apiregistration.k8s.io/v1', 'APIService', { metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } } }, 'made-by-server'],
    ['token Secrets', 'v1', 'Secret', { type: 'kubernetes.io/service-account-token' }, 'token'],
    ["Retrace's own", 'v1', 'ConfigMap', { metadata: { labels: { 'app.kubernetes.io/managed-by': 'retrace' } } }, 'own'],
    ['anything else is not', 'v1', 'ConfigMap', {}, undefined],
  ];
  test.each(table)('%s', (_name, apiVersion, kind, more, code) => {
    expect(skipReason(made(apiVersion, kind, more), { isNamed: true })?.code).toBe(code);
  });

  test('a Helm release, unless it is named', () => {
    const release = made('v1', 'Secret', { type: 'helm.sh/release.v1' });
    expect(skipReason(release, { isNamed: false })).toEqual({ code: 'helm-release', params: {} });
    expect(skipReason(release, { isNamed: true })).toBeUndefined();
  });

  test('the owner is named', () => {
    const owned = made('apps/v1', 'StatefulSet', { metadata: { ownerReferences: [{ apiVersion: 'm/v1', kind: 'Prometheus', name: 'k8s', uid: 'u', controller: true }] } });
    expect(skipReason(owned, { isNamed: true })?.params).toEqual({ owner: 'prometheus/k8s' });
  });
});

describe('order', () => {
  const order: [string, string][] = [
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'], ['v1', 'Namespace'], ['storage.k8s.io/v1', 'StorageClass'], ['v1', 'ServiceAccount'],
    ['rbac.authorization.k8s.io/v1', 'Role'], ['rbac.authorization.k8s.io/v1', 'RoleBinding'], ['v1', 'Secret'], ['v1', 'ConfigMap'], ['v1', 'PersistentVolume'],
    ['v1', 'PersistentVolumeClaim'], ['v1', 'Service'], ['v1', 'Endpoints'], ['monitoring.coreos.com/v1', 'ServiceMonitor'], ['apps/v1', 'StatefulSet'],
    ['monitoring.coreos.com/v1', 'Prometheus'], ['networking.k8s.io/v1', 'Ingress'], ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'], ['apiregistration.k8s.io/v1', 'APIService'],
  ];
  test('each comes after what it needs', () => {
    const found = order.map(([apiVersion, kind]) => waveOf(made(apiVersion, kind)));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(new Set(found).size).toBe(found.length);
  });

  test('deletions come after every write, in reverse; what may refuse the writes is deleted first', () => {
    expect(waveOfDeletion(made('v1', 'ConfigMap'))).toBeGreaterThan(waveOfDeletion(made('apps/v1', 'Deployment')));
    expect(waveOfDeletion(made('apps/v1', 'Deployment'))).toBeGreaterThan(waveOf(made('apiregistration.k8s.io/v1', 'APIService')));
    expect(waveOfDeletion(made('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'))).toBeLessThan(0);
  });
});

describe('the same state', () => {
  const table: [string, JsonObject, JsonObject, boolean][] = [
    ['whatever the server notes', { metadata: { uid: 'a', generation: 1, managedFields: [{}] }, status: { a: 1 } }, { metadata: { uid: 'b', generation: 2 } }, true],
    ['null and absent', { spec: { a: null } }, { spec: {} }, true],
    ['no labels and empty labels', { metadata: { labels: {} } }, {}, true],
    ['the order of keys', { data: { a: '1', b: '2' } }, { data: { b: '2', a: '1' } }, true],
    ['emptyDir and nothing are not', { spec: { volumes: [{ name: 'a', emptyDir: {} }] } }, { spec: { volumes: [{ name: 'a' }] } }, false],
    ['the order of a list is not', { spec: { args: ['a', 'b'] } }, { spec: { args: ['b', 'a'] } }, false],
    ['finalizers are not', { metadata: { finalizers: ['a'] } }, {}, false],
  ];
  test.each(table)('%s', (_name, a, b, same) => {
    const [left, right] = [made('v1', 'X', a), made('v1', 'X', b)];
    expect(isSameState(left, right)).toBe(same);
    expect(digestOfState(left) === digestOfState(right)).toBe(same);
  });
});
