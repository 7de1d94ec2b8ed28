/** Shows that the proxy breaks exactly what it is told to break, against a real API server. */
import { expect } from 'vitest';
import { readFileSync } from 'node:fs';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';

test('passes requests, adds latency and counts round trips', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster, { latencyMs: 50 });
  await kubectl(proxy, ['create', 'configmap', 'through', '--from-literal=a=1'], { namespace });
  expect(
    (await kubectl(cluster, ['get', 'configmap', 'through', '-o', 'jsonpath={.data.a}'], { namespace })).stdout,
  ).toBe('1');
  expect(proxy.sequentialRoundTrips()).toBeGreaterThan(0);
  expect(proxy.requests.every(({ startMs, endMs }) => endMs - startMs >= 45)).toBe(true);
  await proxy.stop();
});

test('tears connections before or after the write arrived', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  const post = (name: string) =>
    fetch(`${proxy.server}/api/v1/namespaces/${namespace}/configmaps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name } }),
      tls: { ca: readFileSync(cluster.pki.ca, 'utf8') },
    } as RequestInit).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
  const isWrite = ({ method }: { method: string }) => method === 'POST';
  const exists = async (name: string) =>
    (await kubectl(cluster, ['get', 'configmap', name], { namespace, allowFailure: true })).exitCode === 0;

  const before = proxy.addFault({ kind: 'reset-before', matches: isWrite });
  await expect(post('lost')).rejects.toThrow();
  expect([before.struck, await exists('lost')]).toEqual([1, false]);

  proxy.addFault({ kind: 'reset-after', matches: isWrite });
  await expect(post('arrived')).rejects.toThrow();
  expect(await exists('arrived')).toBe(true);

  proxy.addFault({ kind: 'truncate', matches: isWrite });
  await expect(post('half')).rejects.toThrow();
  expect(await exists('half')).toBe(true);

  proxy.addFault({ kind: 'status', status: 429, retryAfterSeconds: 1, matches: isWrite });
  const throttled = await post('throttled');
  expect([throttled.status, JSON.parse(throttled.text).reason]).toEqual([429, 'TooManyRequests']);
  expect((await post('throttled')).status).toBe(201);
  await proxy.stop();
});
