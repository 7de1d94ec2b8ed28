/** lib/kube against a real API server: what is read, written, refused and resolved. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Context } from '../../lib/core/context.ts';
import { isError, RetraceError } from '../../lib/core/errors.ts';
import { parseJson, stringifyJson, type JsonObject } from '../../lib/core/json.ts';
import { findMissingPermissions, readServerVersion } from '../../lib/kube/access-review.ts';
import type { KubeFlags } from '../../lib/kube/access-entry.ts';
import { connect } from '../../lib/kube/connect.ts';
import { findResourceType, forgetDiscovery, listResourceTypes, readDiscovery } from '../../lib/kube/discovery.ts';
import { evictPod } from '../../lib/kube/eviction.ts';
import { failureOf, isNotFound, mayHaveArrived } from '../../lib/kube/failures.ts';
import { readLogs } from '../../lib/kube/logs.ts';
import { createObject, deleteObject, getObject, listObjects, patchObject, replaceObject } from '../../lib/kube/objects.ts';
import { builtinTypes, qualifiedName } from '../../lib/kube/paths.ts';
import { resolveTargets } from '../../lib/kube/targets.ts';
import type { Connection, ResourceType } from '../../lib/kube/types.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { setPodLogs } from '../support/pod-logs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, thanosQuery, waitForRollout } from '../support/workloads.ts';
import { makeContext } from '../unit/kube/test-context.ts';

const { configmaps, pods, deployments, poddisruptionbudgets } = builtinTypes;
const fieldManager = 'retrace-test';

async function reach(cluster: Pick<ControlPlane, 'kubeconfig'>, flags: KubeFlags = {}, context: Partial<Context> = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, ...flags }, makeContext({ env: { PATH: '/usr/bin:/bin' }, ...context }));
  onTestFinished(() => connection.close());
  return connection;
}

async function caught(promise: Promise<unknown>): Promise<RetraceError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RetraceError);
  return error as RetraceError;
}

const configMap = (name: string, data: JsonObject = {}): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

test('discovery gives the same types in the aggregated and in the old form', async ({ cluster }) => {
  const connection = await reach(cluster);
  // The same server answers in the form of Kubernetes before 1.26 when nothing newer is asked for.
  const old: Connection = { ...connection, request: (request) => connection.request({ ...request, accept: 'application/json' }) };
  const [aggregated, legacy] = await Promise.all([readDiscovery(connection), readDiscovery(old)]);
  expect(aggregated.all.length).toBeGreaterThan(60);
  // The order of groups and versions means something, that of the types in one does not.
  const groupVersions = (types: ResourceType[]) => [...new Set(types.map(({ group, version }) => `${group}/${version}`))];
  expect(groupVersions(legacy.all)).toEqual(groupVersions(aggregated.all));
  const sorted = (types: ResourceType[]) =>
    types.map((type) => ({ ...type, verbs: [...type.verbs].sort() })).sort((a, b) => (`${qualifiedName(a)}${a.version}` < `${qualifiedName(b)}${b.version}` ? -1 : 1));
  expect(sorted(legacy.all)).toEqual(sorted(aggregated.all));
  expect(sorted(legacy.preferred)).toEqual(sorted(aggregated.preferred));
});

test('a word finds the type that kubectl would take', async ({ cluster }) => {
  const connection = await reach(cluster);
  const name = async (word: string) => {
    const { plural, version, group } = await findResourceType(connection, word);
    return `${plural}.${version}.${group}`;
  };
  for (const word of ['sts', 'statefulset', 'StatefulSets', 'STATEFULSET', 'statefulsets.apps', 'sts.apps', 'statefulsets.v1.apps', 'sts.app']) {
    expect([word, await name(word)]).toEqual([word, 'statefulsets.v1.apps']);
  }
  expect(await name('hpa')).toBe('horizontalpodautoscalers.v2.autoscaling');
  expect(await name('hpa.v1.autoscaling')).toBe('horizontalpodautoscalers.v1.autoscaling');
  expect(await name('events')).toBe('events.v1.');
  expect(await name('events.events.k8s.io')).toBe('events.v1.events.k8s.io');
  const unknown = await caught(findResourceType(connection, 'statefullset'));
  expect([unknown.code, unknown.params]).toEqual(['kind.unknown', { name: 'statefullset', near: ['statefulset', 'statefulsets'] }]);
  const everyKind = (await kubectl(cluster, ['api-resources', '-o', 'name'])).stdout.trim().split('\n').sort();
  expect((await listResourceTypes(connection)).filter(({ verbs }) => verbs.length > 0).map(qualifiedName).sort()).toEqual(everyKind);
});

test('the types that lib reads without discovery are as the server has them', async ({ cluster }) => {
  const { all } = await readDiscovery(await reach(cluster));
  for (const type of Object.values(builtinTypes)) {
    const served = all.find(({ group, version, plural }) => group === type.group && version === type.version && plural === type.plural);
    expect({ ...type, shortNames: [...type.shortNames].sort(), verbs: [] }).toEqual({ ...served, shortNames: [...(served?.shortNames ?? [])].sort(), verbs: [] });
  }
});

test('a list is read page by page, whole, and again when its continue token expires', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  const names = Array.from({ length: 12 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
  await Promise.all(names.map((name) => createObject(connection, configmaps, namespace, configMap(name), { fieldManager })));
  const list = () => listObjects(connection, configmaps, { namespace, pageSize: 5, labelSelector: 'x!=y' });
  const { items, resourceVersion, serverTime } = await list();
  expect(items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('page-'))).toEqual(names);
  expect(items.every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap')).toBe(true);
  expect(Number(resourceVersion)).toBeGreaterThan(0);
  expect(Math.abs(serverTime!.getTime() - Date.now())).toBeLessThan(5_000);
  proxy.forgetRequests();
  const fault = proxy.addFault({ kind: 'status', status: 410, matches: ({ path }) => path.includes('continue=') });
  expect((await list()).items.length).toBe(items.length);
  expect([fault.struck, proxy.requests.length]).toEqual([1, 5]);
  const metadataOnly = await listObjects(connection, configmaps, { namespace, metadataOnly: true });
  expect(metadataOnly.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  expect(metadataOnly.items.some((item) => 'data' in item)).toBe(false);
});

test('int64 and unknown fields survive create, get, list, replace and patch', async ({ cluster, namespace }) => {
  const connection = await reach(cluster);
  const group = `${namespace}.example.com`;
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `numbers.${group}` },
    spec: { group, scope: 'Namespaced', names: { plural: 'numbers', singular: 'number', kind: 'Number' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }] },
  };
  const crds = await findResourceType(connection, 'crd');
  await createObject(connection, crds, undefined, crd, { fieldManager });
  onTestFinished(() => kubectl(cluster, ['delete', 'crd', crd.metadata.name, '--wait=false']).then(() => {}));
  const type = await waitUntil(() => (forgetDiscovery(connection), findResourceType(connection, `numbers.${group}`)), { what: 'the new type' });
  // The storage of a new type is up a moment after discovery names it.
  await waitUntil(() => listObjects(connection, type, { namespace, retry: 'none' }), { what: 'the new type to be served' });
  const spec = '{"big":9223372036854775807,"negative":-9007199254740993,"futureFlag":{"a":null}}';
  const object = parseJson(`{"apiVersion":"${group}/v1","kind":"Number","metadata":{"name":"n"},"spec":${spec}}`) as JsonObject;
  await createObject(connection, type, namespace, object, { fieldManager });
  const kept = async () => stringifyJson((await getObject(connection, type, namespace, 'n'))?.['spec']);
  const parsed = (text: string) => stringifyJson(sortKeys(parseJson(text) as JsonObject));
  expect(parsed(await kept())).toBe(parsed(spec));
  const live = (await listObjects(connection, type, { namespace })).items[0]!;
  live.metadata['labels'] = { replaced: 'yes' };
  await replaceObject(connection, type, namespace, 'n', live, { fieldManager });
  const value = (parseJson('{"v":9223372036854775806}') as JsonObject)['v']!;
  await patchObject(connection, type, namespace, 'n', [{ op: 'add', path: '/spec/second', value }], { fieldManager, patchType: 'application/json-patch+json' });
  expect(parsed(await kept())).toBe(parsed(spec.replace('}}', '},"second":9223372036854775806}')));
});

function sortKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('writes are held to what they were based on', async ({ cluster, namespace }) => {
  const connection = await reach(cluster);
  const created = await createObject(connection, configmaps, namespace, configMap('c', { a: '1' }), { fieldManager });
  const patch = (value: string, test: string, dryRun = false) =>
    patchObject(connection, configmaps, namespace, 'c', [{ op: 'test', path: '/data/a', value: test }, { op: 'replace', path: '/data/a', value }], { fieldManager, patchType: 'application/json-patch+json', dryRun });
  const read = async () => ((await getObject(connection, configmaps, namespace, 'c'))?.['data'] as JsonObject)['a'];
  expect([(await patch('2', '1', true))['data'], await read()]).toEqual([{ a: '2' }, '1']);
  await patch('2', '1');
  expect((await caught(patch('3', '1'))).code).toBe('server.rejected');
  const stale = await caught(replaceObject(connection, configmaps, namespace, 'c', created, { fieldManager }));
  expect([stale.code, mayHaveArrived(stale), failureOf(stale)?.reason]).toEqual(['server.conflict', false, 'Conflict']);
  const unknown = await caught(createObject(connection, configmaps, namespace, { ...configMap('d'), dada: {} }, { fieldManager }));
  expect(unknown.params).toMatchObject({ message: expect.stringContaining('unknown field "dada"') });
  expect((await caught(createObject(connection, configmaps, namespace, configMap('c'), { fieldManager }))).params).toMatchObject({ object: 'configmaps/c' });
  expect((await caught(deleteObject(connection, configmaps, namespace, 'c', { uid: 'another' }))).code).toBe('server.conflict');
  expect((await caught(deleteObject(connection, configmaps, namespace, 'c', { resourceVersion: '1' }))).code).toBe('server.conflict');
  expect([await deleteObject(connection, configmaps, namespace, 'c', { uid: created.metadata.uid, dryRun: true }), await read()]).toEqual([true, '2']);
  expect(await deleteObject(connection, configmaps, namespace, 'c', { uid: created.metadata.uid })).toBe(true);
  expect(await deleteObject(connection, configmaps, namespace, 'c')).toBe(false);
  expect(await getObject(connection, configmaps, namespace, 'c')).toBeUndefined();
  expect(isNotFound(await caught(patch('1', '1')))).toBe(true);
});

test('targets take two round trips, and a wrong one is answered with what may have been meant', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  await applyManifests(cluster, namespace, thanosQuery({ name: `query-${namespace}` }));
  const connection = await reach(proxy);
  const options = { namespace, flagsForHints: " --context 'prod eu'", verb: 'rollback plan' };
  const found = await resolveTargets(connection, [`deploy/query-${namespace}`], options);
  expect(found.map(({ type, object }) => [type.plural, object.kind, object.metadata.name])).toEqual([['deployments', 'Deployment', `query-${namespace}`]]);
  expect([proxy.sequentialRoundTrips(), proxy.requests.length]).toEqual([2, 3]);

  const twice = await resolveTargets(connection, ['deploy', `query-${namespace}`, `query-${namespace}`], options);
  expect(twice.length).toBe(1);
  expect((await resolveTargets(connection, ['deploy'], { ...options, selector: `app.kubernetes.io/name=query-${namespace}` })).length).toBe(1);
  expect((await caught(resolveTargets(connection, ['deploy'], options))).code).toBe('target.bad-form');

  const typo = await caught(resolveTargets(connection, [`deploy/query-${namespace}x`], options));
  expect([typo.code, typo.params]).toEqual(['target.not-found', { target: `deploy/query-${namespace}x`, namespace, near: [`query-${namespace}`], elsewhere: [] }]);
  const elsewhere = await caught(resolveTargets(connection, [`deploy/query-${namespace}`], { ...options, namespace: 'default' }));
  const command = `kubectl rollback plan deploy/query-${namespace} -n ${namespace} --context 'prod eu'`;
  expect(elsewhere.params).toMatchObject({ elsewhere: [{ namespace, command }] });
  const wrongNamespace = await caught(resolveTargets(connection, ['deploy/x'], { ...options, namespace: `${namespace}y` }));
  expect([wrongNamespace.code, wrongNamespace.params]).toEqual(['namespace.unknown', { name: `${namespace}y`, near: expect.arrayContaining([namespace]) as string[] }]);

  // Who may only read this namespace still gets an answer, with less in it.
  await kubectl(cluster, ['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer'], { namespace });
  const viewer = await reach(cluster, { as: 'viewer' });
  const limited = await waitUntil(async () => {
    const error = await caught(resolveTargets(viewer, [`deploy/query-${namespace}x`], options));
    return isError(error, 'target.not-found') && error;
  }, { what: 'the role binding' });
  expect(limited.params).toMatchObject({ near: [`query-${namespace}`], elsewhere: [] });
});

test('an eviction that a budget forbids is told from a busy server, a gone pod and a replaced one', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  await applyManifests(cluster, namespace, thanosQuery({ name: 'query', replicas: 1 }));
  await waitForRollout(cluster, namespace, 'deployment/query');
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'keep-query' }, spec: { minAvailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'query' } } } };
  await createObject(connection, poddisruptionbudgets, namespace, budget, { fieldManager });
  const pod = (await listObjects(connection, pods, { namespace })).items[0]!;
  const { name, uid } = pod.metadata;
  await waitUntil(async () => ((await getObject(connection, poddisruptionbudgets, namespace, 'keep-query'))?.['status'] as JsonObject)['expectedPods'] === 1, { what: 'the budget to be counted' });

  const blocked = await evictPod(connection, namespace, name, { uid });
  expect(blocked).toMatchObject({ outcome: 'blocked', budgets: ['keep-query'], message: expect.stringContaining('disruption budget') });
  expect(await evictPod(connection, namespace, name, { uid, dryRun: true })).toMatchObject({ outcome: 'blocked' });
  expect(await evictPod(connection, namespace, 'no-such-pod', { uid })).toEqual({ outcome: 'gone' });
  proxy.addFault({ kind: 'status', status: 429, retryAfterSeconds: 3, matches: ({ path }) => path.endsWith('/eviction') });
  expect(await evictPod(connection, namespace, name, { uid })).toEqual({ outcome: 'throttled', retryAfterSeconds: 3 });

  await deleteObject(connection, poddisruptionbudgets, namespace, 'keep-query');
  expect(await waitUntil(async () => evictPod(connection, namespace, name, { uid: 'another' }), { what: 'an answer' })).toEqual({ outcome: 'replaced' });
  expect(await evictPod(connection, namespace, name, { uid, dryRun: true })).toEqual({ outcome: 'evicted' });
  expect((await getObject(connection, pods, namespace, name))?.metadata.uid).toBe(uid);
  expect(await evictPod(connection, namespace, name, { uid })).toEqual({ outcome: 'evicted' });
  await waitUntil(async () => (await getObject(connection, pods, namespace, name)) === undefined, { what: 'the pod to go' });
});

test('logs are read as text, and missing ones are no error', async ({ cluster, namespace }) => {
  const connection = await reach(cluster);
  await applyManifests(cluster, namespace, thanosQuery({ name: 'query', replicas: 1 }));
  await waitForRollout(cluster, namespace, 'deployment/query');
  const pod = (await listObjects(connection, pods, { namespace })).items[0]!.metadata.name;
  await setPodLogs(cluster, namespace, pod, { current: ['{"level":"info"}', 'zwei: grün'], previous: ['panic: no space left'] });
  expect(await readLogs(connection, namespace, pod, { container: 'query' })).toEqual({ text: '{"level":"info"}\nzwei: grün\n', truncated: false });
  expect(await readLogs(connection, namespace, pod, { container: 'query', tailLines: 1 })).toEqual({ text: 'zwei: grün\n', truncated: false });
  expect(await readLogs(connection, namespace, pod, { container: 'query', limitBytes: 5 })).toEqual({ text: '{"lev', truncated: true });
  expect((await readLogs(connection, namespace, pod, { container: 'query', previous: true }))?.text).toBe('panic: no space left\n');
  expect(await readLogs(connection, namespace, pod, { container: 'no-such-container' })).toBeUndefined();
  expect(await readLogs(connection, namespace, 'no-such-pod', { container: 'query' })).toBeUndefined();
});

test('acting as a user in two groups has the rights of both', async ({ cluster, namespace }) => {
  await kubectl(cluster, ['create', 'role', 'reader', '--verb=get,list', '--resource=configmaps'], { namespace });
  await kubectl(cluster, ['create', 'role', 'writer', '--verb=create,update', '--resource=configmaps'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'readers', '--role=reader', '--group=team-a'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'writers', '--role=writer', '--group=team-b'], { namespace });
  const both = await reach(cluster, { as: 'bob', asGroup: ['team-a', 'team-b'] });
  const one = await reach(cluster, { as: 'bob', asGroup: ['team-a'] });
  await waitUntil(() => listObjects(one, configmaps, { namespace }), { what: 'the role bindings' });
  const created = await waitUntil(() => createObject(both, configmaps, namespace, configMap('c'), { fieldManager }), { what: 'the second role binding' });
  expect((await getObject(both, configmaps, namespace, 'c'))?.metadata.uid).toBe(created.metadata.uid);
  await replaceObject(both, configmaps, namespace, 'c', { ...created, data: { a: '1' } }, { fieldManager });

  const wanted = [
    { verb: 'create', resource: 'configmaps', group: '', namespace },
    { verb: 'get', resource: 'configmaps', group: '', namespace },
    { verb: 'create', resource: 'pods/eviction', group: '', namespace },
  ];
  expect(await findMissingPermissions(both, wanted)).toEqual([wanted[2]]);
  expect(await findMissingPermissions(one, wanted)).toEqual([wanted[0], wanted[2]]);
  const refused = await caught(deleteObject(both, configmaps, namespace, 'c'));
  expect([refused.code, refused.exitCode, refused.params]).toMatchObject(['access.forbidden', 4, { user: 'bob', missing: [{ verb: 'delete', resource: 'configmaps', group: '', namespace, name: 'c' }] }]);
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { services: '0' } } };
  await kubectl(cluster, ['apply', '-f', '-'], { namespace, input: JSON.stringify(quota) });
  const admin = await reach(cluster);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } };
  const overQuota = await waitUntil(async () => {
    const error = await caught(createObject(admin, builtinTypes.services, namespace, service, { fieldManager, dryRun: true }));
    return error.code === 'access.forbidden' && error;
  }, { what: 'the quota' });
  expect(overQuota.params).toMatchObject({ missing: [], detail: expect.stringContaining('exceeded quota') });
});

test('tokens are believed as given, from a file and from a plugin, until the account is gone', async ({ cluster, namespace, runFolder }) => {
  await kubectl(cluster, ['create', 'serviceaccount', 'robot'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'robot', '--clusterrole=view', `--serviceaccount=${namespace}:robot`], { namespace });
  const token = (await kubectl(cluster, ['create', 'token', 'robot'], { namespace })).stdout.trim();
  const answer = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
  const at = (name: string) => join(runFolder, `${namespace}-${name}`);
  writeFileSync(at('token'), token);
  writeFileSync(at('plugin'), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
  chmodSync(at('plugin'), 0o700);
  const users: Record<string, object> = {
    token: { token },
    tokenFile: { tokenFile: at('token') },
    exec: { exec: { apiVersion: answer.apiVersion, command: at('plugin'), interactiveMode: 'Never' } },
  };
  const connections: Connection[] = [];
  for (const [name, user] of Object.entries(users)) {
    const config = {
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: name } }],
      clusters: [{ name: 'x', cluster: { server: cluster.server, 'certificate-authority': cluster.pki.ca } }],
      users: [{ name, user }],
    };
    writeFileSync(at(`config-${name}`), JSON.stringify(config));
    connections.push(await reach({ kubeconfig: at(`config-${name}`) }));
  }
  for (const connection of connections) {
    await waitUntil(() => listObjects(connection, configmaps, { namespace }), { what: 'the role binding' });
  }
  const wrong = await caught(listObjects(await reach(cluster, { token: 'wrong' }), configmaps, { namespace }));
  expect([wrong.code, wrong.exitCode, wrong.params]).toMatchObject(['credentials.rejected', 4, { server: cluster.server, detail: 'Unauthorized' }]);
  await kubectl(cluster, ['delete', 'serviceaccount', 'robot'], { namespace });
  for (const connection of connections) {
    const rejected = async () => isError(await caught(listObjects(connection, configmaps, { namespace })), 'credentials.rejected');
    await waitUntil(rejected, { what: 'the token of a deleted account to be refused' });
  }
});

test('an expired client certificate is named as what it is', async ({ cluster, namespace, runFolder }) => {
  const at = (name: string) => join(runFolder, `${namespace}-${name}`);
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: runFolder, stdio: 'pipe' });
  const configuration = `[ca]\ndefault_ca=own\n[own]\ndatabase=${at('index')}\nserial=${at('serial')}\nnew_certs_dir=${runFolder}\ndefault_md=sha256\nunique_subject=no\npolicy=any\n[any]\ncommonName=supplied\norganizationName=optional\n`;
  writeFileSync(at('index'), '');
  writeFileSync(at('serial'), '1000\n');
  writeFileSync(at('configuration'), configuration);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key'), '-out', at('request'), '-subj', '/O=system:masters/CN=late');
  const caKey = cluster.pki.ca.replace(/\.crt$/, '.key');
  const sign = (name: string, ...dates: string[]) =>
    openssl('ca', '-batch', '-notext', '-config', at('configuration'), '-cert', cluster.pki.ca, '-keyfile', caKey, '-in', at('request'), '-out', at(name), ...dates);
  sign('expired', '-startdate', '20200101000000Z', '-enddate', '20200201000000Z');
  sign('valid', '-days', '1');
  const kubeconfig = at('no-user');
  writeFileSync(kubeconfig, readFileSync(cluster.kubeconfig, 'utf8'));
  const asLate = (name: string) => reach({ kubeconfig }, { clientCertificate: at(name), clientKey: at('key') });
  expect((await listObjects(await asLate('valid'), configmaps, { namespace })).items.length).toBeGreaterThan(0);
  const error = await caught(listObjects(await asLate('expired'), configmaps, { namespace }));
  expect([error.code, error.params]).toMatchObject(['credentials.rejected', { detail: 'the client certificate expired at 2020-02-01T00:00:00.000Z' }]);
});

test('a write whose answer was lost may have arrived, one that was refused has not', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  const isPut = ({ method }: { method: string }) => method === 'PUT';
  const object = await createObject(connection, configmaps, namespace, configMap('c', { n: '0' }), { fieldManager });
  await Promise.all(Array.from({ length: 3 }, () => getObject(connection, configmaps, namespace, 'c')));
  proxy.forgetRequests();
  proxy.addFault({ kind: 'reset-after', matches: isPut });
  const lost = await caught(replaceObject(connection, configmaps, namespace, 'c', { ...object, data: { n: '1' } }, { fieldManager }));
  // Sent a second time it would have come back as a conflict with itself.
  expect([lost.code, mayHaveArrived(lost), proxy.requests.filter(isPut).length]).toEqual(['server.unreachable', true, 1]);
  const live = (await getObject(connection, configmaps, namespace, 'c'))!;
  expect(live['data']).toEqual({ n: '1' });
  proxy.addFault({ kind: 'status', status: 429, matches: isPut });
  const refused = await caught(replaceObject(connection, configmaps, namespace, 'c', { ...live, data: { n: '2' } }, { fieldManager }));
  expect([refused.code, mayHaveArrived(refused)]).toEqual(['server.error', false]);
});

test('reads go on through 429, 503, resets and cut answers', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  const isList = ({ path }: { path: string }) => path.includes('/deployments');
  await applyManifests(cluster, namespace, thanosQuery());
  for (const fault of [{ kind: 'status', status: 429, retryAfterSeconds: 1 }, { kind: 'status', status: 503, times: 2 }, { kind: 'reset-before' }, { kind: 'truncate' }] as const) {
    const struck = proxy.addFault({ ...fault, matches: isList });
    expect((await listObjects(connection, deployments, { namespace })).items.length).toBe(1);
    expect(struck.struck).toBeGreaterThan(0);
  }
});

test('the version of the server is read', async ({ cluster }) => {
  const version = await readServerVersion(await reach(cluster));
  expect(version).toEqual({ gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/), major: 1, minor: expect.any(Number) });
});
