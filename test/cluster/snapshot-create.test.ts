/** kubectl snapshot create: everything that is worth keeping, as the server has it; what cannot be read is named. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { canonicalJson, parseJson, type JsonObject } from '../../lib/core/json.ts';
import { deleteControlPlane, restartApiServer, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test as base } from '../support/fixtures.ts';
import { createIdentity, writeKubeconfig } from '../support/identities.ts';
import { kubectl } from '../support/kubectl.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { openSnapshot, snapshotPath } from '../support/snapshots.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';

let plane: ControlPlane;
// CRDs and an API without a server concern the whole control plane.
const test = base.extend<{ namespace: string }>({
  namespace: async ({}, use) => {
    const name = await createNamespace(plane);
    await use(name);
    await deleteNamespace(plane, name);
  },
});

const widgets = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
      { name: 'v1beta1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
    ],
  },
});

beforeAll(async () => {
  plane = await startControlPlane(inject('runFolder'), 'snapshot-create');
  await applyManifests(plane, 'default', [widgets('a.example.com'), widgets('b.example.com')] as any);
  await kubectl(plane, ['wait', '--for=condition=Established', 'crd/widgets.a.example.com', 'crd/widgets.b.example.com', '--timeout=60s']);
}, 180_000);

const idOf = ({ stdout, stderr }: { stdout: string; stderr: string }): string => {
  const [id] = /^s-\d{8}-\d{4}[a-z]*$/m.exec(stdout) ?? [];
  if (id === undefined) throw new Error(`no id in ${stdout}${stderr}`);
  return id;
};

/** An object as the API server gives it, and the same of a snapshot: texts that are equal only if no number and no field was lost. */
async function rawText(path: string): Promise<string> {
  return canonicalJson(parseJson((await kubectl(plane, ['get', '--raw', path])).stdout));
}

test('captures a namespace without losing anything: names with a colon, two groups with one kind, int64, a megabyte, bytes', async ({ namespace, cli, home }) => {
  const reviewers = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `system:${namespace}:reviewers` };
  const account = { kind: 'ServiceAccount', name: 'reader', namespace };
  const meta = (name: string): JsonObject => ({ name });
  await applyManifests(plane, namespace, [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...meta('unicode'), annotations: { 'example.com/name': '이름 ☃' } }, data: { 'text.txt': '모니터링 \u0001 🚀 "quoted" \\ back\n' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('bytes'), binaryData: { 'all.bin': Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64') } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('reader') },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: meta('system:a:b'), rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: meta(reviewers.name), rules: [] },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: meta(`${namespace}:reviewers`), roleRef: reviewers, subjects: [account] },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: meta('closed'), spec: { podSelector: {}, policyTypes: ['Ingress'] } },
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: meta(`high-${namespace}`), value: 1000 },
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: meta(`unused-${namespace}`), value: 1000 },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('priority'), spec: { replicas: 0, selector: { matchLabels: { app: 'p' } }, template: { metadata: { labels: { app: 'p' } }, spec: { priorityClassName: `high-${namespace}`, containers: [{ name: 'c', image: 'c' }] } } } },
  ]);
  // kubectl would go through doubles.
  const widget = (group: string, more: string) => kubectl(plane, ['create', '--raw', `/apis/${group}/v1/namespaces/${namespace}/widgets`, '-f', '-'], { input: `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"one"},${more}}` });
  await widget('a.example.com', '"spec":{"handle":1599742175127236001,"ratio":1.0,"half":0.5,"empty":{},"list":[]}');
  await widget('b.example.com', '"spec":{"handle":9007199254740993}');
  const big = 'x'.repeat(1_040_000);
  await kubectl(plane, ['create', '--raw', `/api/v1/namespaces/${namespace}/configmaps`, '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data: { big } }) });

  const created = await cli('snapshot', ['create', '-n', namespace, '--tag', 'verified=good', '--tag=why=a=b', '-o', 'name'], { kubeconfig: plane.kubeconfig });
  expect(created, created.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^s-\d{8}-\d{4}[a-z]*\n$/) });
  const snapshot = await openSnapshot(home, idOf(created));
  expect(snapshot.manifest).toMatchObject({ complete: true, gaps: [], scope: { namespaces: [namespace] }, tags: { verified: 'good', why: 'a=b' }, purpose: 'snapshot', by: { host: expect.any(String) } });
  expect(snapshot.manifest.cluster.uid).toBe((await kubectl(plane, ['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])).stdout);
  expect(Date.parse(snapshot.manifest.finishedAt)).toBeGreaterThanOrEqual(Date.parse(snapshot.manifest.startedAt));

  const core = `/api/v1/namespaces/${namespace}`;
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const paths: [string, string, string][] = [
    ['ConfigMap', 'unicode', `${core}/configmaps/unicode`],
    ['ConfigMap', 'bytes', `${core}/configmaps/bytes`],
    ['ConfigMap', 'large', `${core}/configmaps/large`],
    ['ServiceAccount', 'reader', `${core}/serviceaccounts/reader`],
    ['Role', 'system:a:b', `${rbac}/namespaces/${namespace}/roles/system:a:b`],
    ['ClusterRole', reviewers.name, `${rbac}/clusterroles/${reviewers.name}`],
    ['ClusterRoleBinding', `${namespace}:reviewers`, `${rbac}/clusterrolebindings/${namespace}:reviewers`],
    ['NetworkPolicy', 'closed', `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/closed`],
    ['PriorityClass', `high-${namespace}`, `/apis/scheduling.k8s.io/v1/priorityclasses/high-${namespace}`],
    ['Namespace', namespace, `/api/v1/namespaces/${namespace}`],
    ['CustomResourceDefinition', 'widgets.a.example.com', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.a.example.com'],
    ['CustomResourceDefinition', 'widgets.b.example.com', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.b.example.com'],
  ];
  for (const [kind, name, path] of paths) expect([name, canonicalJson(snapshot.find(kind, name) ?? null)]).toEqual([name, await rawText(path)]);
  // Each group its own, in one version, numbers as they were sent.
  for (const group of ['a.example.com', 'b.example.com']) {
    const own = snapshot.objects.filter(({ kind, apiVersion }) => kind === 'Widget' && apiVersion === `${group}/v1`);
    expect(own.map(canonicalJson)).toEqual([await rawText(`/apis/${group}/v1/namespaces/${namespace}/widgets/one`)]);
  }
  expect(canonicalJson(snapshot.objects.filter(({ kind }) => kind === 'Widget'))).toMatch(/"handle":1599742175127236001.*"handle":9007199254740993/);
  expect(snapshot.objects.filter(({ kind }) => kind === 'Widget').length).toBe(2);

  // What is of no use here or never: other namespaces, classes that nobody names, what controllers make again.
  expect(snapshot.objects.filter(({ metadata }) => metadata['namespace'] !== undefined && metadata['namespace'] !== namespace)).toEqual([]);
  expect(snapshot.names).not.toContain(`PriorityClass/unused-${namespace}`);
  expect(snapshot.names).not.toContain('ConfigMap/kube-root-ca.crt');
  expect(snapshot.names.filter((name) => /^(Pod|Event|Node|Lease|ReplicaSet|ControllerRevision|EndpointSlice|Endpoints|APIService|ValidatingWebhookConfiguration|CSINode)\//.test(name))).toEqual([]);
  const listed = snapshot.manifest.types.find(({ kind }) => kind === 'ConfigMap');
  expect(listed).toMatchObject({ apiVersion: 'v1', resource: 'configmaps', namespaced: true, objects: 3, resourceVersion: expect.stringMatching(/^\d+$/) });
});

test('says what it made, where, and what to type next; the first time that it made a key, in the person\'s language', async ({ namespace, cli, home }) => {
  const first = await cli('snapshot', ['create', '-n', namespace], { kubeconfig: plane.kubeconfig });
  const id = idOf({ stdout: first.stdout.replace(/^(s-\S+) .*$/m, '$1'), stderr: first.stderr });
  expect(first.exitCode).toBe(0);
  expect(first.stdout).toMatch(new RegExp(`^✔ \\d+ objects in \\d+\\.\\d s   \\d.*\\n${id}   kwok-snapshot-create / ${namespace}   complete\\nkept in ${home}/data/retrace/snapshots\\n$`));
  expect(first.stderr).toMatch(/^Made a key for what is kept of Secrets and credentials: .*\/config\/retrace\/identity\.txt\n/);
  expect(first.stderr).toMatch(new RegExp(`Go back to it:  kubectl snapshot restore ${id}\\nSee what changed since:  kubectl snapshot diff ${id}\\n$`));
  await applyManifests(plane, namespace, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'pl4nted' } }]);
  const second = await cli('snapshot', ['create', '-n', namespace, '--lang=ko'], { kubeconfig: plane.kubeconfig });
  expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^✔ 오브젝트 \d+개 \(Secret 1개 수신자 1명용으로 암호화\), \d+\.\d초/) });
  expect(second.stderr).not.toContain('identity.txt');
  const json = JSON.parse((await cli('snapshot', ['create', '-n', namespace, '-o', 'json'], { kubeconfig: plane.kubeconfig })).stdout);
  expect(json).toMatchObject({ apiVersion: 'retrace/v1', kind: 'Snapshot', complete: true, counts: { sealed: 1 }, recipients: [expect.stringMatching(/^age1/)], bytes: expect.any(Number), place: `${home}/data/retrace/snapshots` });
  expect(readFileSync(snapshotPath(home, json.id)).length).toBe(json.bytes);
});

test('what a controller makes is kept and counted as owned, or not kept at all', async ({ namespace, cli, home }) => {
  await applyManifests(plane, namespace, [...thanosReceive(), ...thanosQuery(), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'retrace-run-r-7k2m4d' } }, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'retrace-run-r-7k2m4d' } }, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' } }]);
  await waitForRollout(plane, namespace, 'sts/thanos-receive');
  await waitForRollout(plane, namespace, 'deploy/thanos-query');
  const uid = (await kubectl(plane, ['get', 'sts/thanos-receive', '-o', 'jsonpath={.metadata.uid}'], { namespace })).stdout;
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'thanos-receive', uid, controller: true };
  await applyManifests(plane, namespace, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'generated', ownerReferences: [owner] } }]);
  const created = await cli('snapshot', ['create', '-n', namespace, '-o', 'name'], { kubeconfig: plane.kubeconfig });
  expect(created, created.stderr).toMatchObject({ exitCode: 0 });
  const snapshot = await openSnapshot(home, idOf(created));
  expect(snapshot.names).toEqual(expect.arrayContaining(['StatefulSet/thanos-receive', 'Deployment/thanos-query', 'Secret/thanos-objstore-secret', 'ConfigMap/generated', 'Service/thanos-receive']));
  expect(snapshot.manifest.counts.owned).toBe(1);
  expect(snapshot.names.filter((name) => /^(Pod|ReplicaSet|ControllerRevision|EndpointSlice|Endpoints|Lease|Event)\/|retrace-run-|kube-root-ca/.test(name))).toEqual([]);
});

test('Helm releases: whole sets, also with a selector; what was in force is in the manifest', async ({ namespace, cli, home }) => {
  const release = (name: string, version: number, status: string) => {
    const payload = Buffer.from(JSON.stringify({ name, version, chart: { metadata: { name: 'thanos', version: '15.7.25' } } })).toString('base64');
    return { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { name: `sh.helm.release.v1.${name}.v${version}`, labels: { owner: 'helm', name, version: `${version}`, status } }, stringData: { release: payload } };
  };
  await applyManifests(plane, namespace, [
    release('kps', 9, 'superseded'), release('kps', 10, 'deployed'), release('kps', 11, 'failed'), release('other', 1, 'superseded'),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'plain', labels: { status: 'deployed' } } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'not-selected' } },
  ]);
  const created = await cli('snapshot', ['create', '-n', namespace, '-l', 'status=deployed', '-o', 'name'], { kubeconfig: plane.kubeconfig });
  expect(created, created.stderr).toMatchObject({ exitCode: 0 });
  const { names, manifest } = await openSnapshot(home, idOf(created));
  expect(names.filter((name) => /^(Secret|ConfigMap)/.test(name)).sort()).toEqual(['Secret/plain', 'Secret/sh.helm.release.v1.kps.v10', 'Secret/sh.helm.release.v1.kps.v11', 'Secret/sh.helm.release.v1.kps.v9']);
  expect(manifest.inForce.helm).toEqual([{ release: 'kps', namespace, revision: 10, status: 'deployed', chart: 'thanos-15.7.25' }]);
});

test('no planted credential in any byte of the file or in what is printed, Secrets encrypted or left out', async ({ namespace, cli, home }) => {
  const mark = 'pl4nted';
  const args = [`--remote.password=${mark}-arg`, '--objstore.secret-key', `${mark}-next`, `--url=https://u:${mark}-url@central/api`];
  const container = { name: 'c', image: 'c', args, env: [{ name: 'DB_PASSWORD', value: `${mark}-env` }, { name: 'PATH', value: '/bin' }] };
  const workload: any = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 0, selector: { matchLabels: { app: 'd' } }, template: { metadata: { labels: { app: 'd' } }, spec: { containers: [container] } } } };
  workload.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(workload) };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ kind: 'Secret', stringData: { 'objstore.yml': `secret_key: ${mark}-applied` } }) } }, stringData: { 'objstore.yml': `secret_key: ${mark}-secret` } };
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { 'web.yml': `basic_auth:\n  username: u\n  password: ${mark}-configmap\n` } };
  await applyManifests(plane, namespace, [workload, secret, config]);
  const spellings = [mark, Buffer.from(`${mark}-secret`).toString('base64').slice(0, 8), Buffer.from(`secret_key: ${mark}`).toString('base64').slice(4, 20)];
  const holds = (bytes: Uint8Array | string) => spellings.filter((text) => Buffer.from(bytes).includes(text));

  const encrypted = await cli('snapshot', ['create', '-n', namespace, '-o', 'json', '-v=1'], { kubeconfig: plane.kubeconfig });
  const omitted = await cli('snapshot', ['create', '-n', namespace, '-o', 'json', '--secrets=omit'], { kubeconfig: plane.kubeconfig });
  expect([encrypted.exitCode, omitted.exitCode]).toEqual([0, 0]);
  const [sealed, open] = await Promise.all([encrypted, omitted].map(({ stdout }) => openSnapshot(home, JSON.parse(stdout).id)));
  expect(sealed!.manifest).toMatchObject({ secrets: 'encrypted', counts: { sealed: 3 } });
  // They are there for whoever has the key, and were searched for where they could have been: the open part is not empty.
  expect(canonicalJson(sealed!.objects)).toContain(`${mark}-configmap`);
  expect(canonicalJson(sealed!.find('Secret', 's')!)).toContain(Buffer.from(`secret_key: ${mark}-secret`).toString('base64'));
  expect(open!.manifest).toMatchObject({ secrets: 'omitted', complete: true, recipients: [] });
  expect(open!.find('Secret', 's')).toBeUndefined();
  expect(open!.names).toEqual(expect.arrayContaining(['ConfigMap/web', 'Deployment/d']));
  for (const snapshot of [sealed!, open!]) {
    const plain = Bun.zstdDecompressSync(partOf(snapshot.bytes, snapshot.manifest));
    expect(Buffer.from(plain).includes('"d"')).toBe(true);
    expect([holds(snapshot.bytes), holds(plain)]).toEqual([[], []]);
  }
  for (const text of [encrypted, omitted].flatMap(({ stdout, stderr }) => [stdout, stderr])) expect(holds(text)).toEqual([]);
});

/** Forgets every revision but the newest. */
async function compactEtcd({ folder }: ControlPlane): Promise<void> {
  const port = /etcdPort: (\d+)/.exec(readFileSync(join(folder, 'kwok.yaml'), 'utf8'))![1];
  const ask = async (path: string, body: object) => (await (await fetch(`http://127.0.0.1:${port}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })).json()) as any;
  const { header } = await ask('range', { key: 'YQ==' });
  await ask('compaction', { revision: header.revision, physical: true });
}

/** The part `objects`: right behind the head line and the manifest. */
function partOf(bytes: Buffer, { parts }: { parts: { bytes: number }[] }): Uint8Array<ArrayBuffer> {
  const lineEnd = bytes.indexOf('\n') + 1;
  const start = lineEnd + Number(bytes.subarray(0, lineEnd).toString().split(' ')[1]);
  return new Uint8Array(bytes.subarray(start, start + parts[0]!.bytes));
}

describe('trouble', () => {
  test('an expired page starts its list again, without the token that the server offers', async ({ namespace, runFolder, home }) => {
    const { connect } = await import('../../lib/kube/connect.ts');
    const { builtinTypes } = await import('../../lib/kube/paths.ts');
    const { ListReader } = await import('../../lib/snapshot/capture/list-reader.ts');
    const { makeContext } = await import('../unit/kube/test-context.ts');
    await applyManifests(plane, namespace, Array.from({ length: 5 }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${at}` } })));
    const proxy = await startFaultProxy(runFolder, plane);
    const fault = proxy.addFault({ kind: 'status', status: 410, matches: ({ path }) => path.includes('continue=') });
    const connection = await connect({ kubeconfig: proxy.kubeconfig }, makeContext({ env: { HOME: home } }));
    const reader = new ListReader(connection);
    const found = await reader.list(builtinTypes.configmaps, { namespace, pageSize: 2 });
    expect(fault.struck).toBe(1);
    expect(found?.items.map(({ metadata }) => metadata.name)).toEqual(['c-0', 'c-1', 'c-2', 'c-3', 'c-4', 'kube-root-ca.crt']);
    const pages = proxy.requests.filter(({ path }) => path.includes('/configmaps'));
    expect(pages.map(({ path, status }) => [path.includes('continue='), status])).toEqual([[false, 200], [true, 410], [false, 200], [true, 200], [true, 200]]);
    // Twice is not chance: a gap, and no half of a list.
    proxy.addFault({ kind: 'status', status: 410, times: 2, matches: ({ path }) => path.includes('continue=') });
    expect(await reader.list(builtinTypes.configmaps, { namespace, pageSize: 2 })).toBeUndefined();
    expect(reader.gaps).toEqual([{ what: `configmaps -n ${namespace}`, why: 'server.rejected', detail: 'injected by the test' }]);
    connection.close();
    await proxy.stop();
  });

  test('a page that has really expired starts its list again: what was added on the way is in it, once', async ({ namespace, runFolder, home }) => {
    // Since Kubernetes 1.34 pages come from the API server's own copy (ListFromCacheSnapshot): only when it is gone too, the revision is.
    const own = await startControlPlane(runFolder, 'expired-pages');
    await kubectl(own, ['create', 'namespace', namespace]);
    await applyManifests(own, namespace, Array.from({ length: 5 }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${at}` } })));
    const { connect } = await import('../../lib/kube/connect.ts');
    const { builtinTypes } = await import('../../lib/kube/paths.ts');
    const { ListReader } = await import('../../lib/snapshot/capture/list-reader.ts');
    const { makeContext } = await import('../unit/kube/test-context.ts');
    const connection = await connect({ kubeconfig: own.kubeconfig }, makeContext({ env: { HOME: home } }));
    const asked: string[] = [];
    const expire = async () => {
      await applyManifests(own, namespace, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'added' } }]);
      await compactEtcd(own);
      await restartApiServer(own);
    };
    const reader = new ListReader({
      ...connection,
      async request(request) {
        const isNext = request.query?.['continue'] !== undefined;
        if (isNext && !asked.includes('next')) await expire();
        asked.push(isNext ? 'next' : 'first');
        return connection.request(request);
      },
    });
    const found = await reader.list(builtinTypes.configmaps, { namespace, pageSize: 2 });
    expect(found?.items.map(({ metadata }) => metadata.name)).toEqual(['added', 'c-0', 'c-1', 'c-2', 'c-3', 'c-4', 'kube-root-ca.crt']);
    expect([asked, reader.gaps]).toEqual([['first', 'next', 'first', 'next', 'next', 'next'], []]);
    connection.close();
    await deleteControlPlane(own);
  }, 120_000);

  test('a server that asks to wait is waited for', async ({ namespace, runFolder, cli }) => {
    const proxy = await startFaultProxy(runFolder, plane);
    const isList = ({ path }: { path: string }) => path.includes(`/namespaces/${namespace}/`);
    const fault = proxy.addFault({ kind: 'status', status: 429, retryAfterSeconds: 1, times: 3, matches: isList });
    const created = await cli('snapshot', ['create', '-n', namespace, '-o', 'json'], { kubeconfig: proxy.kubeconfig });
    expect(fault.struck).toBe(3);
    expect(created, created.stderr).toMatchObject({ exitCode: 0 });
    const again = proxy.requests.filter(({ status }) => status === 429).map(({ path, endMs }) => proxy.requests.find((later) => later.path === path && later.startMs > endMs)!.startMs - endMs);
    expect(Math.min(...again)).toBeGreaterThanOrEqual(990);
    await proxy.stop();
  });

  test('a list that fails for good is a gap: the rest is kept, exit 12', async ({ namespace, runFolder, cli, home }) => {
    await applyManifests(plane, namespace, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }]);
    const proxy = await startFaultProxy(runFolder, plane);
    proxy.addFault({ kind: 'status', status: 500, times: 100, matches: ({ path }) => path.includes('/services?') });
    const created = await cli('snapshot', ['create', '-n', namespace, '-o', 'name'], { kubeconfig: proxy.kubeconfig });
    expect(created.exitCode).toBe(12);
    const id = idOf(created);
    expect(created.stderr).toContain(`error: ${id} is kept, with 1 gap\n  services -n ${namespace}: injected by the test\nA restore from it wants --incomplete\nWithout them, knowingly:  add --without-kinds=services\n`);
    const { manifest, names } = await openSnapshot(home, id);
    expect(manifest).toMatchObject({ complete: false, gaps: [{ what: `services -n ${namespace}`, why: 'server.error', detail: 'injected by the test' }] });
    expect(names).toContain('Secret/s');
    proxy.clearFaults();
    expect(await cli('snapshot', ['create', '-n', namespace, '-o', 'name'], { kubeconfig: proxy.kubeconfig })).toMatchObject({ exitCode: 0 });
    await proxy.stop();
  });

  test('an API whose server is down is a gap, unless nothing of it is worth keeping', async ({ namespace, cli, home }) => {
    const apiService = (group: string) => ({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `v1.${group}` }, spec: { group, version: 'v1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: { name: 'nobody', namespace: 'default' } } });
    const groups = ['down.example.com', 'metrics.k8s.io'];
    await applyManifests(plane, namespace, groups.map(apiService));
    try {
      await waitUntil(async () => (await kubectl(plane, ['get', 'apiservices', ...groups.map((group) => `v1.${group}`), '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Available")].status}'])).stdout === 'False False', { what: 'the API services to be unavailable' });
      let created = await cli('snapshot', ['create', '-n', namespace, '-o', 'name'], { kubeconfig: plane.kubeconfig });
      // Discovery takes a little longer to know.
      await waitUntil(async () => {
        if (created.exitCode === 12) return true;
        created = await cli('snapshot', ['create', '-n', namespace, '-o', 'name'], { kubeconfig: plane.kubeconfig });
        return false;
      }, { what: 'discovery to tell of the API that is down', timeoutMs: 60_000 });
      const { manifest } = await openSnapshot(home, idOf(created));
      expect(manifest.gaps).toEqual([{ what: 'down.example.com/v1', why: 'api.unavailable', detail: '' }]);
      expect(created.stderr).toContain('down.example.com/v1: what serves this API does not answer\nA restore from it wants --incomplete\n');
      // Kinds that are named are known to be elsewhere.
      expect(await cli('snapshot', ['create', '-n', namespace, '--kinds=cm', '-o', 'name'], { kubeconfig: plane.kubeconfig })).toMatchObject({ exitCode: 0 });
    } finally {
      await kubectl(plane, ['delete', 'apiservices', ...groups.map((group) => `v1.${group}`)]);
    }
  });

  test('a kind that may not be listed is a gap; when nothing may be, nothing is made and all is said at once', async ({ namespace, cli, home }) => {
    await applyManifests(plane, namespace, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }]);
    const narrow = await createIdentity(plane, namespace, home, 'narrow', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
    const nobody = await createIdentity(plane, namespace, home, 'nobody', []);
    const create = (kubeconfig: string, ...args: string[]) => cli('snapshot', ['create', '-o', 'name', ...args], { kubeconfig });
    const kinds = '--kinds=cm,services,widgets.a.example.com';
    await waitUntil(async () => (await create(narrow, '-n', namespace, kinds)).exitCode === 12, { what: 'the narrow role' });
    const created = await create(narrow, '-n', namespace, kinds);
    expect(created.stderr).toContain(`services -n ${namespace}: you may not read it\n  widgets.a.example.com -n ${namespace}: you may not read it\n`);
    expect(created.stderr).toContain('add --without-kinds=services,widgets.a.example.com\n');
    const { names, manifest } = await openSnapshot(home, idOf(created));
    expect(names).toEqual(['ConfigMap/c']);
    expect(manifest).toMatchObject({ complete: false, gaps: [{ why: 'access.forbidden' }, { why: 'access.forbidden' }] });

    const before = readdirSync(join(home, 'data', 'retrace', 'snapshots')).length;
    const refused = await create(nobody, '-n', namespace, '--kinds=cm,services');
    expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
    expect(refused.stderr).toBe(`error: "system:serviceaccount:${namespace}:nobody" may list nothing in namespace ${namespace}
  list configmaps in ${namespace}
  list services in ${namespace}
  Nothing was captured.
Ask for the role retrace-snapshot, or use another identity with --context=NAME, --user=NAME or --as=USER
`);
    const everywhere = await create(narrow, '-A');
    expect(everywhere).toMatchObject({ exitCode: 4, stdout: '' });
    expect(everywhere.stderr).toMatch(/^error: "system:serviceaccount:\S+:narrow" may list nothing in all namespaces\n(  list \S+\n){8}  and \d+ more\n  Nothing was captured\.\nName the namespaces that you may read:  kubectl snapshot create -n NAMESPACE\n/);
    expect((await create(narrow, '-A', '--lang=ko')).stderr).toMatch(/^오류: "system:serviceaccount:\S+:narrow": 모든 네임스페이스를 아우르는 목록을 하나도 볼 수 없습니다\n/);
    expect(readdirSync(join(home, 'data', 'retrace', 'snapshots')).length).toBe(before);
  });

  test('exactly the roles of deploy/rbac are enough; without the one for Secrets, for --secrets=omit', async ({ namespace, cli, home }) => {
    await kubectl(plane, ['apply', '-f', join(import.meta.dirname, '../../deploy/rbac/snapshot.yaml')]);
    await applyManifests(plane, namespace, [...thanosReceive({ replicas: 0 })]);
    const account = 'snapshotter';
    const bind = (kind: 'rolebinding' | 'clusterrolebinding', role: string) =>
      kubectl(plane, ['create', kind, `${role}-${namespace}`, `--clusterrole=${role}`, `--serviceaccount=${namespace}:${account}`], kind === 'rolebinding' ? { namespace } : {});
    await kubectl(plane, ['create', 'serviceaccount', account], { namespace });
    await bind('rolebinding', 'retrace-snapshot');
    await bind('clusterrolebinding', 'retrace-snapshot-cluster');
    const token = (await kubectl(plane, ['create', 'token', account], { namespace })).stdout.trim();
    const kubeconfig = writeKubeconfig(home, account, plane, { token });
    // Custom resources of operators that the role does not know: of kwok here, and of the other tests.
    const foreign = '--without-kinds=widgets.a.example.com,widgets.b.example.com,logs.kwok.x-k8s.io,portforwards.kwok.x-k8s.io';
    const create = (...args: string[]) => cli('snapshot', ['create', '-n', namespace, '-o', 'name', foreign, ...args], { kubeconfig });
    const open = await create('--secrets=omit');
    expect(open, open.stderr).toMatchObject({ exitCode: 0 });
    const withoutRight = await create();
    expect(withoutRight).toMatchObject({ exitCode: 12, stderr: expect.stringContaining(`with 1 gap\n  secrets -n ${namespace}: you may not read it\n`) });
    await bind('rolebinding', 'retrace-snapshot-secrets');
    await waitUntil(async () => (await create()).exitCode === 0, { what: 'the role for Secrets' });
    const { names, manifest } = await openSnapshot(home, idOf(await create()));
    expect(manifest.complete).toBe(true);
    expect(manifest.cluster.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(names).toEqual(expect.arrayContaining([`Namespace/${namespace}`, 'Secret/thanos-objstore-secret', 'StatefulSet/thanos-receive', 'ClusterRole/retrace-snapshot', `ClusterRoleBinding/retrace-snapshot-cluster-${namespace}`]));
  });
});

describe('what is refused before the cluster is asked for anything', () => {
  const refused = [
    { args: ['--kinds=pods'], exitCode: 2, says: 'pods are never kept' },
    { args: ['--kinds=configmapz'], exitCode: 5, says: 'Did you mean configmap or configmaps?' },
    { args: ['--without-kinds=nothing.at.all'], exitCode: 5, says: 'the server has no type "nothing.at.all"' },
    { args: ['--kinds=cm,,sts'], exitCode: 2, says: '--kinds: "cm,,sts" is not what it takes' },
    { args: ['--tag=good'], exitCode: 2, says: 'KEY=VALUE' },
    { args: ['-A'], exitCode: 2, says: '--all-namespaces and --namespace cannot be given together' },
    { args: ['--git-tag=a b'], exitCode: 2, says: 'Git takes no tag of the name "a b"' },
  ];
  for (const { args, exitCode, says } of refused) {
    test(args.join(' '), async ({ namespace, cli, home }) => {
      const result = await cli('snapshot', ['create', '-n', namespace, ...args], { kubeconfig: plane.kubeconfig });
      expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(says) });
      expect(readdirSync(home).filter((name) => name === 'data' || name === 'config')).toEqual([]);
    });
  }

  test('a namespace that is not there, beside one that is', async ({ namespace, cli, home }) => {
    const result = await cli('snapshot', ['create', '-n', namespace, '-n', `${namespace}x`], { kubeconfig: plane.kubeconfig });
    expect(result).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining(`there is no namespace "${namespace}x"`) });
    expect(readdirSync(home).filter((name) => name === 'data' || name === 'config')).toEqual([]);
  });
});

test('check says what a snapshot refers to and does not hold', async ({ namespace, cli }) => {
  const at = { kubeconfig: plane.kubeconfig };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x', envFrom: [{ configMapRef: { name: 'settings' } }] }], volumes: [{ name: 'key', secret: { secretName: 'key' } }] } };
  const labels = { app: 'web' };
  await applyManifests(plane, namespace, [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels }, spec: { replicas: 0, selector: { matchLabels: labels }, template } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: '1' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', labels }, stringData: { a: '1' } },
  ] as any);
  const idFor = async (...more: string[]) => idOf(await cli('snapshot', ['create', '-n', namespace, '-o', 'name', ...more], at));
  const [whole, part] = [await idFor(), await idFor('-l', 'app=web')];
  expect((await cli('snapshot', ['check', whole])).stdout).toMatch(/ok .*<none>\n$/);
  const checked = await cli('snapshot', ['check', part]);
  expect(checked, checked.stderr).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/refers to 1 object that it does not hold\nNot in it, and needed[^\n]*\n  configmap\/settings -n \S+   needed by deployment\/web\n$/) });
});

test('what matches nothing is said: it would be taken for a safety net', async ({ namespace, cli }) => {
  const none = await cli('snapshot', ['create', '-n', namespace, '--kinds=configmaps', '-l', 'app=nobody'], { kubeconfig: plane.kubeconfig });
  expect(none, none.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 objects'), stderr: expect.stringContaining('nothing matched, so there is nothing in it to go back to') });
});

test('two namespaces; the whole cluster with its cluster-scoped objects; kinds and selectors', async ({ namespace, cli, home }) => {
  const other = await createNamespace(plane);
  const labelled = (name: string, labels: Record<string, string> = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } });
  await applyManifests(plane, namespace, [labelled('here', { app: 'x' }), labelled('unlabelled')]);
  await applyManifests(plane, other, [labelled('there', { app: 'x' })]);
  const create = async (...args: string[]) => openSnapshot(home, idOf(await cli('snapshot', ['create', '-o', 'name', ...args], { kubeconfig: plane.kubeconfig })));
  const two = await create('-n', namespace, '-n', other, '-n', namespace);
  expect(two.manifest.scope.namespaces).toEqual([namespace, other]);
  expect(two.names.filter((name) => /^(ConfigMap|Namespace)\//.test(name)).sort()).toEqual(['ConfigMap/here', 'ConfigMap/there', 'ConfigMap/unlabelled', `Namespace/${namespace}`, `Namespace/${other}`].sort());
  const selected = await create('-n', namespace, '-n', other, '-l', 'app=x', '--kinds=cm');
  expect(selected.names).toEqual(['ConfigMap/here', 'ConfigMap/there']);
  const whole = await create('-A');
  expect(whole.manifest.scope).toEqual({});
  expect(whole.names).toEqual(expect.arrayContaining(['ConfigMap/here', 'ConfigMap/there', 'APIService/v1.apps', 'ClusterRole/cluster-admin', 'StorageClass/standard', 'CustomResourceDefinition/widgets.a.example.com'].map((name) => (name === 'StorageClass/standard' ? expect.stringMatching(/^StorageClass\//) : name))));
  expect(whole.names.filter((name) => /^(Node|Pod|Lease|Event|CSINode|ComponentStatus)\//.test(name))).toEqual([]);
  await deleteNamespace(plane, other);
});

test('Argo CD: what the Applications that deliver here had synced; where they may not be listed, that it is not known', async ({ namespace, cli, home }) => {
  const type: any = widgets('argoproj.io');
  type.metadata = { name: 'applications.argoproj.io' };
  type.spec.names = { plural: 'applications', singular: 'application', kind: 'Application' };
  await applyManifests(plane, 'default', [type]);
  await kubectl(plane, ['wait', '--for=condition=Established', 'crd/applications.argoproj.io', '--timeout=60s']);
  const argocd = await createNamespace(plane, 'argocd');
  const application = (name: string, destination: string, revision: string) => ({ apiVersion: 'argoproj.io/v1', kind: 'Application', metadata: { name }, spec: { destination: { namespace: destination } }, status: { sync: { revision } } });
  await applyManifests(plane, argocd, [application('thanos', namespace, '4f1c2ab'), application('other', 'elsewhere', 'ddd')]);
  const create = (kubeconfig: string) => cli('snapshot', ['create', '-n', namespace, '--kinds=cm', '-o', 'name'], { kubeconfig });
  await waitUntil(async () => {
    const created = await create(plane.kubeconfig);
    expect(created, created.stderr).toMatchObject({ exitCode: 0 });
    expect(created.stderr).not.toContain('Argo CD');
    return (await openSnapshot(home, idOf(created))).manifest.inForce.argocd.length === 1;
  }, { what: 'discovery to know of Applications' });
  const known = await openSnapshot(home, idOf(await create(plane.kubeconfig)));
  expect(known.manifest.inForce.argocd).toEqual([{ application: 'thanos', namespace: argocd, revision: '4f1c2ab' }]);
  const narrow = await createIdentity(plane, namespace, home, 'no-argo', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
  await waitUntil(async () => (await create(narrow)).exitCode === 0, { what: 'the narrow role' });
  const unknown = await create(narrow);
  expect(unknown).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Argo CD Applications of other namespaces may not be listed') });
  expect((await openSnapshot(home, idOf(unknown))).manifest).toMatchObject({ complete: true, inForce: { argocd: [] } });
  await kubectl(plane, ['delete', 'crd', 'applications.argoproj.io']);
  await deleteNamespace(plane, argocd);
});

test('Ctrl-C ends it at once and leaves nothing; names of one minute get letters', async ({ namespace, runFolder, startCli, cli, home }) => {
  const proxy = await startFaultProxy(runFolder, plane);
  proxy.addFault({ kind: 'delay', delayMs: 60_000, times: 100, matches: ({ path }) => path.includes('/services?') });
  const running = await startCli('snapshot', ['create', '-n', namespace], { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => proxy.requests.some(({ path }) => path.includes(`/namespaces/${namespace}/configmaps?`)), { what: 'lists to be read' });
  running.signal('SIGINT');
  expect(await running.result).toMatchObject({ exitCode: 130, stdout: '', stderr: expect.stringContaining('Nothing was changed.') });
  expect(readdirSync(home).filter((name) => name === 'data' || name === 'config')).toEqual([]);
  await proxy.stop();
  const ids = await Promise.all([1, 2, 3].map(async () => idOf(await cli('snapshot', ['create', '-n', namespace, '--kinds=cm', '-o', 'name'], { kubeconfig: plane.kubeconfig }))));
  expect(new Set(ids).size).toBe(3);
  expect(readdirSync(join(home, 'data', 'retrace', 'snapshots')).sort()).toEqual(ids.map((id) => `${id}.retrace`).sort());
});

test('tags the commit that it was deployed from, once; what is not committed is told', async ({ namespace, cli, home, runFolder }) => {
  const tree = join(home, 'infra');
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  const git = async (...args: string[]) => (await execa('git', ['-C', tree, ...args], { env, extendEnv: false })).stdout;
  await execa('git', ['init', '--quiet', tree], { env, extendEnv: false });
  await git('commit', '--quiet', '--allow-empty', '-m', 'first');
  const commit = await git('rev-parse', 'HEAD');
  const create = (...args: string[]) => cli('snapshot', ['create', '-n', namespace, '--kinds=cm', ...args], { kubeconfig: plane.kubeconfig, env, cwd: tree });
  const created = await create('--git-tag=good-1', '-o', 'json');
  expect(created, created.stderr).toMatchObject({ exitCode: 0 });
  const { id } = JSON.parse(created.stdout);
  expect((await openSnapshot(home, id)).manifest.git).toEqual({ tag: 'good-1', commit, dirty: false });
  expect(await git('rev-parse', 'good-1^{commit}')).toBe(commit);
  expect(await git('tag', '-l', '--format=%(contents:subject)', 'good-1')).toBe(`Snapshot ${id} of kwok-snapshot-create`);
  const count = () => readdirSync(join(home, 'data', 'retrace', 'snapshots')).length;
  expect(await create('--git-tag=good-1')).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('has a tag "good-1" already') });
  expect(await create(`--git-dir=${runFolder}`)).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringContaining('not a git repository') });
  expect(count()).toBe(1);
  await execa('touch', [join(tree, 'new.yaml')]);
  const dirty = await create('--git-dir', tree);
  expect(dirty).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`commit ${commit.slice(0, 12)}\nthe work tree has changes that are not committed`) });
  // No name to tag with: the snapshot is there, and how to tag is told.
  const nameless = await cli('snapshot', ['create', '-n', namespace, '--kinds=cm', '--git-tag=good-2', '-o', 'name'], { kubeconfig: plane.kubeconfig, env: { GIT_CONFIG_NOSYSTEM: '1', EMAIL: undefined, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.useConfigOnly', GIT_CONFIG_VALUE_0: 'true' }, cwd: tree });
  expect(nameless).toMatchObject({ exitCode: 11, stderr: expect.stringMatching(/is kept, but the tag could not be made: [^]*\nMake it yourself:  git -C \S+ tag -a -m 'Snapshot s-\S+ of kwok-snapshot-create' good-2 [0-9a-f]{40}\n$/) });
  expect(count()).toBe(3);
});
