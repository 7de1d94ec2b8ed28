/** What is exported is what the cluster has: read back by the real kubectl, byte for byte, and taken by a real API server. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseJson, type JsonObject } from '../../lib/core/json.ts';
import { diffObjects } from '../../lib/formats/object-diff.ts';
import { test } from '../support/fixtures.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';

const planted = 'hunter2-planted-Credential';
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1', env: [{ name: 'ON', value: 'yes' }] }], volumes: [{ name: 'empty', emptyDir: {} }] } };
const jobTemplate = { spec: { ...template.spec, restartPolicy: 'Never' } };
const object = (apiVersion: string, kind: string, name: string, fields: object = {}) => ({ apiVersion, kind, metadata: { name }, ...fields });

/** One of every kind that a namespace can hold and a snapshot keeps. */
function everyKind(): object[] {
  const workload = { replicas: 0, selector: { matchLabels: labels }, template };
  return [
    object('v1', 'ConfigMap', 'config', { data: { yes: 'no', version: '1.10', empty: '', lines: 'a\n  b \n\n' }, binaryData: { blob: 'AP8B' } }),
    object('v1', 'ConfigMap', 'immutable', { data: { a: 'b' }, immutable: true }),
    object('v1', 'ConfigMap', 'login', { data: { 'web.yml': `basic_auth:\n  password: ${planted}\n` } }),
    object('v1', 'Secret', 'secret', { type: 'Opaque', stringData: { key: planted } }),
    object('v1', 'ServiceAccount', 'account', { imagePullSecrets: [{ name: 'pull' }] }),
    object('v1', 'Service', 'plain', { spec: { selector: labels, ports: [{ name: 'http', port: 80 }] } }),
    object('v1', 'Service', 'headless', { spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80 }] } }),
    object('v1', 'Service', 'node-port', { spec: { type: 'NodePort', selector: labels, ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } }),
    object('v1', 'Service', 'external', { spec: { type: 'ExternalName', externalName: 'example.com' } }),
    object('v1', 'PersistentVolumeClaim', 'claim', { spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } } }),
    object('v1', 'ResourceQuota', 'quota', { spec: { hard: { pods: '100' } } }),
    object('v1', 'LimitRange', 'limits', { spec: { limits: [{ type: 'Container', max: { cpu: '64' } }] } }),
    object('v1', 'PodTemplate', 'pod-template', { template }),
    object('v1', 'ReplicationController', 'controller', { spec: { replicas: 0, selector: labels, template } }),
    object('apps/v1', 'Deployment', 'deployment', { spec: workload }),
    object('apps/v1', 'StatefulSet', 'stateful-set', { spec: { ...workload, serviceName: 'headless', volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }] } }),
    object('apps/v1', 'DaemonSet', 'daemon-set', { spec: { selector: { matchLabels: labels }, template: { ...template, spec: { ...template.spec, nodeSelector: { none: 'none' } } } } }),
    object('apps/v1', 'ReplicaSet', 'replica-set', { spec: workload }),
    object('batch/v1', 'Job', 'job', { spec: { suspend: true, template: jobTemplate } }),
    object('batch/v1', 'CronJob', 'cron-job', { spec: { schedule: '0 0 * * *', suspend: true, jobTemplate: { spec: { template: jobTemplate } } } }),
    object('networking.k8s.io/v1', 'Ingress', 'ingress', { spec: { rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'plain', port: { number: 80 } } } }] } }] } }),
    object('networking.k8s.io/v1', 'NetworkPolicy', 'deny-all', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }),
    object('networking.k8s.io/v1', 'NetworkPolicy', 'allow-all', { spec: { podSelector: {}, ingress: [{}] } }),
    object('policy/v1', 'PodDisruptionBudget', 'budget', { spec: { minAvailable: 1, selector: { matchLabels: labels } } }),
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'scaler', { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'deployment' } } }),
    object('rbac.authorization.k8s.io/v1', 'Role', 'system:odd:Name', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'binding', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'system:odd:Name' }, subjects: [{ kind: 'ServiceAccount', name: 'account' }] }),
    object('discovery.k8s.io/v1', 'EndpointSlice', 'by-hand', { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80 }] }),
  ];
}

const create = (kube: (args: string[], options: { input: string }) => Promise<unknown>, items: object[]) => kube(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });

/** The objects that kubectl printed, one behind the other; `}` in the first column ends one. */
function itemsOf(stdout: string): JsonObject[] {
  const objects = stdout.split(/(?<=^\})\n/m).filter((text) => text.trim() !== '').map((text) => parseJson(text) as JsonObject);
  return objects.flatMap((read) => (read['kind'] === 'List' ? (read['items'] as JsonObject[]) : [read]));
}

const nameOf = ({ kind, metadata }: JsonObject) => `${String(kind)}/${String((metadata as JsonObject)['name'])}`;

test.concurrent('every kind of a namespace can be applied as it was exported: nothing changes, and elsewhere it is new', async ({ cluster, namespace, kube, cli, home }) => {
  const kinds = everyKind();
  await create(kube, kinds);
  const made = await cli('snapshot', ['create', '-n', namespace, '-o', 'name']);
  expect(made.exitCode, made.stderr).toBe(0);
  const id = made.stdout.trim();

  const exported = await cli('snapshot', ['export', id, '-n', namespace, '--with-secrets']);
  expect(exported.exitCode, exported.stderr).toBe(0);
  const applied = itemsOf((await kube(['apply', '--dry-run=server', '-o', 'json', '-f', '-'], { input: exported.stdout })).stdout);
  for (const kind of kinds as JsonObject[]) expect(applied.map(nameOf)).toContain(nameOf(kind));
  for (const one of applied) {
    const live = await kubectlJson<JsonObject>(cluster, ['get', String(one['kind']), String((one['metadata'] as JsonObject)['name'])], { namespace });
    expect(diffObjects(live, one), nameOf(one)).toEqual([]);
  }

  const elsewhere = await createNamespace(cluster);
  const moved = exported.stdout.replaceAll(namespace, elsewhere).split('---\n').filter((document) => !/name: default$/m.test(document)).join('---\n');
  const fresh = itemsOf((await kubectl(cluster, ['create', '--dry-run=server', '-o', 'json', '-f', '-'], { input: moved })).stdout);
  expect(fresh).toHaveLength(applied.length - 1);
  await deleteNamespace(cluster, elsewhere);

  // Without --with-secrets: whatever holds a credential is missing, and said to be.
  const harmless = await cli('snapshot', ['export', id, '-n', namespace]);
  expect(harmless.exitCode).toBe(0);
  expect(harmless.stderr).toBe('Left out, for they hold credentials: --with-secrets writes them, in plain text: configmap/login and secret/secret\n');
  for (const form of [planted, btoa(planted)]) expect(harmless.stdout + harmless.stderr).not.toContain(form);

  const named = await cli('snapshot', ['export', id, 'secret/secret']);
  expect(named).toMatchObject({ exitCode: 5, stdout: '', stderr: `error: secret/secret holds credentials: nothing was exported\nIn plain text:  kubectl snapshot export ${id} secret/secret --with-secrets\n` });

  // One file an object, private when it holds credentials; together they are the same.
  const files = await cli('snapshot', ['export', id, '-n', namespace, '--with-secrets', '--output-dir', 'out']);
  expect(files).toMatchObject({ exitCode: 0, stdout: '', stderr: `${applied.length} objects written to out\n` });
  const names = readdirSync(join(home, 'out'));
  expect(names).toContain(`role.rbac.authorization.k8s.io_${namespace}_system~3aodd~3a~4eame.yaml`);
  expect(names.map((name) => readFileSync(join(home, 'out', name), 'utf8')).sort()).toEqual(exported.stdout.split('---\n').sort());
  expect(statSync(join(home, 'out', `secret_${namespace}_secret.yaml`)).mode & 0o777).toBe(0o600);
  await kube(['apply', '--dry-run=server', '-f', join(home, 'out')]);

  const again = await cli('snapshot', ['export', id, '--output-dir', 'out']);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain('is not empty');
  expect(readdirSync(join(home, 'out'))).toEqual(names);
  writeFileSync(join(home, 'there.yaml'), 'mine');
  const file = await cli('snapshot', ['export', id, '--output-file', 'there.yaml']);
  expect(file).toMatchObject({ exitCode: 2, stdout: '' });
  expect(readFileSync(join(home, 'there.yaml'), 'utf8')).toBe('mine');

  const one = await cli('snapshot', ['export', id, 'cm/config']);
  expect(one.stdout).toBe(`apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\n  namespace: ${namespace}\ndata:\n  empty: ''\n  lines: |+\n    a\n      b \n\n  version: '1.10'\n  'yes': 'no'\nbinaryData:\n  blob: AP8B\n`);
  expect(await cli('snapshot', ['export', id, 'cm/confix'])).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('Did you mean config?') as unknown });
}, 240_000);

test.concurrent('6 000 hostile texts come back from kubectl byte for byte', async ({ namespace, kube, cli, home }) => {
  const texts = hostileTexts(6000);
  const maps = Array.from({ length: 12 }, (_, map) => {
    const own = texts.slice(map * 500, map * 500 + 500);
    const asMap = (some: string[]) => Object.fromEntries(some.map((text, at) => [`k${at}`, text]));
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `hostile-${String(map).padStart(2, '0')}`, annotations: asMap(own.filter((text) => text.length < 300)) }, data: asMap(own) };
  });
  await create(kube, maps);
  const { stdout: id } = await cli('snapshot', ['create', '-n', namespace, '--kinds', 'cm', '-o', 'name']);
  mkdirSync(join(home, 'hostile'));
  const exported = await cli('snapshot', ['export', id.trim(), '-n', namespace, '--with-secrets', '--output-file', 'hostile/all.yaml']);
  expect(exported).toMatchObject({ exitCode: 0, stderr: '12 objects written to hostile/all.yaml\n' });
  const read = itemsOf((await kube(['create', '--dry-run=client', '-o', 'json', '-f', join(home, 'hostile/all.yaml')])).stdout);
  expect(read.map(nameOf)).toEqual(maps.map((map) => `ConfigMap/${map.metadata.name}`));
  read.forEach((map, at) => {
    expect(map['data']).toEqual(maps[at]!.data);
    expect((map['metadata'] as JsonObject)['annotations']).toEqual(maps[at]!.metadata.annotations);
  });
}, 240_000);
