/** Watching a real API server through everything that can happen to a watch in a night. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as openSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { isError } from '../../lib/core/errors.ts';
import { isExpired } from '../../lib/kube/failures.ts';
import { findResourceType, forgetDiscovery, readDiscovery } from '../../lib/kube/discovery.ts';
import { createObject, deleteObject, listObjects, patchObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { watchEvents } from '../../lib/kube/watch-events.ts';
import { observeObjects, type Observation, type ObserveOptions } from '../../lib/kube/watch.ts';
import { deleteControlPlane, restartApiServer, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { waitUntil } from '../support/wait-until.ts';
import { caught, configMap, fieldManager, reach } from './kube-connection.ts';

const { configmaps } = builtinTypes;

/** Reads observations in the background; `latest` says what a reader would know now. */
function startObserver(connection: Connection, namespace: string, options: Partial<ObserveOptions> = {}) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const seen: Observation[] = [];
  const query = { type: configmaps, namespace, labelSelector: 'watched=yes' };
  const ended = (async () => {
    for await (const observation of observeObjects(connection, query, { signal: stop.signal, ...options })) seen.push(observation);
  })();
  ended.catch(() => {});
  const names = () => [...(seen.at(-1)?.objects.values() ?? [])].map(({ metadata }) => metadata.name).sort();
  const until = (what: string, condition: () => boolean) => waitUntil(condition, { what, everyMs: 10 });
  return { seen, ended, stop, names, until };
}

const watched = (name: string) => ({ ...configMap(name), metadata: { name, labels: { watched: 'yes' } } });
const create = (connection: Connection, namespace: string, name: string) => createObject(connection, configmaps, namespace, watched(name), { fieldManager });
const isWatch = ({ path }: { path: string }) => path.includes('watch=true');

test('the whole set comes first and after every change, and the iteration ends at once when aborted', async ({ cluster, namespace }) => {
  const connection = await reach(cluster);
  await create(connection, namespace, 'a');
  const observer = startObserver(connection, namespace);
  await observer.until('the first set', () => observer.seen.length === 1);
  expect([observer.names(), observer.seen[0]!.connected]).toEqual([['a'], true]);
  await create(connection, namespace, 'b');
  await observer.until('b', () => observer.names().join() === 'a,b');
  await patchObject(connection, configmaps, namespace, 'a', { data: { x: '1' } }, { fieldManager, patchType: 'application/merge-patch+json' });
  await observer.until('the change of a', () => [...observer.seen.at(-1)!.objects.values()].some((object) => object['data'] !== undefined));
  // Out of the selector is gone, too.
  await patchObject(connection, configmaps, namespace, 'b', { metadata: { labels: { watched: 'no' } } }, { fieldManager, patchType: 'application/merge-patch+json' });
  await observer.until('b to leave', () => observer.names().join() === 'a');
  await deleteObject(connection, configmaps, namespace, 'a');
  await observer.until('a to go', () => observer.names().length === 0);
  expect(observer.seen[0]!.objects.size).toBe(1);
  const startMs = performance.now();
  observer.stop.abort();
  await observer.ended;
  expect(performance.now() - startMs).toBeLessThan(50);
});

test('many changes while the reader is busy come in one piece', async ({ cluster, namespace }) => {
  const connection = await reach(cluster);
  const stop = new AbortController();
  let rounds = 0;
  for await (const { objects } of observeObjects(connection, { type: configmaps, namespace, labelSelector: 'watched=yes' }, { signal: stop.signal })) {
    rounds++;
    if (objects.size === 20) break;
    if (rounds === 1) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => create(connection, namespace, `c-${index}`)));
      await waitUntil(async () => (await listObjects(connection, configmaps, { namespace, labelSelector: 'watched=yes' })).items.length === 20, { what: 'all to be there' });
    }
  }
  expect(rounds).toBeLessThan(10);
});

test('a watch that the server closes goes on without a word and without listing again', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  // timeoutSeconds is 0.8 of the silence: the server closes this one every second.
  const observer = startObserver(connection, namespace, { silenceMs: 2_000 });
  await waitUntil(() => proxy.requests.filter(isWatch).length >= 3, { what: 'three watches' });
  await create(connection, namespace, 'late');
  await observer.until('late', () => observer.names().join() === 'late');
  expect(observer.seen.every(({ connected }) => connected)).toBe(true);
  expect(proxy.requests.filter(({ method, path }) => method === 'GET' && !isWatch({ path })).length).toBe(1);
});

test('an expired version is listed again without being called a disconnection', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  const gone = proxy.addFault({ kind: 'status', status: 410, times: 2, matches: isWatch });
  const observer = startObserver(connection, namespace);
  await waitUntil(() => gone.struck === 2, { what: 'both faults' });
  await create(connection, namespace, 'after');
  await observer.until('after', () => observer.names().join() === 'after');
  expect(observer.seen.every(({ connected }) => connected)).toBe(true);
});

test('a broken connection is told with its reason, and what happened meanwhile is seen', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const [through, direct] = [await reach(proxy), await reach(cluster)];
  const fault = proxy.addFault({ kind: 'reset-before', times: 3, matches: ({ path }) => path.includes('watched') });
  const observer = startObserver(through, namespace);
  await observer.until('the loss', () => observer.seen.some(({ connected }) => !connected));
  await create(direct, namespace, 'meanwhile');
  await observer.until('meanwhile', () => observer.names().join() === 'meanwhile' && observer.seen.at(-1)!.connected);
  expect(fault.struck).toBe(3);
  expect(observer.seen.find(({ connected }) => !connected)?.reason).toBe('the connection broke before the answer was complete');
});

test('a connection that is silently dead is noticed and replaced', async ({ cluster, namespace, runFolder }) => {
  const relay = await startRelay(cluster, runFolder);
  const [through, direct] = [await reach(relay, { requestTimeoutMs: 3_000 }), await reach(cluster)];
  const observer = startObserver(through, namespace, { silenceMs: 1_500 });
  await observer.until('the first set', () => observer.seen.length > 0);
  await create(direct, namespace, 'heard');
  await observer.until('heard', () => observer.names().join() === 'heard');
  relay.freeze();
  await observer.until('the loss', () => observer.seen.at(-1)?.connected === false);
  await create(direct, namespace, 'unheard');
  relay.thaw();
  await observer.until('unheard', () => observer.names().join() === 'heard,unheard' && observer.seen.at(-1)!.connected);
  expect(observer.seen.find(({ connected }) => !connected)?.reason).toMatch(/^no (byte|answer)/);
});

test('a refusal ends it with the error', async ({ cluster, namespace }) => {
  const stranger = await reach(cluster, { as: 'stranger' });
  const observer = startObserver(stranger, namespace);
  const error = await caught(observer.ended);
  expect([error.code, error.params]).toMatchObject(['access.forbidden', { missing: [{ verb: 'list', resource: 'configmaps', namespace }] }]);
  const badQuery = observeObjects(await reach(cluster), { type: configmaps, namespace, fieldSelector: 'data.x=1' }, { signal: new AbortController().signal });
  expect((await caught(badQuery.next())).code).toBe('server.rejected');
});

test('a right that is taken away ends a running one too', async ({ cluster, namespace }) => {
  await kubectl(cluster, ['create', 'rolebinding', 'guest', '--clusterrole=view', '--user=guest'], { namespace });
  const guest = await reach(cluster, { as: 'guest' });
  await waitUntil(() => listObjects(guest, configmaps, { namespace }), { what: 'the role binding' });
  const observer = startObserver(guest, namespace, { silenceMs: 2_000 });
  await observer.until('the first set', () => observer.seen.length > 0);
  await kubectl(cluster, ['delete', 'rolebinding', 'guest'], { namespace });
  expect((await caught(observer.ended)).code).toBe('access.forbidden');
});

test('an API server that restarts is waited for, and a version from before is expired', async ({ runFolder }) => {
  const plane = await startControlPlane(runFolder, 'kube-watch');
  onTestFinished(() => deleteControlPlane(plane), 60_000);
  const connection = await reach(plane);
  const { resourceVersion: before } = await listObjects(connection, configmaps, { namespace: 'default' });
  await create(connection, 'default', 'a');
  const observer = startObserver(connection, 'default');
  await observer.until('the first set', () => observer.seen.length === 1);
  const restarted = restartApiServer(plane);
  await observer.until('the loss', () => observer.seen.at(-1)?.connected === false);
  expect(observer.names()).toEqual(['a']);
  await restarted;
  await create(connection, 'default', 'b');
  await observer.until('b', () => observer.names().join() === 'a,b' && observer.seen.at(-1)!.connected);

  const signal = new AbortController().signal;
  const old = (async () => {
    for await (const _events of watchEvents(connection, { type: configmaps, namespace: 'default' }, before, 10_000, signal));
  })();
  expect(isExpired(await caught(old))).toBe(true);
  await oneDeadGroupHidesNoOther(connection, plane);
});

/** In a control plane of its own: a dead API group holds up the deletion of every namespace. */
async function oneDeadGroupHidesNoOther(connection: Connection, plane: ControlPlane): Promise<void> {
  const service = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.dead.example.com' },
    spec: {
      group: 'dead.example.com',
      version: 'v1',
      service: { name: 'none', namespace: 'default' },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  };
  await kubectl(plane, ['apply', '-f', '-'], { input: JSON.stringify(service) });
  const old: Connection = { ...connection, request: (request) => connection.request({ ...request, accept: 'application/json' }) };
  for (const each of [connection, old]) {
    const unavailable = await waitUntil(async () => {
      forgetDiscovery(each);
      const discovery = await readDiscovery(each);
      return discovery.unavailable.length > 0 && discovery.unavailable;
    }, { what: 'the dead group' });
    expect(unavailable).toEqual(['dead.example.com/v1']);
    expect((await findResourceType(each, 'sts')).plural).toBe('statefulsets');
    expect(isError(await caught(findResourceType(each, 'things.dead.example.com')), 'kind.unknown')).toBe(true);
  }
}

/** A TCP relay that can stop passing bytes without closing anything, as a NAT gateway does that has forgotten us. */
async function startRelay(cluster: ControlPlane, runFolder: string) {
  const upstream = new URL(cluster.server);
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;
  const server = createServer((near) => {
    const far = openSocket(Number(upstream.port), upstream.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const dead = frozen;
    const pass = (from: Socket, to: Socket) => {
      let stuck = dead;
      from.on('data', (data) => {
        stuck ||= frozen;
        if (!stuck) to.write(data);
      });
      from.on('error', () => {});
      from.on('close', () => (frozen || stuck ? undefined : to.destroy()));
    };
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(runFolder, `relay-${new URL(url).port}.kubeconfig`);
  writeFileSync(kubeconfig, readFileSync(cluster.kubeconfig, 'utf8').replaceAll(cluster.server, url));
  onTestFinished(() => {
    for (const socket of [...pairs].flat()) socket.destroy();
    server.close();
  });
  return { kubeconfig, freeze: () => void (frozen = true), thaw: () => void (frozen = false) };
}
