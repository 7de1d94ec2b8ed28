/**
 * Capture, whatever happens, restore: every kind is back as it was, and a second restore has nothing to do. Then a thousand objects at once: how
 * many requests that takes; and trouble on the way to the API server.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { JsonObject } from '../../lib/core/json.ts';
import { canonicalJson } from '../../lib/core/json.ts';
import { findTypeOfObject, listResourceTypes } from '../../lib/kube/discovery.ts';
import { apiVersionOf } from '../../lib/kube/paths.ts';
import { skipReason } from '../../lib/snapshot/restore/skipped.ts';
import { createObject, deleteObject, getObject, replaceObject } from '../../lib/kube/objects.ts';
import type { Connection, KubeObject, ResourceType } from '../../lib/kube/types.ts';
import { atMost } from '../../lib/core/at-most.ts';
import { isError } from '../../lib/core/errors.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { capturedContent, connectFor, planFrom, restoreFrom } from '../support/captured.ts';
import { caught, fieldManager } from './kube-connection.ts';
import { kindTables, randomObjects, withoutTable, type RandomObject } from './restore-objects.ts';
import { waitUntil } from '../support/wait-until.ts';

const rounds = process.env['RETRACE_TEST_FULL'] === '1' ? 15 : 2;

interface Placed extends RandomObject {
  readonly resource: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
}

const manifestOf = ({ type, name, namespace }: Placed, state: JsonObject): JsonObject => {
  const at = type.lastIndexOf('/');
  return { ...state, apiVersion: type.slice(0, at), kind: type.slice(at + 1), metadata: { ...(state['metadata'] as JsonObject), name, ...(namespace === undefined ? {} : { namespace }) } };
};

/** What a person wrote, and what the server made of it, without what it gives by itself. */
function essence(object: KubeObject | undefined): unknown {
  if (!object) return undefined;
  const { metadata, status: _status, ...rest } = structuredClone(object) as any;
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !/^(deployment|deprecated\.daemonset)\./.test(key)));
  if (rest.kind === 'Service' && rest.spec.clusterIP !== 'None') for (const key of ['clusterIP', 'clusterIPs']) delete rest.spec[key];
  return JSON.parse(canonicalJson({ ...rest, labels: metadata.labels ?? {}, annotations }));
}

async function meetFate(connection: Connection, placed: Placed): Promise<void> {
  const { resource, namespace, name, fate, after } = placed;
  if (fate === 'untouched') return;
  if (fate === 'changed') {
    const live = (await getObject(connection, resource, namespace, name))!;
    const { uid, resourceVersion } = live.metadata;
    const manifest = manifestOf(placed, after);
    try {
      await replaceObject(connection, resource, namespace, name, { ...manifest, metadata: { ...(manifest['metadata'] as JsonObject), uid, resourceVersion } }, { fieldManager });
      return;
    } catch (error) {
      // A field that cannot be changed in place, or a status that was written in between.
      if (!isError(error, 'server.rejected') && !isError(error, 'server.conflict')) throw error;
    }
  }
  await deleteObject(connection, resource, namespace, name, { propagationPolicy: 'Background' });
  // Claims and volumes go when their protection has looked.
  await waitUntil(async () => (await getObject(connection, resource, namespace, name)) === undefined, { what: `${resource.kind} ${name} to go` });
  if (fate === 'deleted') return;
  await createObject(connection, resource, namespace, manifestOf(placed, after), { fieldManager });
}

test('every kind that the server has of its own and lets a person write is in a table, or a reason says why not', async ({ cluster, home }) => {
  const connection = await connectFor(cluster, home);
  const types = await listResourceTypes(connection);
  const isBuiltIn = ({ group }: ResourceType) => !group.includes('.') || group.endsWith('.k8s.io');
  const written = types.filter((type) => isBuiltIn(type) && ['list', 'create', 'update'].every((verb) => type.verbs.includes(verb)));
  const object = (type: ResourceType): JsonObject => ({ apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name: 'x' } });
  const names = written.filter((type) => skipReason(object(type), { isNamed: true }) === undefined).map((type) => `${apiVersionOf(type)}/${type.kind}`);
  expect(names.length).toBeGreaterThan(35);
  expect([...new Set(names)].sort()).toEqual([...kindTables.map(({ type }) => type), ...Object.keys(withoutTable)].sort());
  connection.close();
});

test('every built-in kind comes back as it was, whatever happened to it; a second restore has nothing to do', { timeout: 300_000 }, async ({ cluster, namespace, home }) => {
  const connection = await connectFor(cluster, home);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(randomObjects, async (objects) => {
      round += 1;
      const placed = await Promise.all(
        objects.map(async (object): Promise<Placed> => {
          const at = object.type.lastIndexOf('/');
          const resource = (await findTypeOfObject(connection, { apiVersion: object.type.slice(0, at), kind: object.type.slice(at + 1) }))!;
          return { ...object, resource, namespace: object.clusterScoped ? undefined : namespace, name: `${object.clusterScoped ? `${namespace}-` : ''}${resource.singular}-${round}` };
        }),
      );
      const read = () => Promise.all(placed.map(({ resource, namespace: place, name }) => getObject(connection, resource, place, name)));
      try {
        await atMost(8, placed, (one) => createObject(connection, one.resource, one.namespace, manifestOf(one, one.before), { fieldManager }));
        const captured = (await read()) as KubeObject[];
        await atMost(8, placed, (one) => meetFate(connection, one));
        const content = await capturedContent(connection, home, captured, placed.map(({ resource }) => resource));
        await restoreFrom(content, connection, home);
        expect((await read()).map(essence)).toEqual(captured.map(essence));
        const { plan } = await planFrom(content, connection, home);
        expect(plan.targets.filter((target) => target.layer === 'object' && target.verb !== 'noop' && target.because?.code !== 'added')).toEqual([]);
      } finally {
        await Promise.all(placed.filter(({ clusterScoped }) => clusterScoped).map(({ resource, name }) => deleteObject(connection, resource, undefined, name)));
      }
    }),
    { numRuns: rounds, endOnFailure: true },
  );
  connection.close();
});

const configMap = (name: string, value: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } });

test('a thousand objects: a few reads, one dry run and one write an object', { timeout: 300_000 }, async ({ cluster, namespace, home, runFolder }) => {
  const direct = await connectFor(cluster, home);
  const type = (await findTypeOfObject(direct, { apiVersion: 'v1', kind: 'ConfigMap' }))!;
  const names = Array.from({ length: 1000 }, (_, at) => `o-${at}`);
  const captured = await atMost(16, names, (name) => createObject(direct, type, namespace, configMap(name, 'good'), { fieldManager }));
  await atMost(16, names, async (name) => {
    const { uid, resourceVersion } = captured[names.indexOf(name)]!.metadata;
    await replaceObject(direct, type, namespace, name, { ...configMap(name, 'bad'), metadata: { name, uid, resourceVersion } }, { fieldManager });
  });
  const proxy = await startFaultProxy(runFolder, cluster);
  const connection = await connectFor(proxy, home);
  const content = await capturedContent(connection, home, captured, [type]);
  proxy.forgetRequests();
  await restoreFrom(content, connection, home);
  const requests = proxy.requests.map(({ method, path }) => ({ method, path }));
  const dryRuns = requests.filter(({ path }) => path.includes('dryRun=All'));
  const writes = requests.filter(({ method, path }) => method === 'PUT' && /configmaps\/o-/.test(path) && !path.includes('dryRun'));
  const reads = requests.filter(({ method, path }) => method === 'GET' && /configmaps\/o-/.test(path));
  expect({ dryRuns: dryRuns.length, writes: writes.length, reads: reads.length }).toEqual({ dryRuns: 1000, writes: 1000, reads: 0 });
  // Lists, lock, record, access reviews, discovery.
  expect(requests.length - 2000).toBeLessThan(150);
  const live = await atMost(16, names, (name) => getObject(direct, type, namespace, name));
  expect(live.filter((object) => (object!['data'] as JsonObject)['value'] !== 'good')).toEqual([]);
  connection.close();
  direct.close();
  await proxy.stop();
});

const troubles = [
  ['409: written by somebody else in the meantime, its state the same', { kind: 'status', status: 409, times: 2 }],
  ['429: throttled', { kind: 'status', status: 429, retryAfterSeconds: 1, times: 2 }],
  ['500, not carried out', { kind: 'status', status: 500, times: 2 }],
  ['a connection that broke before the write arrived', { kind: 'reset-before', times: 2 }],
  ['a connection that broke after the write had arrived', { kind: 'reset-after', times: 3 }],
] as const;

for (const [what, fault] of troubles) {
  test.concurrent(`trouble on the way: ${what}`, { timeout: 180_000 }, async ({ cluster, namespace, home, runFolder }) => {
    const direct = await connectFor(cluster, home);
    const type = (await findTypeOfObject(direct, { apiVersion: 'v1', kind: 'ConfigMap' }))!;
    const kinds = ['changed', 'deleted', 'sealed'];
    const captured = await Promise.all(kinds.map((name) => createObject(direct, type, namespace, { ...configMap(name, 'good'), ...(name === 'sealed' ? { immutable: true } : {}) }, { fieldManager })));
    const { uid, resourceVersion } = captured[0]!.metadata;
    await replaceObject(direct, type, namespace, 'changed', { ...configMap('changed', 'bad'), metadata: { name: 'changed', uid, resourceVersion } }, { fieldManager });
    await deleteObject(direct, type, namespace, 'deleted');
    await deleteObject(direct, type, namespace, 'sealed');
    await createObject(direct, type, namespace, { ...configMap('sealed', 'bad'), immutable: true }, { fieldManager });
    const proxy = await startFaultProxy(runFolder, cluster);
    const connection = await connectFor(proxy, home);
    const content = await capturedContent(connection, home, captured, [type]);
    const isOurs = ({ method, path }: { method: string; path: string }) => method !== 'GET' && new RegExp(`/namespaces/${namespace}/configmaps(/(changed|deleted|sealed))?\\?`).test(path) && path.includes('kubectl-snapshot') && !path.includes('dryRun');
    const struck = proxy.addFault({ ...fault, matches: isOurs });
    await restoreFrom(content, connection, home);
    expect(struck.struck).toBe(fault.times);
    const live = await Promise.all(kinds.map((name) => getObject(direct, type, namespace, name)));
    expect(live.map((object) => (object!['data'] as JsonObject)['value'])).toEqual(['good', 'good', 'good']);
    connection.close();
    direct.close();
    await proxy.stop();
  });
}

test.concurrent('somebody else changes an object between plan and write: told as stale, theirs stays', async ({ cluster, namespace, home }) => {
  const connection = await connectFor(cluster, home);
  const type = (await findTypeOfObject(connection, { apiVersion: 'v1', kind: 'ConfigMap' }))!;
  const captured = await createObject(connection, type, namespace, configMap('x', 'good'), { fieldManager });
  const write = async (value: string) => {
    const { uid, resourceVersion } = (await getObject(connection, type, namespace, 'x'))!.metadata;
    await replaceObject(connection, type, namespace, 'x', { ...configMap('x', value), metadata: { name: 'x', uid, resourceVersion } }, { fieldManager });
  };
  await write('bad');
  const content = await capturedContent(connection, home, [captured], [type]);
  const error = await caught(restoreFrom(content, connection, home, { between: () => write('worse') }));
  expect(error).toMatchObject({ code: 'plan.stale', exitCode: 5, params: { target: 'configmap/x', changed: ['state'] } });
  expect((await getObject(connection, type, namespace, 'x'))!['data']).toEqual({ value: 'worse' });
  connection.close();
});
