/** Both ends of remote write, real ones: an agent and a server that send to Thanos Receive, each broken once as it breaks in a cluster. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { remoteWriteUrl, startPrometheus, startReceive } from '../support/prometheus.ts';
import type { Program } from '../support/prometheus.ts';
import { waitUntil } from '../support/wait-until.ts';

const both = ['--check=remote-write,drained,receive', '--stable-for=1s'];

/** Scrapes itself each second under a name that two may share, and sends it all. */
function sendsTo(urls: Record<string, string>, instance: string): (address: string) => string {
  const queues = Object.entries(urls).map(([name, url]) => `- {name: ${name}, url: "${url}"}`).join('\n');
  return (address) => `global: {scrape_interval: 1s, external_labels: {cluster: c1}}\nscrape_configs: [{job_name: self, static_configs: [{targets: ["${address}"], labels: {instance: ${instance}}}]}]\nremote_write:\n${queues}\n`;
}

/** One of its own gauges, in seconds. */
async function gauge(program: Program, name: string): Promise<number> {
  const text = await (await fetch(`${program.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
}

const sentAt = (program: Program) => gauge(program, 'prometheus_remote_storage_queue_highest_sent_timestamp_seconds');

async function untilSent(...programs: Program[]): Promise<void> {
  await waitUntil(async () => (await Promise.all(programs.map(sentAt))).every((at) => at > 0), { what: 'the first samples to be sent', timeoutMs: 60_000 });
}

function read(stdout: string): Record<string, { verdict: string; findings: { code: string; verdict: string; params: any; message: string }[] }> {
  return Object.fromEntries((JSON.parse(stdout).checks as { check: string }[]).map((result) => [result.check, result])) as never;
}

test.concurrent('a healthy agent and server pass and drain; with the receiver stopped both fail while the shipped alert stays silent; when it is back they drain with the time it takes', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const receive = await startReceive(place, 'receive-0');
  const agent = await startPrometheus(place, 'agent-0', { agent: true, config: sendsTo({ central: remoteWriteUrl(receive) }, 'a') });
  const server = await startPrometheus(place, 'server-0', { config: sendsTo({ central: remoteWriteUrl(receive) }, 'b') });
  // Its StatefulSet takes the pod over, as after a deletion that left it.
  const labels = { app: 'agent' };
  await kubectl(cluster, ['label', 'pod/agent-0', 'app=agent'], { namespace });
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'agent' }, spec: { serviceName: 'agent', replicas: 1, updateStrategy: { type: 'OnDelete' }, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'prometheus', image: 'prometheus' }] } } } };
  await kubectl(cluster, ['apply', '-f', '-'], { namespace, input: JSON.stringify(set) });
  await untilSent(agent, server);

  const [well, drained, wrong] = await Promise.all([cli('verify', ['-n', namespace, ...both]), cli('verify', ['drain', 'sts/agent', '-n', namespace]), cli('verify', ['drain', 'pod/receive-0', '-n', namespace])]);
  expect(well, well.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  expect(well.stdout).toMatch(/^remote-write +pass +2 queues sent \d+ samples in 1\ds, none lost, the newest \ds old$/m);
  expect(well.stdout).toMatch(/^receive +pass +1 receiver took \d+ requests with \d+ samples in 1\ds, none refused$/m);
  expect(drained, drained.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^drained +pass +1 queue sent all that was there/m) });
  expect(wrong).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('pod/receive-0 has no running Prometheus, agent or ruler among its pods: nothing to drain') });

  await receive.stop();
  const soon = await cli('verify', ['drain', 'sts/agent', '-n', namespace, '--timeout=10s']);
  expect(soon, soon.stderr).toMatchObject({ exitCode: 8, stdout: expect.stringMatching(/^drained +pending +agent-0\/central: nothing has left for \d+s, /m), stderr: expect.stringContaining(`Look again until it is:  kubectl verify drain sts/agent --timeout=10s -n ${namespace}`) });

  await waitUntil(async () => (await Promise.all([agent, server].map(sentAt))).every((at) => Date.now() / 1000 - at > 50), { what: 'the outage to last', timeoutMs: 90_000 });
  const [stopped, stuck] = await Promise.all([cli('verify', ['-n', namespace, ...both, '-o', 'json']), cli('verify', ['drain', 'sts/agent', '-n', namespace])]);
  expect(stopped, stopped.stderr).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('not whole: remote-write and drained failed') });
  const { 'remote-write': sending, receive: receiving } = read(stopped.stdout);
  expect(sending!.findings.map(({ code, verdict, params }) => [code, verdict, params.queue])).toEqual([['queue-stopped', 'fail', 'agent-0/central'], ['queue-stopped', 'fail', 'server-0/central']]);
  expect(sending!.findings[0]!.message).toMatch(/nothing has left for (6|7|8|9)\ds, \d+ waiting, \d+ tried again; the alert PrometheusRemoteWriteBehind sees \d+s and stays silent/);
  expect(receiving).toMatchObject({ verdict: 'inconclusive', findings: [{ code: 'not-observed', params: { code: 'endpoint.unreachable' } }] });
  // The alert itself, as prometheus-mixin has it since 3.7: above 120 it fires.
  for (const program of [agent, server]) expect((await gauge(program, 'prometheus_remote_storage_queue_highest_timestamp_seconds')) - (await sentAt(program))).toBeLessThanOrEqual(120);
  expect(stuck, stuck.stderr).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('not whole: drained failed') });

  await receive.start();
  const back = await cli('verify', ['drain', 'sts/agent', 'pod/server-0', '-n', namespace, '--lang=ko']);
  expect(back, back.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^drained +정상 +큐 2개가 .*까지 있던 것을 모두 보냄/m) });
}, 300_000);

test.concurrent('a receiver that answers 413 loses everything with lag 0; one that answers 409 is left to the series to decide', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const limits = 'write:\n  default:\n    request: {size_bytes_limit: 10}\n';
  const limited = await startReceive(place, 'receive-limited', [`--receive.limits-config=${limits}`]);
  const open = await startReceive(place, 'receive-open');
  const urls = { limited: remoteWriteUrl(limited), open: remoteWriteUrl(open) };
  // The same series with other values: the second of each second is refused.
  const first = await startPrometheus(place, 'agent-0', { agent: true, config: sendsTo(urls, 'same') });
  const second = await startPrometheus(place, 'agent-1', { agent: true, config: sendsTo({ open: urls.open }, 'same') });
  await untilSent(first, second);

  const seen = await cli('verify', ['-n', namespace, ...both, '-o', 'json']);
  expect(seen, seen.stderr).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('remote-write') });
  const { 'remote-write': sending, drained, receive } = read(seen.stdout);
  const lost = sending!.findings.find(({ params }) => params.queue === 'agent-0/limited')!;
  expect(lost).toMatchObject({ code: 'queue-refused', verdict: 'fail', params: { arrived: 0, url: urls.limited } });
  expect(lost.params.lagMs).toBeLessThan(10_000);
  expect(lost.message).toMatch(/agent-0\/limited loses samples: \d+ refused for good in 1\ds, 0 arrived \(its lag is \ds all the same\)/);
  expect(drained!.verdict).toBe('fail');
  expect(receive!.findings).toMatchObject([{ code: 'receive-refuses', verdict: 'fail', params: { receiver: 'receive-limited', code: '413' } }, { code: 'receive-conflicts', verdict: 'warn', params: { receiver: 'receive-open', code: '409' } }]);
}, 120_000);

test.concurrent('an agent that restarts while it is watched is not called drained: what it held was lost without a counter', async ({ cluster, namespace, runFolder, cli, startCli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const receive = await startReceive(place, 'receive-0');
  const agent = await startPrometheus(place, 'agent-0', { agent: true, config: sendsTo({ central: remoteWriteUrl(receive) }, 'a') });
  await untilSent(agent);
  await receive.stop();
  const waiting = await startCli('verify', ['drain', 'pod/agent-0', '-n', namespace]);
  await waiting.waitForLine(/nothing has left for/);
  await agent.stop();
  await Promise.all([agent.start(), receive.start()]);
  const { exitCode, stdout, stderr } = await waiting.result;
  expect(exitCode, stderr).toBe(9);
  expect(stdout).toMatch(/^drained +inconclusive +(agent-0\/central began anew between the two looks \(its process restarted\)|could not be looked at: )/m);
  expect(stderr).toContain('not proved: drained could not be decided');

  // After it: well again, and what no counter shows is said.
  await untilSent(agent);
  const after = await cli('verify', ['-n', namespace, ...both, '--since=1s', '-o', 'json']);
  expect(after, after.stderr).toMatchObject({ exitCode: 0 });
  expect(read(after.stdout)['remote-write']!.findings.map(({ code, verdict }) => `${code} ${verdict}`)).toEqual(['sender-restarted warn', 'queues-flow pass']);
}, 180_000);
