import { expect, test } from 'vitest';
import { findDangling } from '../../../lib/snapshot/dangling.ts';
import { makeObject } from './sample-objects.ts';

const kinds = ['ConfigMap', 'Secret', 'ServiceAccount', 'PersistentVolumeClaim', 'Service', 'Role', 'Deployment', 'CronJob', 'Ingress', 'RoleBinding'];
const template = (spec: object) => ({ template: { metadata: {}, spec: { containers: [{ name: 'c', image: 'x' }], ...spec } } });
const find = (objects: ReturnType<typeof makeObject>[], captured = kinds) => findDangling(objects, objects, captured).map(({ from, to, namespace }) => `${from} → ${to} -n ${namespace}`);
const namespace = String(makeObject('ConfigMap', 'x', {}).metadata['namespace']);

test('what pods, an Ingress and a RoleBinding need by name and is not there is named once for each', () => {
  const volumes = [{ name: 'a', configMap: { name: 'gone' } }, { name: 'b', configMap: { name: 'there' } }, { name: 'c', secret: { secretName: 'maybe', optional: true } }, { name: 'd', configMap: { name: 'gone' } }];
  const ingress = makeObject('Ingress', 'web', { spec: { tls: [{ secretName: 'cert' }], rules: [{ http: { paths: [{ backend: { service: { name: 'nobody' } } }] } }] } });
  const binding = { ...makeObject('RoleBinding', 'reader', { roleRef: { kind: 'Role', name: 'no-role' } }), apiVersion: 'rbac.authorization.k8s.io/v1' };
  expect(find([makeObject('ConfigMap', 'there', {}), makeObject('Deployment', 'web', { spec: template({ volumes, serviceAccountName: 'robot' }) }), ingress, binding])).toEqual([
    `deployment/web → configmap/gone -n ${namespace}`,
    `deployment/web → serviceaccount/robot -n ${namespace}`,
    `ingress/web → secret/cert -n ${namespace}`,
    `ingress/web → service/nobody -n ${namespace}`,
    `rolebinding/reader → role/no-role -n ${namespace}`,
  ]);
});

test('of a CronJob too; not what is there, the account that the server makes, a ClusterRole, nor a kind that was left out', () => {
  const job = makeObject('CronJob', 'report', { spec: { jobTemplate: { spec: template({ serviceAccountName: 'default', volumes: [{ name: 'a', secret: { secretName: 'key' } }] }) } } });
  const binding = { ...makeObject('RoleBinding', 'reader', { roleRef: { kind: 'ClusterRole', name: 'view' } }), apiVersion: 'rbac.authorization.k8s.io/v1' };
  expect(find([job, binding])).toEqual([`cronjob/report → secret/key -n ${namespace}`]);
  expect(find([job, binding, makeObject('Secret', 'key', {})])).toEqual([]);
  expect(find([job], kinds.filter((kind) => kind !== 'Secret'))).toEqual([]);
});
