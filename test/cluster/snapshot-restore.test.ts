/** kubectl snapshot restore on a real control plane: what it writes, what it leaves, what it refuses, and back again. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JsonObject } from '../../lib/core/json.ts';
import type { ObjectTarget, Plan } from '../../lib/run/plan.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { takeSnapshot } from '../support/captured.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';
import { configMap } from './kube-connection.ts';

const secret = (name: string, value: string, more: JsonObject = {}) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { 'objstore.yml': value }, ...more });
const service = (name: string, port: number) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ name: 'http', port }] } });
const plain = (object: any) => ({ labels: object.metadata.labels, annotations: object.metadata.annotations, data: object.data, spec: object.spec, type: object.type, immutable: object.immutable });
const verbsOf = (plan: Plan) => Object.fromEntries((plan.targets as ObjectTarget[]).map(({ object, verb }) => [`${object.kind}/${object.name}`, verb]));

test.concurrent('puts back what differs, makes what is missing, leaves the rest; a second restore has nothing to do', async ({ cluster, namespace, home, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('changed', { a: '1', gone: 'x' }), configMap('deleted', { b: '2' }), configMap('same'), secret('objstore', 'planted-secret-value'), service('web', 80)]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['configmaps', 'secrets', 'services'] });
  const read = async (target: string) => plain(await kubectlJson(cluster, ['get', target], { namespace }));
  const before = await Promise.all(['cm/changed', 'cm/deleted', 'secret/objstore', 'svc/web'].map(read));
  await kube(['patch', 'cm', 'changed', '--type=merge', '-p', '{"data":{"a":"9","added":"y","gone":null},"metadata":{"labels":{"new":"one"}}}']);
  await kube(['delete', 'cm', 'deleted']);
  await kube(['patch', 'secret', 'objstore', '--type=merge', '-p', '{"stringData":{"objstore.yml":"another-planted-value"}}']);
  await kube(['patch', 'svc', 'web', '--type=json', '-p', '[{"op":"replace","path":"/spec/ports/0/port","value":81}]']);
  await kube(['create', 'configmap', 'added-since']);

  const planned = await cli('snapshot', ['restore', id, '-n', namespace, '--dry-run=server', '-o', 'json']);
  expect(planned, planned.stderr).toMatchObject({ exitCode: 0 });
  expect(verbsOf(JSON.parse(planned.stdout))).toMatchObject({ 'ConfigMap/changed': 'update', 'ConfigMap/deleted': 'create', 'ConfigMap/same': 'noop', 'ConfigMap/kube-root-ca.crt': 'skip', 'Secret/objstore': 'update', 'Service/web': 'update', 'ConfigMap/added-since': 'skip' });

  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--yes', '--reason=test']);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stdout.split('\n').sort()).toEqual(['', 'configmap/changed updated', 'configmap/deleted created', 'secret/objstore updated', 'service/web updated'].sort());
  expect(done.stderr).toContain('added since, and left: configmap/added-since');
  expect(await Promise.all(['cm/changed', 'cm/deleted', 'secret/objstore', 'svc/web'].map(read))).toEqual(before);
  expect((await kube(['get', 'cm', 'added-since'])).exitCode).toBe(0);

  const again = await cli('snapshot', ['restore', id, '-n', namespace, '--yes']);
  expect(again, again.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.stdout).toContain('configmap/changed is as wanted already\n');

  // No value of a Secret in anything that was printed, or kept in the clear: in no file below the home, in no record in the cluster.
  const kept = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
  const { items } = await kubectlJson(cluster, ['get', 'configmaps,secrets,leases,events', '--show-managed-fields'], { namespace });
  const records = items.filter(({ metadata }: any) => metadata.name !== 'objstore');
  expect(records.filter(({ kind, metadata }: any) => kind === 'Secret' && metadata.name.startsWith('retrace-run-'))).toHaveLength(1);
  const decoded = records.flatMap(({ kind, data }: any) => (kind === 'Secret' ? Object.values(data ?? {}).map((value) => Buffer.from(String(value), 'base64').toString('latin1')) : []));
  for (const value of ['planted-secret-value', 'another-planted-value']) {
    const forms = [value, ...[0, 1, 2].map((shift) => Buffer.from('x'.repeat(shift) + value).toString('base64').slice(shift === 0 ? 0 : 4, -4))];
    for (const text of [planned.stdout, planned.stderr, done.stdout, done.stderr, again.stdout, again.stderr, JSON.stringify(records), ...decoded, ...kept]) for (const form of forms) expect(text.includes(form), form).toBe(false);
  }
});

test.concurrent('what cannot be changed is deleted and made again; claims are not', async ({ cluster, namespace, home, cli, kube }) => {
  const labels = { app: 'web' };
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'web' }, spec: { serviceName: 'web', replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:v1' }] } } } };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: { storageClassName: 'none', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
  const roles = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'reader' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'eve' }] };
  await applyManifests(cluster, namespace, [set, { ...configMap('sealed', { a: '1' }), immutable: true }, secret('typed', 'x', { type: 'example.com/one' }), claim, roles]);
  await waitUntil(async () => (await kube(['get', 'pod', 'web-0'], { allowFailure: true })).exitCode === 0, { what: 'web-0' });
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['statefulsets', 'configmaps', 'secrets', 'persistentvolumeclaims', 'rolebindings'] });
  const podUid = (await kubectlJson(cluster, ['get', 'pod', 'web-0'], { namespace })).metadata.uid;

  await kube(['delete', 'sts', 'web', '--cascade=orphan']);
  for (const target of ['cm/sealed', 'secret/typed', 'rolebinding/reader']) await kube(['delete', target]);
  await applyManifests(cluster, namespace, [
    { ...set, spec: { ...set.spec, podManagementPolicy: 'Parallel' } },
    { ...configMap('sealed', { a: '2' }), immutable: true },
    secret('typed', 'x', { type: 'example.com/two' }),
    { ...roles, roleRef: { ...roles.roleRef, name: 'edit' } },
  ]);
  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--yes']);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  for (const name of ['statefulset/web', 'configmap/sealed', 'secret/typed', 'rolebinding/reader']) expect(done.stdout).toContain(`${name} deleted and created again\n`);
  const live = await kubectlJson(cluster, ['get', 'sts/web', 'cm/sealed', 'secret/typed', 'rolebinding/reader'], { namespace });
  expect(live.items.map((item: any) => item.spec?.podManagementPolicy ?? item.data?.a ?? item.roleRef?.name ?? item.type)).toEqual(['OrderedReady', '1', 'example.com/one', 'view']);
  // Its pod was left to its successor.
  expect((await kubectlJson(cluster, ['get', 'pod', 'web-0'], { namespace })).metadata.uid).toBe(podUid);

  const [run] = readdirSync(join(home, 'state', 'retrace', 'runs'));
  const back = await cli('rollback', ['revert', run!, `--confirm=${namespace}`]);
  expect(back, back.stderr).toMatchObject({ exitCode: 0 });
  const reverted = await kubectlJson(cluster, ['get', 'sts/web', 'cm/sealed', 'secret/typed', 'rolebinding/reader'], { namespace });
  expect(reverted.items.map((item: any) => item.spec?.podManagementPolicy ?? item.data?.a ?? item.roleRef?.name ?? item.type)).toEqual(['Parallel', '2', 'example.com/two', 'edit']);
  expect((await kubectlJson(cluster, ['get', 'pod', 'web-0'], { namespace })).metadata.uid).toBe(podUid);
});

test.concurrent('revert: what the run made goes, what it changed and deleted comes back', async ({ cluster, namespace, home, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('changed', { a: '1' }), configMap('missing', { b: '2' })]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['configmaps'] });
  await kube(['patch', 'cm', 'changed', '--type=merge', '-p', '{"data":{"a":"9"}}']);
  await kube(['delete', 'cm', 'missing']);
  await kube(['create', 'configmap', 'added', '--from-literal=c=3']);

  const refused = await cli('snapshot', ['restore', id, '-n', namespace, '--delete-added', '--yes']);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain(`--confirm=${namespace}`);
  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--delete-added', `--confirm=${namespace}`]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stdout).toContain('configmap/added deleted\n');
  expect((await kube(['get', 'cm', 'added'], { allowFailure: true })).exitCode).not.toBe(0);

  const [run] = readdirSync(join(home, 'state', 'retrace', 'runs'));
  const back = await cli('rollback', ['revert', run!, `--confirm=${namespace}`]);
  expect(back, back.stderr).toMatchObject({ exitCode: 0 });
  const { items } = await kubectlJson(cluster, ['get', 'cm'], { namespace });
  const data = Object.fromEntries(items.filter((item: any) => !/^(retrace-run|kube-root)/.test(item.metadata.name)).map((item: any) => [item.metadata.name, item.data]));
  expect(data).toEqual({ changed: { a: '9' }, added: { c: '3' } });
});

test.concurrent('refused: another cluster, an incomplete snapshot, no key; each says what to type', async ({ cluster, namespace, home, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('a', { a: '1' }), secret('s', 'value')]);
  await takeSnapshot(cluster, home, namespace, { id: 'other', kinds: ['configmaps'], manifest: { cluster: { contextName: 'prod', server: 'https://prod.example.com', uid: 'u-prod' } } });
  await takeSnapshot(cluster, home, namespace, { id: 'partial', kinds: ['configmaps'], manifest: { complete: false, gaps: [{ what: 'secrets', why: 'access.forbidden', detail: '' }] } });
  await takeSnapshot(cluster, home, namespace, { id: 'sealed', kinds: ['configmaps', 'secrets'] });
  await kube(['patch', 'cm', 'a', '--type=merge', '-p', '{"data":{"a":"9"}}']);
  await kube(['patch', 'secret', 's', '--type=merge', '-p', '{"stringData":{"objstore.yml":"changed"}}']);
  const restore = (...args: string[]) => cli('snapshot', ['restore', ...args, '-n', namespace]);

  const other = await restore('other', '--yes');
  expect(other).toMatchObject({ exitCode: 4, stdout: '' });
  for (const word of ['prod', 'https://prod.example.com', '--to-other-cluster', 'Nothing was changed']) expect(other.stderr).toContain(word);
  const partial = await restore('partial', '--yes');
  expect(partial).toMatchObject({ exitCode: 5, stdout: '' });
  for (const word of ['not in it: secrets', '--incomplete']) expect(partial.stderr).toContain(word);
  rmSync(join(home, 'config', 'retrace', 'identity.txt'));
  const sealed = await restore('sealed', '--yes');
  expect(sealed).toMatchObject({ exitCode: 11, stdout: '' });
  expect(sealed.stderr).toContain('--identity=FILE');
  expect((await kubectlJson(cluster, ['get', 'cm', 'a'], { namespace })).data).toEqual({ a: '9' });

  for (const args of [['other', '--to-other-cluster'], ['partial', '--incomplete']]) {
    const { exitCode, stdout } = await restore(...args, '--dry-run=server', '-o', 'json');
    expect(exitCode).toBe(0);
    expect(verbsOf(JSON.parse(stdout))).toMatchObject({ 'ConfigMap/a': 'update' });
  }
  const skipped = await restore('sealed', '--secrets=skip', '--yes');
  expect(skipped, skipped.stderr).toMatchObject({ exitCode: 0, stdout: 'configmap/a updated\n' });
  expect(skipped.stderr).toContain('secret/s stays as it is');
});

test.concurrent('refused by an owner or by the server: told, left, and not a success; one by name', async ({ cluster, namespace, home, cli, kube }) => {
  const release = { 'meta.helm.sh/release-name': 'kps', 'meta.helm.sh/release-namespace': namespace };
  const owned = { ...configMap('of-helm', { a: '1' }), metadata: { name: 'of-helm', labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: release } };
  const record = { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { name: 'sh.helm.release.v1.kps.v1', labels: { owner: 'helm', name: 'kps', status: 'deployed', version: '1' } }, data: { release: 'eA==' } };
  await applyManifests(cluster, namespace, [owned, configMap('free', { a: '1' }), record, service('fixed', 80)]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['configmaps', 'secrets', 'services'] });
  for (const name of ['of-helm', 'free']) await kube(['patch', 'cm', name, '--type=merge', '-p', '{"data":{"a":"9"}}']);
  await kube(['patch', 'secret', record.metadata.name, '--type=merge', '-p', '{"data":{"release":"eQ=="}}']);

  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--yes']);
  expect(done, done.stderr).toMatchObject({ exitCode: 5, stdout: 'configmap/free updated\n' });
  for (const word of ['configmap/of-helm was not restored', 'kps', '--without-hold', 'Everything else is restored']) expect(done.stderr).toContain(word);
  expect((await kubectlJson(cluster, ['get', 'cm', 'of-helm'], { namespace })).data).toEqual({ a: '9' });
  // A stored revision of Helm comes back only when it is named.
  expect((await kubectlJson(cluster, ['get', 'secret', record.metadata.name], { namespace })).data.release).toBe('eQ==');
  const named = await cli('snapshot', ['restore', id, `secret/${record.metadata.name}`, '-n', namespace, '--yes']);
  expect(named, named.stderr).toMatchObject({ exitCode: 0 });
  expect((await kubectlJson(cluster, ['get', 'secret', record.metadata.name], { namespace })).data.release).toBe('eA==');
  const anyway = await cli('snapshot', ['restore', id, 'cm/of-helm', '-n', namespace, '--without-hold', '--yes']);
  expect(anyway, anyway.stderr).toMatchObject({ exitCode: 0, stdout: 'configmap/of-helm updated\n' });
  expect(anyway.stderr).toContain('will be put back');

  const missing = await cli('snapshot', ['restore', id, 'cm/fre', '-n', namespace, '--yes']);
  expect(missing).toMatchObject({ exitCode: 5, stdout: '' });
  expect(missing.stderr).toContain('Did you mean free?');
});

test.concurrent('as a new namespace: with its own addresses, nobody above it, subjects that came along', async ({ cluster, namespace, home, cli, onTestFinished }) => {
  const copy = `${namespace}-copy`;
  onTestFinished(() => void kubectl(cluster, ['delete', 'namespace', copy, '--wait=false'], { allowFailure: true }));
  const tracked = { name: 'tracked', labels: { 'app.kubernetes.io/instance': 'app' }, annotations: { 'argocd.argoproj.io/tracking-id': `app:/ConfigMap:${namespace}/tracked` } };
  await applyManifests(cluster, namespace, [
    { ...configMap('tracked', { a: '1' }), metadata: tracked },
    { ...service('web', 80), spec: { ...service('web', 80).spec, type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30321 }] } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'own' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }] },
  ]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['configmaps', 'services', 'rolebindings', 'serviceaccounts'] });
  const done = await cli('snapshot', ['restore', id, '-n', namespace, `--as-new-namespace=${copy}`, `--confirm=${copy}`]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  const [made, web, own] = await Promise.all(['cm/tracked', 'svc/web', 'rolebinding/own'].map((target) => kubectlJson(cluster, ['get', target], { namespace: copy })));
  expect({ labels: made.metadata.labels, annotations: made.metadata.annotations, data: made.data }).toEqual({ labels: undefined, annotations: undefined, data: { a: '1' } });
  expect(web.spec.ports[0].nodePort).not.toBe(30321);
  expect(own.subjects).toEqual([{ kind: 'ServiceAccount', name: 'default', namespace: copy }]);

  const again = await cli('snapshot', ['restore', id, '-n', namespace, `--as-new-namespace=${copy}`, `--confirm=${copy}`]);
  expect(again).toMatchObject({ exitCode: 2, stdout: '' });
  expect(again.stderr).toContain(`there is a namespace ${copy} already`);

  const [run] = readdirSync(join(home, 'state', 'retrace', 'runs'));
  const back = await cli('rollback', ['revert', run!, `--confirm=${copy}`]);
  expect(back, back.stderr).toMatchObject({ exitCode: 0 });
  await waitUntil(async () => (await kubectl(cluster, ['get', 'namespace', copy], { allowFailure: true })).exitCode !== 0, { what: `${copy} to be gone` });
});
