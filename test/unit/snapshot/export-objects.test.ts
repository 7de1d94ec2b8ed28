import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { exportObjects } from '../../../lib/snapshot/export/export-objects.ts';
import { fileNamesOf } from '../../../lib/snapshot/export/file-names.ts';
import { selectObjects } from '../../../lib/snapshot/select.ts';
import { stubOf, type StoredObject } from '../../../lib/snapshot/stored-object.ts';
import { base64, makeObject, planted, plantedForms } from './sample-objects.ts';

const clusterRole = (name: string) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } }) as unknown as KubeObject;
const secret = makeObject('Secret', 'objstore', { type: 'Opaque', data: { key: base64(planted) } });
const withPassword = makeObject('ConfigMap', 'agent', { data: { 'agent.yml': `basic_auth:\n  password: ${planted}\n` } });
const config = makeObject('ConfigMap', 'rules', { data: { a: 'yes' } }, { managedFields: [{ manager: 'x' }], annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } });
const owned = makeObject('ConfigMap', 'made', {}, { ownerReferences: [{ kind: 'Prometheus', name: 'k8s', controller: true }] });
const release = makeObject('Secret', 'sh.helm.release.v1.kps.v1', { type: 'helm.sh/release.v1', data: {} });
const whole = (...objects: KubeObject[]): StoredObject[] => objects.map((object) => ({ object }));

describe('an export', () => {
  test('is clean, in the order in which objects can be created', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' }, spec: { finalizers: ['kubernetes'] } } as unknown as KubeObject;
    const { exported, leftOut } = exportObjects(whole(makeObject('StatefulSet', 'web', { spec: { replicas: 1 }, status: { replicas: 1 } }), config, namespace), { withSecrets: false, isNamed: false });
    expect(leftOut).toEqual([]);
    expect(exported.map(({ yaml }) => load(yaml))).toEqual([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rules', namespace: 'monitoring' }, data: { a: 'yes' } },
      { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'web', namespace: 'monitoring' }, spec: { replicas: 1 } },
    ]);
  });

  test('leaves out whatever holds a credential, whole', () => {
    const { exported, leftOut } = exportObjects(whole(secret, withPassword, config), { withSecrets: false, isNamed: true });
    expect(exported.map(({ fileName }) => fileName)).toEqual(['configmap_monitoring_rules.yaml']);
    expect(leftOut.map(({ object, why }) => `${object.name} ${why}`)).toEqual(['objstore credential', 'agent credential']);
    for (const form of plantedForms) expect(JSON.stringify([exported, leftOut])).not.toContain(form);
  });

  test('has them when asked for, and says which no key opens', () => {
    const stored: StoredObject[] = [...whole(secret), { ...stubOf(withPassword), sealed: true }, { ...stubOf(makeObject('Secret', 'other')), omitted: true }];
    const { exported, leftOut } = exportObjects(stored, { withSecrets: true, isNamed: false });
    expect(exported.map(({ yaml }) => load(yaml))).toEqual([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'objstore', namespace: 'monitoring' }, type: 'Opaque', data: { key: base64(planted) } }]);
    expect(leftOut.map(({ object, why }) => `${object.name} ${why}`)).toEqual(['agent locked', 'other omitted']);
  });

  test('leaves out what is made from something else', () => {
    expect(exportObjects(whole(owned, release), { withSecrets: true, isNamed: false }).leftOut.map(({ why }) => why)).toEqual(['owned', 'helm-release']);
    expect(exportObjects(whole(owned, release), { withSecrets: true, isNamed: true }).leftOut.map(({ why }) => why)).toEqual(['owned']);
  });
});

describe('file names', () => {
  test('say what is in them, on any file system', () => {
    expect(fileNamesOf([config, clusterRole('system:controller:Job'), clusterRole('a_b~c/ü'), makeObject('ConfigMap', 'x', {}, { namespace: 'aux' })])).toEqual([
      'configmap_monitoring_rules.yaml',
      'clusterrole.rbac.authorization.k8s.io_system~3acontroller~3a~4aob.yaml',
      'clusterrole.rbac.authorization.k8s.io_a~5fb~7ec~2f~c3~bc.yaml',
      'configmap_aux_x.yaml',
    ]);
  });

  test('are never the same for two objects', () => {
    const names = ['a', 'A', 'a_b', 'a~b', 'a:b', 'a.b', 'a-b', '~61', 'a~5fb', 'con', '..', 'x'.repeat(253), `${'x'.repeat(252)}y`, 'ß', 'SS', 'ss', 'İ', '가', '%41', 'a b', 'a\\b', 'a*?"<>|b'];
    const cluster = names.map(clusterRole);
    const inNamespaces = names.flatMap((name) => ['a', 'a.b', 'monitoring'].map((namespace) => makeObject('ConfigMap', name, {}, { namespace })));
    const kinds = ['Foo', 'FOO', 'foo'].map((kind) => ({ ...config, kind }) as KubeObject);
    const fileNames = fileNamesOf([...cluster, ...inNamespaces, ...kinds]);
    expect(new Set(fileNames.map((name) => name.toUpperCase())).size).toBe(fileNames.length);
    for (const name of fileNames) {
      expect(name).toMatch(/^[a-z0-9._~-]+\.yaml$/);
      expect(name.length).toBeLessThanOrEqual(145);
    }
  });
});

describe('a selection', () => {
  const types = [
    { apiVersion: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true, resourceVersion: '1', objects: 2 },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', resource: 'clusterroles', namespaced: false, resourceVersion: '1', objects: 1 },
    { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', resource: 'prometheusrules', namespaced: true, resourceVersion: '1', objects: 1 },
  ];
  const rule = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'rules', namespace: 'monitoring' } } as unknown as KubeObject;
  const objects = [config, makeObject('ConfigMap', 'rules', {}, { namespace: 'other' }), rule, clusterRole('view')];
  const chosen = (words: string[], namespaces?: string[]) => {
    const isChosen = selectObjects(words, namespaces, types, objects, 's-1');
    return objects.filter(isChosen).map(({ kind, metadata }) => `${kind}/${metadata.name} ${String(metadata['namespace'] ?? '-')}`);
  };

  test.each<[string[], string[] | undefined, string[]]>([
    [[], undefined, ['ConfigMap/rules monitoring', 'ConfigMap/rules other', 'PrometheusRule/rules monitoring', 'ClusterRole/view -']],
    // What has no namespace is in none, and can be named whatever -n says.
    [['clusterrole/view'], ['monitoring'], ['ClusterRole/view -']],
    [[], ['other'], ['ConfigMap/rules other']],
    [['cm/rules'], undefined, ['ConfigMap/rules monitoring', 'ConfigMap/rules other']],
    [['configmap', 'rules'], ['monitoring'], ['ConfigMap/rules monitoring']],
    [['promrule/rules'], undefined, ['PrometheusRule/rules monitoring']],
    [['prometheusrules.monitoring.coreos.com'], undefined, ['PrometheusRule/rules monitoring']],
    [['cm,prometheusrule'], ['monitoring'], ['ConfigMap/rules monitoring', 'PrometheusRule/rules monitoring']],
  ])('%j in %j', (words, namespaces, expected) => expect(chosen(words, namespaces)).toEqual(expected));

  test.each<[string[], string, object]>([
    [['sts/x'], 'snapshot.no-such-object', { id: 's-1', target: 'sts/x' }],
    [['cm/rulez'], 'snapshot.no-such-object', { id: 's-1', target: 'cm/rulez', near: ['rules'] }],
    [['a/b/c'], 'target.bad-form', {}],
  ])('%j is refused', (words, code, params) => {
    expect(() => chosen(words)).toThrow(expect.objectContaining({ code, params: expect.objectContaining(params) as unknown }));
  });
});
