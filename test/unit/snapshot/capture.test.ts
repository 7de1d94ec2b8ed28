import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import type { KubeObject, ResourceType } from '../../../lib/kube/types.ts';
import { chooseClusterRbac, findNames } from '../../../lib/snapshot/capture/cluster-needs.ts';
import { findArgoInForce, findHelmInForce } from '../../../lib/snapshot/capture/in-force.ts';
import { chooseTypes } from '../../../lib/snapshot/capture/scope.ts';
import { isWorthless, isWorthlessType } from '../../../lib/snapshot/capture/worthless.ts';

function type(plural: string, group: string, more: Partial<ResourceType> = {}): ResourceType {
  return { group, version: 'v1', kind: plural, plural, singular: plural.slice(0, -1), shortNames: [], namespaced: true, verbs: ['get', 'list'], ...more };
}

function object(name: string, metadata: JsonObject = {}, more: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name, namespace: 'monitoring', uid: `uid-${name}`, ...metadata }, ...more } as unknown as KubeObject;
}

const controlled = (kind: string): JsonObject => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'u', controller: true }] });
const namesOf = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);

const all = [
  type('configmaps', '', { shortNames: ['cm'] }),
  type('secrets', ''),
  type('pods', '', { shortNames: ['po'] }),
  type('namespaces', '', { namespaced: false }),
  type('reviews', 'authentication.k8s.io', { verbs: ['create'] }),
  type('leases', 'coordination.k8s.io'),
  type('volumes', 'longhorn.io'),
  type('recurringjobs', 'longhorn.io'),
  type('clusterroles', 'rbac.authorization.k8s.io', { namespaced: false }),
  type('settings', 'example.com'),
];
const discovery = { all, preferred: all };
const chosen = (scope: Parameters<typeof chooseTypes>[1]) => {
  const { listed, needed } = chooseTypes(discovery, scope);
  return [listed, needed].map((types) => types.map(({ plural }) => plural));
};

describe('which types', () => {
  test('whatever can be listed and is worth keeping; with namespaces, cluster-scoped types as far as they are needed', () => {
    expect(chosen({})).toEqual([['configmaps', 'secrets', 'namespaces', 'recurringjobs', 'clusterroles', 'settings'], []]);
    expect(chosen({ namespaces: ['a'] })).toEqual([['configmaps', 'secrets', 'recurringjobs', 'settings'], ['namespaces', 'clusterroles']]);
  });

  test('kinds as kubectl spells them; one that is named is captured whole, also without a namespace', () => {
    expect(chosen({ namespaces: ['a'], kinds: ['cm', 'clusterrole'] })).toEqual([['configmaps', 'clusterroles'], []]);
    expect(chosen({ withoutKinds: ['secret', 'settings.example.com', 'namespace'] })[0]).toEqual(['configmaps', 'recurringjobs', 'clusterroles']);
    expect(chosen({ omitSecrets: true })[0]).not.toContain('secrets');
  });

  test('a kind that is not served, or that is never kept, is refused by its name', () => {
    expect(() => chosen({ kinds: ['cm', 'configmapz'] })).toThrow(expect.objectContaining({ code: 'kind.unknown', params: expect.objectContaining({ name: 'configmapz' }) }));
    expect(() => chosen({ withoutKinds: ['nothing'] })).toThrow(expect.objectContaining({ code: 'kind.unknown' }));
    expect(() => chosen({ kinds: ['po'] })).toThrow(expect.objectContaining({ code: 'snapshot.never-kept', params: { kind: 'pods' } }));
  });
});

describe('never worth keeping', () => {
  test.each([
    ['events', ''], ['events', 'events.k8s.io'], ['pods', ''], ['nodes', ''], ['bindings', ''], ['componentstatuses', ''], ['leases', 'coordination.k8s.io'],
    ['controllerrevisions', 'apps'], ['csinodes', 'storage.k8s.io'], ['volumeattachments', 'storage.k8s.io'], ['pods', 'metrics.k8s.io'],
    ['engines', 'longhorn.io'], ['replicas', 'longhorn.io'], ['volumes', 'longhorn.io'], ['nodes', 'longhorn.io'],
  ])('%s of group "%s"', (plural, group) => expect(isWorthlessType({ plural, group })).toBe(true));

  test.each([['settings', 'longhorn.io'], ['nodes', 'example.com'], ['volumeattachments', 'other.io'], ['storageclasses', 'storage.k8s.io'], ['replicasets', 'apps'], ['endpointslices', 'discovery.k8s.io'], ['csidrivers', 'storage.k8s.io']])(
    'but %s of group "%s" may be',
    (plural, group) => expect(isWorthlessType({ plural, group })).toBe(false),
  );

  test.each([
    ['replicasets.apps', object('rs', controlled('Deployment')), true],
    ['replicasets.apps', object('rs'), false],
    ['replicasets.apps', object('rs', controlled('Rollout')), false],
    ['endpointslices.discovery.k8s.io', object('s', controlled('Service')), true],
    ['endpointslices.discovery.k8s.io', object('s'), false],
    ['endpoints', object('e', { labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } }), true],
    ['endpoints', object('e', { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-11-25T00:00:00Z' } }), true],
    ['endpoints', object('e', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }), true],
    ['endpoints', object('e'), false],
    ['configmaps', object('kube-root-ca.crt'), true],
    ['configmaps', object('retrace-run-r-7k2m4d'), true],
    ['secrets', object('retrace-run-r-7k2m4d-2'), true],
    ['configmaps', object('rules'), false],
    ['jobs.batch', object('job', controlled('CronJob')), false],
  ])('%s %#', (name, one, worthless) => expect(isWorthless(name, one)).toBe(worthless));
});

describe('cluster-scoped objects that the captured ones need', () => {
  const needs = (captured: Record<string, KubeObject[]>) => Object.fromEntries([...findNames(new Map(Object.entries(captured)))].map(([key, names]) => [key, [...names]]));

  test('classes, wherever in an object they are named: pod templates, claim templates, custom resources, old annotations', () => {
    const statefulSet = object('receive', {}, { spec: { template: { spec: { priorityClassName: 'high', runtimeClassName: 'kata' } }, volumeClaimTemplates: [{ spec: { storageClassName: 'longhorn' } }] } });
    const prometheus = object('kps', {}, { spec: { priorityClassName: 'other', storage: { volumeClaimTemplate: { spec: { storageClassName: 'fast' } } } } });
    const ingress = object('web', { annotations: { 'kubernetes.io/ingress.class': 'old' } }, { spec: { ingressClassName: 'nginx' } });
    const claim = object('data', { annotations: { 'volume.beta.kubernetes.io/storage-class': 'older' } }, { spec: { volumeName: 'pv-1', storageClassName: '' } });
    expect(needs({ 'statefulsets.apps': [statefulSet], 'prometheuses.monitoring.coreos.com': [prometheus], 'ingresses.networking.k8s.io': [ingress], persistentvolumeclaims: [claim] })).toEqual({
      'storageclasses.storage.k8s.io': ['longhorn', 'fast', 'older'],
      'priorityclasses.scheduling.k8s.io': ['high', 'other'],
      'runtimeclasses.node.k8s.io': ['kata'],
      'ingressclasses.networking.k8s.io': ['old', 'nginx'],
      persistentvolumes: ['pv-1'],
      'customresourcedefinitions.apiextensions.k8s.io': ['statefulsets.apps', 'prometheuses.monitoring.coreos.com', 'ingresses.networking.k8s.io'],
    });
  });

  test('not what a ConfigMap says, not a volumeName elsewhere, no definition for a type without objects', () => {
    expect(needs({ configmaps: [object('c', {}, { data: { storageClassName: 'x' } })], 'snapshots.example.com': [], services: [object('s', {}, { spec: { volumeName: 'pv-2' } })] })).toEqual({});
  });

  const binding = (name: string, role: string, ...subjects: JsonObject[]) => object(name, {}, { roleRef: { kind: 'ClusterRole', name: role }, subjects });
  const role = (name: string, more: JsonObject = {}, labels: JsonObject = {}) => object(name, { labels }, more);

  test('cluster roles by their bindings, three spellings of a service account, and roles that are put together of others', () => {
    const here = { kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' };
    const all = {
      clusterRoleBindings: [
        binding('by-account', 'view-nodes', here),
        binding('elsewhere', 'nothing', { ...here, namespace: 'other' }),
        binding('by-user', 'by-user', { kind: 'User', name: 'system:serviceaccount:monitoring:x' }),
        binding('by-group', 'by-group', { kind: 'Group', name: 'system:serviceaccounts:monitoring' }),
        binding('everybody', 'nothing', { kind: 'Group', name: 'system:serviceaccounts' }),
        binding('person', 'nothing', { kind: 'User', name: 'monitoring' }),
        object('without-subjects', {}, { roleRef: { kind: 'ClusterRole', name: 'nothing' } }),
      ],
      clusterRoles: [
        role('view-nodes', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'nodes' } }] } }),
        role('part', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'of-part' } }] } }, { part: 'nodes' }),
        role('part-of-part', {}, { part: 'of-part' }),
        role('by-user'),
        role('by-group'),
        role('nothing'),
        role('of-role-binding'),
        role('of-role'),
      ],
    };
    const roleBindings = [binding('rb', 'of-role-binding'), object('to-role', {}, { roleRef: { kind: 'Role', name: 'of-role' } })];
    const found = chooseClusterRbac(all, roleBindings, ['monitoring']);
    expect(namesOf(found.clusterRoleBindings)).toEqual(['by-account', 'by-user', 'by-group']);
    expect(namesOf(found.clusterRoles)).toEqual(['view-nodes', 'part', 'part-of-part', 'by-user', 'by-group', 'of-role-binding']);
  });
});

describe('revisions in force', () => {
  const stored = (name: string, version: string, status: string, more: JsonObject = {}) => object(`sh.helm.release.v1.${name}.v${version}`, { labels: { owner: 'helm', name, version, status } }, more);
  const payload = (chart: JsonObject) => Buffer.from(Buffer.from(JSON.stringify({ chart: { metadata: chart } })).toString('base64')).toString('base64');

  test('of Helm: the newest that is deployed, by number and not by text; the newest of all where none is', () => {
    const objects = [
      stored('kps', '9', 'superseded'),
      stored('kps', '10', 'deployed', { kind: 'Secret', data: { release: payload({ name: 'kube-prometheus-stack', version: '80.1.0' }) } }),
      stored('kps', '11', 'failed'),
      stored('new', '1', 'failed'),
      stored('new', '2', 'pending-upgrade'),
      object('no-release', { labels: { owner: 'helm', name: 'x' } }),
      object('plain'),
    ];
    expect(findHelmInForce(objects)).toEqual([
      { release: 'kps', namespace: 'monitoring', revision: 10, status: 'deployed', chart: 'kube-prometheus-stack-80.1.0' },
      { release: 'new', namespace: 'monitoring', revision: 2, status: 'pending-upgrade', chart: '' },
    ]);
  });

  test('of Argo CD: what was synced by the Applications that deliver here', () => {
    const application = (name: string, more: JsonObject) => object(name, { namespace: 'argocd' }, more);
    const applications = [
      application('by-destination', { spec: { destination: { namespace: 'monitoring' } }, status: { sync: { revision: 'aaa' } } }),
      application('by-resource', { status: { resources: [{ kind: 'ConfigMap', namespace: 'monitoring', name: 'c' }], operationState: { syncResult: { revision: 'bbb' } }, sync: { revision: 'ccc' } } }),
      application('elsewhere', { spec: { destination: { namespace: 'other' } }, status: { sync: { revision: 'ddd' } } }),
    ];
    expect(findArgoInForce(applications, ['monitoring'])).toEqual([
      { application: 'by-destination', namespace: 'argocd', revision: 'aaa' },
      { application: 'by-resource', namespace: 'argocd', revision: 'bbb' },
    ]);
    expect(findArgoInForce(applications, ['argocd']).length).toBe(3);
    expect(findArgoInForce(applications, undefined).length).toBe(3);
  });
});
