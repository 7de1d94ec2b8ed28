/** lib/kube against a real API server: lists, numbers, preconditions. */
import { expect, onTestFinished } from 'vitest';
import { parseJson, stringifyJson, type JsonObject } from '../../lib/core/json.ts';
import { findResourceType, forgetDiscovery } from '../../lib/kube/discovery.ts';
import { failureOf, isNotFound, mayHaveArrived } from '../../lib/kube/failures.ts';
import { createObject, deleteObject, getObject, listObjects, patchObject, replaceObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { JsonPatchOperation } from '../../lib/kube/types.ts';
import { caught, configMap, fieldManager, reach } from './kube-connection.ts';

const { configmaps } = builtinTypes;

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
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'numbers', singular: 'number', kind: 'Number' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
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
  const patch = (value: string, expected: string, dryRun = false) => {
    const operations: JsonPatchOperation[] = [{ op: 'test', path: '/data/a', value: expected }, { op: 'replace', path: '/data/a', value }];
    return patchObject(connection, configmaps, namespace, 'c', operations, { fieldManager, patchType: 'application/json-patch+json', dryRun });
  };
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
