/**
 * The field rules of a restore on real servers, by the whole way: snapshot create, something happens, snapshot restore. What is of the whole cluster
 * is on a control plane of this file's own, which is also the other cluster of the test that needs one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, inject } from 'vitest';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { createNamespace } from '../support/namespace.ts';
import { quickly, runIdIn } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';
import { configMap } from './kube-connection.ts';

let own: ControlPlane;
beforeAll(async () => {
  own = await startControlPlane(inject('runFolder'), 'restore-rules');
});

type Cli = (plugin: 'snapshot' | 'rollback', args: readonly string[], options?: { kubeconfig?: string }) => Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;

/** Takes a snapshot by the command itself. @returns its id */
async function create(cli: Cli, args: readonly string[], kubeconfig?: string): Promise<string> {
  const taken = await cli('snapshot', ['create', ...args, '-o', 'name'], { ...(kubeconfig ? { kubeconfig } : {}) });
  expect(taken, taken.stderr).toMatchObject({ exitCode: 0 });
  return taken.stdout.trim();
}

const read = (plane: ControlPlane, namespace: string, target: string) => kubectlJson(plane, ['get', target], { namespace });
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'shop:1' }] } };

test('a CRD comes back before its objects, which wait until it is served; a second restore has nothing to do', async ({ cli }) => {
  const namespace = await createNamespace(own);
  const group = 'shop.example.com';
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `carts.${group}` }, spec: { group, scope: 'Namespaced', names: { kind: 'Cart', plural: 'carts' }, versions: [{ name: 'v1', served: true, storage: true, schema }] } };
  await applyManifests(own, namespace, [crd]);
  await kubectl(own, ['wait', '--for=condition=Established', `crd/carts.${group}`]);
  await applyManifests(own, namespace, [{ apiVersion: `${group}/v1`, kind: 'Cart', metadata: { name: 'mine' }, spec: { number: 9007199254740993n.toString(), text: 'yes' } }]);
  const id = await create(cli, ['-n', namespace], own.kubeconfig);
  // What is of the whole cluster, and what only an operator knows, is compared and exported as everything else.
  const role = (verbs: string[]) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'cart-reader' }, rules: [{ apiGroups: [group], resources: ['carts'], verbs }] });
  await applyManifests(own, namespace, [role(['get', 'list'])]);
  const whole = await create(cli, ['-A', '--kinds=carts,clusterroles,customresourcedefinitions'], own.kubeconfig);
  await applyManifests(own, namespace, [role(['get'])]);
  await kubectl(own, ['patch', `carts.${group}/mine`, '--type=merge', '-p', '{"spec":{"text":"no"}}'], { namespace });
  const differs = await cli('snapshot', ['diff', whole], { kubeconfig: own.kubeconfig });
  expect(differs, differs.stderr).toMatchObject({ exitCode: 0 });
  expect(differs.stdout).toMatch(/cart\/mine[^]*yes[^]*no/);
  expect(differs.stdout).toMatch(/clusterrole\.?[^\n]*\/cart-reader[^]*list/);
  const exported = await cli('snapshot', ['export', whole, `carts.${group}/mine`, 'clusterrole/cart-reader', `crd/carts.${group}`], { kubeconfig: own.kubeconfig });
  expect(exported, exported.stderr).toMatchObject({ exitCode: 0 });
  const applied = await kubectl(own, ['apply', '--dry-run=server', '-f', '-', '-o', 'name'], { input: exported.stdout });
  expect(applied.stdout.split('\n').filter(Boolean).sort()).toEqual([`cart.${group}/mine`, 'clusterrole.rbac.authorization.k8s.io/cart-reader', `customresourcedefinition.apiextensions.k8s.io/carts.${group}`]);
  await kubectl(own, ['patch', `carts.${group}/mine`, '--type=merge', '-p', '{"spec":{"text":"yes"}}'], { namespace });
  await kubectl(own, ['delete', 'crd', `carts.${group}`]);

  const restore = () => cli('snapshot', ['restore', id, '--yes', ...quickly], { kubeconfig: own.kubeconfig });
  const done = await restore();
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stdout.split('\n').filter((line) => line.includes('created')).sort()).toEqual(['cart/mine created', `customresourcedefinition/carts.${group} created`]);
  expect((await read(own, namespace, `carts.${group}/mine`)).spec).toEqual({ number: '9007199254740993', text: 'yes' });
  expect(await restore()).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);

test.concurrent('replicas stay where an autoscaler has them, and come back where a person has', async ({ cluster, namespace, cli, kube }) => {
  const deployment = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels: { tier: 'good' } }, spec: { replicas: 2, selector: { matchLabels: labels }, template } });
  const scaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'driven' } } };
  await applyManifests(cluster, namespace, [deployment('driven'), deployment('by-hand'), scaler]);
  const id = await create(cli, ['-n', namespace]);
  for (const name of ['driven', 'by-hand']) {
    await kube(['scale', 'deploy', name, '--replicas=3']);
    await kube(['label', 'deploy', name, 'tier=bad', '--overwrite']);
  }
  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--yes', ...quickly]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stderr).toContain('an autoscaler sets the replicas of deployment/driven: they stay as they are now');
  const live = await Promise.all(['driven', 'by-hand'].map((name) => read(cluster, namespace, `deploy/${name}`)));
  expect(live.map(({ spec, metadata }) => [spec.replicas, metadata.labels.tier])).toEqual([[3, 'good'], [2, 'good']]);
  expect(await cli('snapshot', ['restore', id, '-n', namespace, '--yes'])).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);

test("a CA bundle that cert-manager puts in stays today's; one that nobody puts in comes back", async ({ cli }) => {
  const bundle = (text: string) => Buffer.from(`-----BEGIN CERTIFICATE-----\n${Buffer.from(text).toString('base64')}\n-----END CERTIFICATE-----\n`).toString('base64');
  const webhook = (name: string, injected: boolean, path: string, caBundle: string) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name, ...(injected ? { annotations: { 'cert-manager.io/inject-ca-from': 'monitoring/operator' } } : {}) },
    webhooks: [{ name: 'a.example.com', admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Ignore', clientConfig: { caBundle, service: { name: 'operator', namespace: 'default', path } }, rules: [{ apiGroups: ['nobody.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothings'] }] }],
  });
  const both = (path: string, text: string) => [webhook('injected', true, path, bundle(text)), webhook('plain', false, path, bundle(text))];
  await applyManifests(own, 'default', both('/good', 'old'));
  const id = await create(cli, ['-A', '--kinds=validatingwebhookconfigurations'], own.kubeconfig);
  await applyManifests(own, 'default', both('/bad', 'new'));
  const done = await cli('snapshot', ['restore', id, '--yes'], { kubeconfig: own.kubeconfig });
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  const live = await Promise.all(['injected', 'plain'].map((name) => read(own, 'default', `validatingwebhookconfiguration/${name}`)));
  expect(live.map(({ webhooks: [{ clientConfig }] }) => [clientConfig.service.path, clientConfig.caBundle])).toEqual([['/good', bundle('new')], ['/good', bundle('old')]]);
}, 120_000);

test('what would be refused once it is deleted is refused before', async ({ cli }) => {
  const namespace = await createNamespace(own);
  const sealed = (a: string) => ({ ...configMap('sealed', { a }), immutable: true });
  await applyManifests(own, namespace, [sealed('1')]);
  const id = await create(cli, ['-n', namespace, '--kinds=configmaps'], own.kubeconfig);
  await kubectl(own, ['delete', 'cm', 'sealed'], { namespace });
  await applyManifests(own, namespace, [sealed('2')]);
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] };
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'no-ones' }, spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: "!has(object.data) || !('a' in object.data) || object.data.a != '1'", message: 'no ones here' }] } };
  const binding = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'no-ones' }, spec: { policyName: 'no-ones', validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } } } };
  await applyManifests(own, namespace, [policy, binding]);
  await waitUntil(async () => (await kubectl(own, ['create', 'cm', 'x', '--from-literal=a=1', '--dry-run=server'], { namespace, allowFailure: true })).stderr.includes('no ones here'), { what: 'the policy to hold' });
  const restore = (...more: string[]) => cli('snapshot', ['restore', id, 'cm/sealed', '-n', namespace, '--yes', ...more], { kubeconfig: own.kubeconfig });
  const refused = await restore();
  expect(refused, refused.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('no ones here') });
  expect((await read(own, namespace, 'cm/sealed')).data).toEqual({ a: '2' });

  // A quota that has room for one does not have it for two: no reason to refuse. Its controller counts some time after the deletion.
  await kubectl(own, ['delete', 'validatingadmissionpolicybinding', 'no-ones']);
  const { items } = await kubectlJson(own, ['get', 'cm'], { namespace });
  const quota = async (configMaps: number) => {
    await applyManifests(own, namespace, [{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full' }, spec: { hard: { 'count/configmaps': `${configMaps}` } } }]);
    await waitUntil(async () => (await kubectl(own, ['create', 'cm', 'x', '--from-literal=a=1', '--dry-run=server'], { namespace, allowFailure: true })).stderr.includes(`limited: count/configmaps=${configMaps}`), { what: 'the quota to hold, and the policy gone' });
  };
  // One that is smaller than what is there has no room for it even then.
  await quota(items.length - 1);
  const tooMany = await restore('--local-only');
  expect(tooMany, tooMany.stderr).toMatchObject({ exitCode: 5, stdout: 'configmap/sealed refused\n', stderr: expect.stringContaining('exceeded quota') });
  expect((await read(own, namespace, 'cm/sealed')).data).toEqual({ a: '2' });
  await quota(items.length);
  const manager = Number(readFileSync(join(own.folder, 'pids', 'kube-controller-manager.pid'), 'utf8'));
  process.kill(manager, 'SIGSTOP');
  const running = restore('--local-only');
  await waitUntil(async () => (await kubectl(own, ['get', 'cm', 'sealed'], { namespace, allowFailure: true })).exitCode !== 0, { what: 'the old one to go' }).finally(() => process.kill(manager, 'SIGCONT'));
  const done = await running;
  expect(done, done.stderr).toMatchObject({ exitCode: 0, stdout: 'configmap/sealed deleted and created again\n' });
  expect((await read(own, namespace, 'cm/sealed')).data).toEqual({ a: '1' });
}, 120_000);

test('a Service whose port is taken is refused before its deletion; what is refused only after it is told as half done', async ({ cli }) => {
  const namespace = await createNamespace(own);
  const web = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ name: 'http', port: 80 }], ...spec } });
  const chosen = { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 31_777 }] };
  await applyManifests(own, namespace, [web(chosen)]);
  const id = await create(cli, ['-n', namespace, '--kinds=services'], own.kubeconfig);
  await kubectl(own, ['delete', 'svc', 'web'], { namespace });
  await applyManifests(own, namespace, [web({ clusterIP: 'None' }), { ...web(chosen), metadata: { name: 'thief' } }]);
  const restore = () => cli('snapshot', ['restore', id, 'svc/web', '-n', namespace, '--yes'], { kubeconfig: own.kubeconfig });
  const refused = await restore();
  expect(refused, refused.stderr).toMatchObject({ exitCode: 5, stdout: 'service/web refused\n', stderr: expect.stringContaining('provided port is already allocated') });
  expect((await read(own, namespace, 'svc/web')).spec.clusterIP).toBe('None');

  // Tried under another name, so a rule about this name speaks only when it is too late.
  await kubectl(own, ['delete', 'svc', 'thief'], { namespace });
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['services'] };
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'no-web' }, spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: "object.metadata.name != 'web'", message: 'no web here' }] } };
  const binding = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'no-web' }, spec: { policyName: 'no-web', validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } } } };
  const isDenied = async () => (await kubectl(own, ['create', 'service', 'clusterip', 'web', '--tcp=80', '--dry-run=server'], { namespace, allowFailure: true })).stderr.includes('no web here');
  await applyManifests(own, namespace, [policy, binding]);
  await waitUntil(isDenied, { what: 'the policy to hold' });
  const stopped = await restore();
  const resume = () => cli('rollback', ['resume', runIdIn(stopped), '-n', namespace], { kubeconfig: own.kubeconfig });
  for (const told of [stopped, await resume()]) {
    expect(told, told.stderr).toMatchObject({ exitCode: 7, stderr: expect.stringMatching(/no web here[^]*rollback resume/) });
    expect(told.stderr).not.toContain('Nothing was changed');
  }
  await kubectl(own, ['delete', 'validatingadmissionpolicybinding', 'no-web']);
  await waitUntil(async () => !(await isDenied()), { what: 'the policy to go' });
  expect(await resume()).toMatchObject({ exitCode: 0 });
  expect((await read(own, namespace, 'svc/web')).spec.ports[0].nodePort).toBe(31_777);
}, 120_000);

test.concurrent('addresses and ports: those that somebody chose come back, others are given anew; one that is taken meanwhile is refused in the words of the server', async ({ cluster, namespace, cli, kube }) => {
  const service = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: labels, ports: [{ name: 'http', port: 80 }], ...spec } });
  const chosen = 30_000 + (process.pid % 2000);
  await applyManifests(cluster, namespace, [
    service('headless', { clusterIP: 'None' }),
    service('chosen', { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: chosen }] }),
    service('given', { type: 'NodePort' }),
    service('plain', {}),
  ]);
  const before = await read(cluster, namespace, 'svc/given');
  const id = await create(cli, ['-n', namespace, '--kinds=services']);
  for (const name of ['headless', 'chosen', 'given', 'plain']) await kube(['delete', 'svc', name]);
  // Somebody else gets the port that the server had given.
  await applyManifests(cluster, namespace, [service('other', { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: before.spec.ports[0].nodePort }] })]);
  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--yes']);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  const [headless, back, given] = await Promise.all(['headless', 'chosen', 'given'].map((name) => read(cluster, namespace, `svc/${name}`)));
  expect([headless.spec.clusterIP, back.spec.ports[0].nodePort]).toEqual(['None', chosen]);
  expect(given.spec.ports[0].nodePort).not.toBe(before.spec.ports[0].nodePort);

  await kube(['delete', 'svc', 'chosen', 'other']);
  await applyManifests(cluster, namespace, [service('thief', { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: chosen }] })]);
  const refused = await cli('snapshot', ['restore', id, 'svc/chosen', '-n', namespace, '--yes']);
  expect(refused, refused.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('provided port is already allocated') });
  expect((await kube(['get', 'svc', 'chosen'], { allowFailure: true })).exitCode).not.toBe(0);
}, 120_000);

test.concurrent('a Job that ran is not run again; a claim comes back to a volume of its own; a token is made by its controller', async ({ cluster, namespace, cli, kube }) => {
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'ran' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'job:1' }] } } } };
  const waiting = { ...job, metadata: { name: 'waits' }, spec: { ...job.spec, suspend: true } };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', labels: { tier: 'good' } }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
  const token = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'robot-token', annotations: { 'kubernetes.io/service-account.name': 'robot' } }, type: 'kubernetes.io/service-account-token' };
  await applyManifests(cluster, namespace, [job, waiting, claim, account, token]);
  await waitUntil(async () => (await read(cluster, namespace, 'job/ran')).status.succeeded === 1 && (await read(cluster, namespace, 'pvc/data')).status.phase === 'Bound' && (await read(cluster, namespace, 'secret/robot-token')).data?.token !== undefined, { what: 'the Job, the claim and the token' });
  const old = await read(cluster, namespace, 'secret/robot-token');
  const id = await create(cli, ['-n', namespace]);
  await kube(['delete', 'job', 'ran', 'waits']);
  await kube(['label', 'pvc', 'data', 'tier=bad', '--overwrite']);
  await kube(['delete', 'serviceaccount', 'robot']);
  await waitUntil(async () => (await kube(['get', 'secret', 'robot-token'], { allowFailure: true })).exitCode !== 0, { what: 'the token to go with its account' });
  const volume = (await read(cluster, namespace, 'pvc/data')).spec.volumeName;

  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--yes']);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stdout).toContain('job/waits created');
  expect((await kube(['get', 'job', 'ran'], { allowFailure: true })).exitCode).not.toBe(0);
  const [back, account2] = await Promise.all(['pvc/data', 'serviceaccount/robot'].map((target) => read(cluster, namespace, target)));
  expect([back.metadata.labels.tier, back.spec.volumeName]).toEqual(['good', volume]);
  await waitUntil(async () => (await read(cluster, namespace, 'secret/robot-token')).data?.token !== undefined, { what: 'the new token' });
  const made = await read(cluster, namespace, 'secret/robot-token');
  expect(made.metadata.annotations['kubernetes.io/service-account.uid']).toBe(account2.metadata.uid);
  expect(made.data.token).not.toBe(old.data.token);

  await kube(['delete', 'pvc', 'data']);
  const claimed = await cli('snapshot', ['restore', id, 'pvc/data', '-n', namespace, '--yes']);
  expect(claimed, claimed.stderr).toMatchObject({ exitCode: 0, stdout: 'persistentvolumeclaim/data created\n' });
  await waitUntil(async () => (await read(cluster, namespace, 'pvc/data')).status.phase === 'Bound', { what: 'the claim to be bound' });
  expect((await read(cluster, namespace, 'pvc/data')).spec.volumeName).not.toBe(volume);
}, 180_000);

test.concurrent('into another cluster only when that is said: there it makes the namespace and all that is in it, and a second time nothing', async ({ cluster, namespace, home, cli }) => {
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'web' }, spec: { serviceName: 'web', replicas: 1, selector: { matchLabels: labels }, template } };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'planted-value' } };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80 }] } };
  const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'reader' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }] };
  await applyManifests(cluster, namespace, [configMap('config', { a: '1' }), secret, service, set, binding]);
  const id = await create(cli, ['-n', namespace]);
  const there = (...more: string[]) => cli('snapshot', ['restore', id, ...more, ...quickly], { kubeconfig: own.kubeconfig });

  const refused = await there('--yes');
  expect(refused, refused.stderr).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('--to-other-cluster') });
  expect(refused.stderr).toContain('Nothing was changed');
  expect((await kubectl(own, ['get', 'namespace', namespace], { allowFailure: true })).exitCode).not.toBe(0);

  const done = await there('--to-other-cluster', '--yes');
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stdout.split('\n')).toEqual(expect.arrayContaining([`namespace/${namespace} created`, 'configmap/config created', 'secret/s created', 'service/web created', 'statefulset/web created', 'rolebinding/reader created']));
  const [made, live] = await Promise.all([read(own, namespace, 'secret/s'), read(own, namespace, 'sts/web')]);
  expect(Buffer.from(made.data.key, 'base64').toString()).toBe('planted-value');
  expect(live.status.readyReplicas).toBe(1);
  expect(await there('--to-other-cluster', '--yes')).toMatchObject({ exitCode: 0 });
  // Nothing of it was done where the snapshot is from.
  expect(readdirSync(join(home, 'state/retrace/runs'))).toHaveLength(1);
}, 180_000);

test.concurrent('what a run found is restored as any snapshot', async ({ cluster, namespace, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('config', { a: 'old' }), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'old-value' } }]);
  const id = await create(cli, ['-n', namespace, '--kinds=configmaps,secrets']);
  await kube(['patch', 'cm', 'config', '--type=merge', '-p', '{"data":{"a":"new"}}']);
  await kube(['patch', 'secret', 's', '--type=merge', '-p', '{"stringData":{"key":"new-value"}}']);
  const first = await cli('snapshot', ['restore', id, '-n', namespace, '--yes']);
  expect(first, first.stderr).toMatchObject({ exitCode: 0 });
  const run = runIdIn(first);
  const back = await cli('snapshot', ['restore', `run:${run}`, '-n', namespace, '--yes']);
  expect(back, back.stderr).toMatchObject({ exitCode: 0 });
  const [config, secret] = await Promise.all(['cm/config', 'secret/s'].map((target) => read(cluster, namespace, target)));
  expect([config.data.a, Buffer.from(secret.data.key, 'base64').toString()]).toEqual(['new', 'new-value']);
}, 120_000);
