import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { stringifyJson } from '../../../lib/core/json.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { cleanForUpdate } from '../../../lib/snapshot/restore/clean-for-update.ts';
import { isSameState } from '../../../lib/snapshot/restore/compare.ts';
import { applied, live, made } from './restore-objects.ts';

const injected = { annotations: { 'cert-manager.io/inject-ca-from': 'n/c' } };
const webhook = (name: string, caBundle: string) => ({ name, clientConfig: { url: 'https://x', caBundle } });

// What it is about, stored, live, what is sent apart from the live system metadata.
const table: [string, KubeObject, KubeObject, JsonObject][] = [
  ['fields added since go, fields taken since come back', made('v1', 'ConfigMap', { data: { a: '1' } }), live('v1', 'ConfigMap', { data: { b: '2' }, binaryData: { c: 'QQ==' } }), { data: { a: '1' } }],
  ['labels are the stored ones', made('v1', 'ConfigMap', { metadata: { labels: { a: 'b' } } }), live('v1', 'ConfigMap', { metadata: { labels: { c: 'd' } } }), { metadata: { labels: { a: 'b' } } }],
  ['finalizers and owners are the live ones', made('v1', 'ConfigMap', { metadata: { finalizers: ['old/f'] } }), live('v1', 'ConfigMap', { metadata: { finalizers: ['new/f'], ownerReferences: [{ uid: 'o' }] } }), { metadata: { finalizers: ['new/f'], ownerReferences: [{ uid: 'o' }] } }],
  ['managedFields are computed', made('v1', 'ConfigMap', { metadata: { managedFields: [{}] } }), live('v1', 'ConfigMap', { metadata: { managedFields: [{ manager: 'm' }] } }), {}],
  ['status is the live one', made('apps/v1', 'Deployment', { status: { replicas: 1 } }), live('apps/v1', 'Deployment', { status: { replicas: 9 } }), { status: { replicas: 9 } }],
  ['the revision of a Deployment is the live one', made('apps/v1', 'Deployment', { metadata: { annotations: { 'deployment.kubernetes.io/revision': '3' } } }), live('apps/v1', 'Deployment', { metadata: { annotations: { 'deployment.kubernetes.io/revision': '8', since: 'x' } } }), { metadata: { annotations: { 'deployment.kubernetes.io/revision': '8' } } }],
  ['an annotation of a controller that has come since stays', made('apps/v1', 'DaemonSet'), live('apps/v1', 'DaemonSet', { metadata: { annotations: { 'deprecated.daemonset.template.generation': '4' } } }), { metadata: { annotations: { 'deprecated.daemonset.template.generation': '4' } } }],
  ['last-applied is the stored one', made('v1', 'ConfigMap', { metadata: { annotations: applied({ a: 1 }) } }), live('v1', 'ConfigMap', { metadata: { annotations: applied({ a: 2 }) } }), { metadata: { annotations: applied({ a: 1 }) } }],
  ['replicas are the stored ones', made('apps/v1', 'Deployment', { spec: { replicas: 2 } }), live('apps/v1', 'Deployment', { spec: { replicas: 9 } }), { spec: { replicas: 2 } }],
  ['a Service keeps its addresses', made('v1', 'Service', { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }), live('v1', 'Service', { spec: { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }), { spec: { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }],
  ['another policy: the second address is left to the server', made('v1', 'Service', { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }), live('v1', 'Service', { spec: { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2', 'fd00::2'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' } }), { spec: { clusterIP: '10.0.0.2', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }],
  ['a headless Service stays headless', made('v1', 'Service', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }), live('v1', 'Service', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }), { spec: { clusterIP: 'None', clusterIPs: ['None'] } }],
  ['a node port of the server is the live one', made('v1', 'Service', { spec: { ports: [{ port: 80, protocol: 'TCP', nodePort: 30001 }, { port: 81, protocol: 'TCP', nodePort: 30002 }] } }), live('v1', 'Service', { spec: { healthCheckNodePort: 1, ports: [{ port: 80, protocol: 'TCP', nodePort: 30009 }] } }), { spec: { healthCheckNodePort: 1, ports: [{ port: 80, protocol: 'TCP', nodePort: 30009 }, { port: 81, protocol: 'TCP' }] } }],
  ['a node port that was applied comes back', made('v1', 'Service', { metadata: { annotations: applied({ spec: { ports: [{ port: 80, nodePort: 30001 }] } }) }, spec: { ports: [{ port: 80, nodePort: 30001 }] } }), live('v1', 'Service', { spec: { ports: [{ port: 80, nodePort: 30009 }] } }), { metadata: { annotations: applied({ spec: { ports: [{ port: 80, nodePort: 30001 }] } }) }, spec: { ports: [{ port: 80, nodePort: 30001 }] } }],
  ['tokens of a ServiceAccount are the live ones', made('v1', 'ServiceAccount', { secrets: [{ name: 'x-token-old' }] }), live('v1', 'ServiceAccount', { secrets: [{ name: 'x-token-new' }] }), { secrets: [{ name: 'x-token-new' }] }],
  ['a token Secret keeps its token', made('v1', 'Secret', { type: 'kubernetes.io/service-account-token', data: {}, metadata: { annotations: { 'kubernetes.io/service-account.name': 'x' } } }), live('v1', 'Secret', { type: 'kubernetes.io/service-account-token', data: { token: 'eA==' }, metadata: { annotations: { 'kubernetes.io/service-account.name': 'x', 'kubernetes.io/service-account.uid': 'u' } } }), { type: 'kubernetes.io/service-account-token', data: { token: 'eA==' }, metadata: { annotations: { 'kubernetes.io/service-account.name': 'x', 'kubernetes.io/service-account.uid': 'u' } } }],
  ['an injected CA bundle is the live one, by the name of its webhook', made('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { metadata: injected, webhooks: [webhook('a', 'b2xk'), webhook('b', 'b2xk')] }), live('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { metadata: injected, webhooks: [webhook('b', 'Yg=='), webhook('a', 'YQ==')] }), { metadata: injected, webhooks: [webhook('a', 'YQ=='), webhook('b', 'Yg==')] }],
  ['a CA bundle of the person is the stored one', made('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { webhooks: [webhook('a', 'b2xk')] }), live('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { webhooks: [webhook('a', 'bmV3')] }), { webhooks: [webhook('a', 'b2xk')] }],
  ['a Job that was made again has the selector and the labels of its own uid', made('batch/v1', 'Job', { spec: { selector: { matchLabels: { 'controller-uid': 'a' } }, template: { metadata: { labels: { app: 'x', 'controller-uid': 'a' } } } } }), live('batch/v1', 'Job', { spec: { selector: { matchLabels: { 'controller-uid': 'b' } }, template: { metadata: { labels: { app: 'x', 'controller-uid': 'b' } } } } }), { spec: { selector: { matchLabels: { 'controller-uid': 'b' } }, template: { metadata: { labels: { app: 'x', 'controller-uid': 'b' } } } } }],
  ['a Job whose selector the person chose keeps that', made('batch/v1', 'Job', { spec: { manualSelector: true, selector: { matchLabels: { a: '1' } } } }), live('batch/v1', 'Job', { spec: { manualSelector: true, selector: { matchLabels: { a: '2' } } } }), { spec: { manualSelector: true, selector: { matchLabels: { a: '1' } } } }],
  ['a Namespace: labels come back, the rest stays', made('v1', 'Namespace', { metadata: { labels: { a: 'b' } } }), live('v1', 'Namespace', { metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, spec: { finalizers: ['kubernetes'] } }), { metadata: { labels: { a: 'b', 'kubernetes.io/metadata.name': 'x' } }, spec: { finalizers: ['kubernetes'] } }],
  ['a claim does not shrink', made('v1', 'PersistentVolumeClaim', { spec: { resources: { requests: { storage: '1Gi' } } } }), live('v1', 'PersistentVolumeClaim', { spec: { volumeName: 'v', resources: { requests: { storage: '2Gi' } } } }), { spec: { volumeName: 'v', resources: { requests: { storage: '2Gi' } } } }],
  ['a claim grows', made('v1', 'PersistentVolumeClaim', { spec: { resources: { requests: { storage: '2048Mi' } } } }), live('v1', 'PersistentVolumeClaim', { spec: { volumeName: 'v', resources: { requests: { storage: '1Gi' } } } }), { spec: { volumeName: 'v', resources: { requests: { storage: '2048Mi' } } } }],
  ['a volume keeps its claim, and gets its policy back', made('v1', 'PersistentVolume', { spec: { persistentVolumeReclaimPolicy: 'Retain', capacity: { storage: '1Gi' }, claimRef: { uid: 'a' } } }), live('v1', 'PersistentVolume', { spec: { persistentVolumeReclaimPolicy: 'Delete', capacity: { storage: '2Gi' }, claimRef: { uid: 'b' } } }), { spec: { persistentVolumeReclaimPolicy: 'Retain', capacity: { storage: '2Gi' }, claimRef: { uid: 'b' } } }],
];

describe('put over the live object', () => {
  test.each(table)('%s', (_name, stored, now, sent) => {
    const before = [stringifyJson(stored), stringifyJson(now)];
    const { metadata, ...rest } = sent as { metadata?: JsonObject };
    const system = { name: 'x', namespace: 'monitoring', uid: 'u-live', resourceVersion: '900', generation: 9, creationTimestamp: '2026-11-20T00:00:00Z' };
    const put = cleanForUpdate(stored, now, { isScaledByOther: false });
    expect(put).toEqual({ apiVersion: stored.apiVersion, kind: stored.kind, ...rest, metadata: { ...system, ...metadata } });
    expect([stringifyJson(stored), stringifyJson(now)]).toEqual(before);
    // Once it is in place there is nothing more to do.
    expect(isSameState(cleanForUpdate(stored, put, { isScaledByOther: false }), put)).toBe(true);
  });

  test.each(['Deployment', 'StatefulSet'])('replicas of a %s that an autoscaler sets stay', (kind) => {
    const put = cleanForUpdate(made('apps/v1', kind, { spec: { replicas: 2, paused: true } }), live('apps/v1', kind, { spec: { replicas: 9 } }), { isScaledByOther: true });
    expect(put['spec']).toEqual({ replicas: 9, paused: true });
  });
});
