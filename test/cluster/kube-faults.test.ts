/** lib/kube in front of a real API server that is badly reached. */
import { expect, onTestFinished } from 'vitest';
import { mayHaveArrived } from '../../lib/kube/failures.ts';
import { createObject, getObject, listObjects, replaceObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { applyManifests, thanosQuery } from '../support/workloads.ts';
import { caught, configMap, fieldManager, reach } from './kube-connection.ts';

const { configmaps, deployments } = builtinTypes;

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
  const faults = [
    { kind: 'status', status: 429, retryAfterSeconds: 1 },
    { kind: 'status', status: 503, times: 2 },
    { kind: 'reset-before' },
    { kind: 'truncate' },
  ] as const;
  for (const fault of faults) {
    const struck = proxy.addFault({ ...fault, matches: isList });
    expect((await listObjects(connection, deployments, { namespace })).items.length).toBe(1);
    expect(struck.struck).toBeGreaterThan(0);
  }
});
