import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { parseJson, stringifyJson } from '../../../lib/core/json.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { cleanForCreate, createRules } from '../../../lib/snapshot/restore/clean-for-create.ts';
import { applied, made, nodePortOwner } from './restore-objects.ts';

const owner = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u-gone' }];
const service = (spec: JsonObject, metadata: JsonObject = {}) => made('v1', 'Service', { spec, metadata });
const annotated = (kind: string, annotations: JsonObject) => made('v1', kind, { metadata: { annotations } });
const bundle = { clientConfig: { caBundle: 'QQ==', service: { name: 's', namespace: 'n' } } };
const injected = { annotations: { 'cert-manager.io/inject-ca-from': 'n/c' } };

// What it is about, the stored object, what is sent apart from apiVersion, kind and the name.
const table: [string, KubeObject, JsonObject][] = [
  ['system metadata goes', made('v1', 'ConfigMap', { metadata: { selfLink: '/x', deletionTimestamp: 't', deletionGracePeriodSeconds: 0, managedFields: [{}], generateName: 'x-' }, data: { a: '1' } }), { data: { a: '1' } }],
  ['ownerReferences go: their uids are stale', made('v1', 'ConfigMap', { metadata: { ownerReferences: owner } }), {}],
  ['finalizers go', made('v1', 'Service', { metadata: { finalizers: ['service.kubernetes.io/load-balancer-cleanup'] } }), {}],
  ["Argo CD's cascade stays: it is the person's choice", made('argoproj.io/v1alpha1', 'Application', { metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io', 'x/y'] } }), { metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io'] } }],
  ['labels and annotations stay', made('v1', 'ConfigMap', { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }), { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }],
  ['status goes', made('apps/v1', 'Deployment', { spec: { replicas: 2 }, status: { replicas: 2 } }), { spec: { replicas: 2 } }],
  ['the revision of a Deployment goes', annotated('Deployment', { 'deployment.kubernetes.io/revision': '7' }), {}],
  ['the leader goes', annotated('Endpoints', { 'control-plane.alpha.kubernetes.io/leader': '{}' }), {}],
  ['last-applied stays: the next kubectl apply merges from it', annotated('ConfigMap', applied({ data: {} })), { metadata: { annotations: applied({ data: {} }) } }],
  ["Helm's marks stay: without them the next upgrade refuses", made('v1', 'ConfigMap', { metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { 'meta.helm.sh/release-name': 'r', 'meta.helm.sh/release-namespace': 'n' } } }), { metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { 'meta.helm.sh/release-name': 'r', 'meta.helm.sh/release-namespace': 'n' } } }],
  ['requests to Argo CD and External Secrets go', annotated('ConfigMap', { 'argocd.argoproj.io/refresh': 'hard', 'reconcile.external-secrets.io/force-sync': '1', keep: '' }), { metadata: { annotations: { keep: '' } } }],
  ['restartedAt of a template stays: without it the pods would roll', made('apps/v1', 'Deployment', { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 't' }, creationTimestamp: null } } } }), { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 't' } } } } }],
  ["a Service's addresses go", service({ clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], type: 'ClusterIP' }), { spec: { type: 'ClusterIP' } }],
  ['None stays, in both places', service({ clusterIP: 'None', clusterIPs: ['None'] }), { spec: { clusterIP: 'None', clusterIPs: ['None'] } }],
  ['a node port of the server goes', service({ ports: [{ port: 80, protocol: 'TCP', nodePort: 30001 }] }), { spec: { ports: [{ port: 80, protocol: 'TCP' }] } }],
  ['a node port that was applied stays', service({ ports: [{ name: 'web', port: 80, nodePort: 30001 }] }, { annotations: applied({ spec: { ports: [{ name: 'web', port: 8080, nodePort: 30001 }] } }) }), { spec: { ports: [{ name: 'web', port: 80, nodePort: 30001 }] }, metadata: { annotations: applied({ spec: { ports: [{ name: 'web', port: 8080, nodePort: 30001 }] } }) } }],
  ['a node port that a field manager owns stays', service({ ports: [{ port: 80, nodePort: 30001 }] }, { managedFields: nodePortOwner }), { spec: { ports: [{ port: 80, nodePort: 30001 }] } }],
  ['the health check port of the server goes', service({ type: 'LoadBalancer', healthCheckNodePort: 31000 }), { spec: { type: 'LoadBalancer' } }],
  ['token Secrets of a ServiceAccount go, its own stay', made('v1', 'ServiceAccount', { secrets: [{ name: 'x-token-abc12' }, { name: 'x-dockercfg-zz9' }, { name: 'mine' }] }), { secrets: [{ name: 'mine' }] }],
  ['a ServiceAccount with nothing but tokens has none', made('v1', 'ServiceAccount', { secrets: [{ name: 'x-token-abc12' }] }), {}],
  ['a token Secret is emptied', made('v1', 'Secret', { type: 'kubernetes.io/service-account-token', data: { token: 'eA==', 'ca.crt': 'eA==', namespace: 'eA==', own: 'eA==' }, metadata: { annotations: { 'kubernetes.io/service-account.uid': 'u', 'kubernetes.io/service-account.name': 'x' } } }), { type: 'kubernetes.io/service-account-token', data: { own: 'eA==' }, metadata: { annotations: { 'kubernetes.io/service-account.name': 'x' } } }],
  ['a Helm release stays byte for byte', made('v1', 'Secret', { type: 'helm.sh/release.v1', data: { release: 'SDRzSQ==' }, metadata: { labels: { owner: 'helm', status: 'deployed', version: '3' } } }), { type: 'helm.sh/release.v1', data: { release: 'SDRzSQ==' }, metadata: { labels: { owner: 'helm', status: 'deployed', version: '3' } } }],
  ["a Job's uid labels and selector go", made('batch/v1', 'Job', { spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } }, template: { metadata: { labels: { 'controller-uid': 'u', 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'x', 'batch.kubernetes.io/job-name': 'x', app: 'a' } } } } }), { spec: { template: { metadata: { labels: { app: 'a' } } } } }],
  ['a selector that a person chose stays', made('batch/v1', 'Job', { spec: { manualSelector: true, selector: { matchLabels: { app: 'a' } } } }), { spec: { manualSelector: true, selector: { matchLabels: { app: 'a' } } } }],
  ['a CA bundle that is injected goes, of a webhook', made('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { metadata: injected, webhooks: [{ name: 'w', ...structuredClone(bundle) }] }), { metadata: injected, webhooks: [{ name: 'w', clientConfig: { service: { name: 's', namespace: 'n' } } }] }],
  ['a CA bundle that is injected goes, of a conversion', made('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { metadata: injected, spec: { conversion: { webhook: structuredClone(bundle) } } }), { metadata: injected, spec: { conversion: { webhook: { clientConfig: { service: { name: 's', namespace: 'n' } } } } } }],
  ['a CA bundle that is injected goes, of an APIService', made('apiregistration.k8s.io/v1', 'APIService', { metadata: { annotations: { 'cert-manager.io/inject-apiserver-ca': 'true' } }, spec: { caBundle: 'QQ==', group: 'g' } }), { metadata: { annotations: { 'cert-manager.io/inject-apiserver-ca': 'true' } }, spec: { group: 'g' } }],
  ['a CA bundle of the person stays', made('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { webhooks: [{ name: 'w', ...structuredClone(bundle) }] }), { webhooks: [{ name: 'w', ...bundle }] }],
  ['a Namespace has no spec', made('v1', 'Namespace', { spec: { finalizers: ['kubernetes'] } }), {}],
  ['a claim is bound anew', made('v1', 'PersistentVolumeClaim', { metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes', 'volume.kubernetes.io/selected-node': 'n', 'volume.kubernetes.io/storage-provisioner': 'p' } }, spec: { volumeName: 'pvc-1', storageClassName: 's' } }), { spec: { storageClassName: 's' } }],
  ['a claim whose volume a person chose keeps it', made('v1', 'PersistentVolumeClaim', { metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName: 'mine' } }), { spec: { volumeName: 'mine' } }],
  ['a volume waits for its claim by name', made('v1', 'PersistentVolume', { metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': 'p', 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { claimRef: { name: 'c', namespace: 'n', uid: 'u', resourceVersion: '3' } } }), { metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': 'p' } }, spec: { claimRef: { name: 'c', namespace: 'n' } } }],
  ['empty values that mean something stay', made('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ingress: [] } }), { spec: { podSelector: {}, ingress: [] } }],
];

describe('made new', () => {
  test.each(table)('%s', (_name, stored, sent) => {
    const before = stringifyJson(stored);
    const { metadata, ...rest } = sent as { metadata?: JsonObject };
    expect(cleanForCreate(stored)).toEqual({ apiVersion: stored.apiVersion, kind: stored.kind, ...rest, metadata: { name: 'x', namespace: 'monitoring', ...metadata } });
    expect(stringifyJson(stored)).toBe(before);
  });

  test('every rule does something in the table above', () => {
    const idle = createRules.filter(({ kinds, apply }) =>
      table.every(([, stored]) => {
        if (kinds && !kinds.includes(stored.kind)) return true;
        const copy = parseJson(stringifyJson(stored)) as JsonObject;
        apply(copy, stored);
        return stringifyJson(copy) === stringifyJson(stored);
      }),
    );
    expect(idle.map(({ name }) => name)).toEqual([]);
  });

  test('a number that no double holds stays what it was', () => {
    const stored = parseJson('{"apiVersion":"v1","kind":"X","metadata":{"name":"x","uid":"u"},"spec":{"at":1599742175127236001}}') as KubeObject;
    expect(stringifyJson(cleanForCreate(stored))).toBe('{"apiVersion":"v1","kind":"X","metadata":{"name":"x"},"spec":{"at":1599742175127236001}}');
  });
});
