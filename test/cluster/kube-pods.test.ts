/** lib/kube against a real API server: evictions and logs. */
import { expect, onTestFinished } from 'vitest';
import type { JsonObject } from '../../lib/core/json.ts';
import { evictPod } from '../../lib/kube/eviction.ts';
import { readLogs } from '../../lib/kube/logs.ts';
import { createObject, deleteObject, getObject, listObjects } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { setPodLogs } from '../support/pod-logs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, thanosQuery, waitForRollout } from '../support/workloads.ts';
import { fieldManager, reach } from './kube-connection.ts';

const { pods, poddisruptionbudgets } = builtinTypes;

test('an eviction that a budget forbids is told from a busy server, a gone pod and a replaced one', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  const connection = await reach(proxy);
  await applyManifests(cluster, namespace, thanosQuery({ name: 'query', replicas: 1 }));
  await waitForRollout(cluster, namespace, 'deployment/query');
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'keep-query' },
    spec: { minAvailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'query' } } },
  };
  await createObject(connection, poddisruptionbudgets, namespace, budget, { fieldManager });
  const pod = (await listObjects(connection, pods, { namespace })).items[0]!;
  const { name, uid } = pod.metadata;
  const countedPods = async () => ((await getObject(connection, poddisruptionbudgets, namespace, 'keep-query'))?.['status'] as JsonObject)['expectedPods'];
  await waitUntil(async () => (await countedPods()) === 1, { what: 'the budget to be counted' });

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
