import { expect } from 'vitest';
import type { Context } from '../../lib/core/context.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import { listObjects } from '../../lib/kube/objects.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { askApi, listTargets, queryInstant, readMetrics, readRunningConfig, readRuntime, readVersion } from '../../lib/prometheus/api.ts';
import { componentsOf } from '../../lib/prometheus/components.ts';
import { openEndpoint } from '../../lib/prometheus/endpoint.ts';
import type { Endpoint } from '../../lib/prometheus/endpoint.ts';
import { test } from '../support/fixtures.ts';
import { openMachine, refusal } from '../support/machine.ts';
import { remoteWriteUrl, startPrometheus, startQuery, startReceive } from '../support/prometheus.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Scrapes itself each second, as cluster c1; with a password that must not be told. */
function scrapesItself(address: string, more = ''): string {
  return `global: {scrape_interval: 1s, external_labels: {cluster: c1}}\nscrape_configs: [{job_name: self, static_configs: [{targets: ["${address}"]}]}]\n${more}`;
}

async function openAll({ connection, context }: { connection: Connection; context: Context }, namespace: string): Promise<Record<string, Endpoint>> {
  const found = componentsOf((await listObjects(connection, builtinTypes.pods, { namespace })).items);
  return Object.fromEntries(await Promise.all(found.map(async (component) => [component.role, await openEndpoint(connection, component, context)] as const)));
}

test.concurrent('A server, an agent, Receive and Query are found by their pods and asked through the API server; what only a server can answer, the agent says', async ({ cluster, namespace, runFolder, home, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const receive = await startReceive(place, 'receive-0');
  await startPrometheus(place, 'prometheus-0', { config: scrapesItself });
  await startPrometheus(place, 'agent-0', { agent: true, config: (address) => scrapesItself(address, `remote_write: [{url: "${remoteWriteUrl(receive)}", basic_auth: {username: u, password: hunter2}}]`) });
  await startQuery(place, 'query-0', [receive]);
  const machine = await openMachine(cluster, home);
  const endpoints = await openAll(machine, namespace);
  expect(Object.keys(endpoints).sort()).toEqual(['agent', 'prometheus', 'query', 'receive']);
  const { prometheus, agent, query, receive: receiver } = endpoints as { prometheus: Endpoint; agent: Endpoint; query: Endpoint; receive: Endpoint };

  expect([await readVersion(prometheus), await readVersion(agent), await readVersion(query)]).toEqual(['3.16.0', '3.16.0', '0.42.4']);
  const runtime = await readRuntime(agent);
  expect(runtime.reloaded).toBe(true);
  expect(Date.parse(runtime.configAt!)).toBeGreaterThanOrEqual(Date.parse(runtime.startedAt!) - 1000);
  const config = await readRunningConfig(agent);
  expect(config).toContain('cluster: c1');
  expect(config).not.toContain('hunter2');

  // Real values, the infinities and NaN of the API's texts among them.
  const values = await queryInstant(prometheus, 'label_replace(vector(1)/0, "x", "a", "", "") or label_replace(vector(0)/0, "x", "b", "", "") or label_replace(vector(2.5), "x", "c", "", "")');
  expect(Object.fromEntries(values.samples.map(({ labels, value }) => [labels['x'], value]))).toEqual({ a: Infinity, b: NaN, c: 2.5 });
  expect(values.warnings).toEqual([]);

  // Its first scrape is after five seconds: service discovery takes so long.
  const target = await waitUntil(async () => (await listTargets(agent)).find(({ health }) => health === 'up'), { what: 'a scrape of the agent' });
  expect(target).toMatchObject({ pool: 'self', health: 'up', lastError: '', interval: '1s' });
  await waitUntil(async () => (await queryInstant(query, 'up', { dedup: 'false', partial_response: 'false' })).samples.some(({ labels }) => labels['cluster'] === 'c1'), { what: "the agent's series in Query" });

  const samples = new Map<string, number>();
  await readMetrics(receiver, ({ name, value }) => samples.set(name, value));
  expect(samples.get('prometheus_tsdb_head_series')).toBeGreaterThan(0);
  expect(samples.size).toBeGreaterThan(200);

  const refused = await refusal(queryInstant(agent, 'up'));
  expect(refused).toMatchObject({ code: 'endpoint.refused', params: { namespace, pod: 'agent-0', path: '/api/v1/query', status: 422 } });
  expect(JSON.stringify(refused.params)).toContain('unavailable with Prometheus Agent');
  expect(await refusal(askApi(prometheus, '/api/v1/nothing'))).toMatchObject({ code: 'endpoint.refused', params: { status: 404 } });
  expect(await refusal(queryInstant(prometheus, 'up['))).toMatchObject({ code: 'endpoint.refused', params: { status: 400 } });
  expect(await refusal(queryInstant(prometheus, 'up[1m]'))).toMatchObject({ code: 'endpoint.unreadable' });
  for (const endpoint of Object.values(endpoints)) endpoint.close();
});

test.concurrent('A process that is gone behind a Ready pod is unreachable with what the kubelet says; one that comes back is reached again by the same way', async ({ cluster, namespace, runFolder, home, onTestFinished }) => {
  const program = await startPrometheus({ cluster, namespace, runFolder, onTestFinished }, 'prometheus-0', { config: scrapesItself });
  const { prometheus } = (await openAll(await openMachine(cluster, home), namespace)) as { prometheus: Endpoint };
  expect((await (await prometheus.get('/-/ready')).text()).trim()).toBe('Prometheus Server is Ready.');
  await program.stop();
  const gone = await refusal(prometheus.get('/-/ready'));
  expect(gone).toMatchObject({ code: 'endpoint.unreachable', params: { namespace, pod: 'prometheus-0', port: 9090 } });
  expect((gone.params as { detail: string }).detail).toMatch(/connection refused/);
  await program.start();
  expect((await prometheus.get('/-/ready')).status).toBe(200);
  prometheus.close();
});
