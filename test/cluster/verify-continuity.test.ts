/** kubectl verify on series of real Prometheus and Thanos: which samples were lost, when and by whom. */
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { remoteWriteUrl, startPrometheus, startQuery, startReceive } from '../support/prometheus.ts';
import type { Program } from '../support/prometheus.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Found {
  code: string;
  verdict: string;
  params: any;
  message: string;
}

/** Scrapes its targets each second; each job is one target. */
function scrapes(jobs: Record<string, string>, { labels = '', more = '' }: { labels?: string; more?: string } = {}): string {
  const configs = Object.entries(jobs).map(([job, address]) => `{job_name: ${job}, static_configs: [{targets: ["${address}"]}]}`);
  return `global: {scrape_interval: 1s, external_labels: {${labels}}}\nscrape_configs: [${configs.join(', ')}]\n${more}`;
}

const sendsTo = (receive: Program) => `remote_write: [{url: "${remoteWriteUrl(receive)}"}]`;

function foundIn({ stdout }: { stdout: string }): Found[] {
  return (JSON.parse(stdout) as { checks: { findings: Found[] }[] }).checks[0]!.findings;
}

/** Number of samples of `up` in the last minute, of each series that a place knows. */
async function countUp(place: Program): Promise<number[]> {
  const answer = (await (await fetch(`${place.url}/api/v1/query?dedup=false&query=${encodeURIComponent('count_over_time(up[1m])')}`)).json()) as { data: { result: { value: [number, string] }[] } };
  return answer.data.result.map(({ value }) => Number(value[1]));
}

async function awaitSamples(place: Program, series: number, samples: number): Promise<void> {
  const isThere = async () => (await countUp(place)).filter((count) => count >= samples).length >= series;
  await waitUntil(isThere, { what: `${samples} samples of ${series} series in ${place.pod}`, timeoutMs: 60_000, everyMs: 500 });
}

async function sumOf(program: Program, metric: string): Promise<number> {
  const text = await (await fetch(`${program.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(metric)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

const now = () => new Date().toISOString();

test.concurrent('an agent that is restarted may cost its own seconds; with unsent samples it loses them: that hole exactly, while its counters are silent', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const receive = await startReceive(place, 'receive-0');
  const agent = await startPrometheus(place, 'agent-0', { agent: true, config: (address) => scrapes({ self: address, again: `localhost:${address.split(':')[1]}` }, { labels: 'cluster: c1', more: sendsTo(receive) }) });
  // Another store, that has nothing of this agent.
  const query = await startQuery(place, 'query-0', [receive, await startReceive(place, 'receive-1')]);
  const verify = (since: string, ...more: string[]) => cli('verify', ['-n', namespace, '--check=continuity', `--since=${since}`, ...more]);
  await awaitSamples(query, 2, 10);

  const beforeRestart = now();
  await agent.stop('SIGTERM');
  await agent.start();
  const restarted = await verify(beforeRestart, '--wait', '--timeout=60s', '-o', 'json');
  expect(restarted, restarted.stderr).toMatchObject({ exitCode: 0 });
  await waitUntil(async () => foundIn(await verify(beforeRestart, '-o', 'json')).some(({ params }) => params.restart !== undefined), { what: 'the hole of the restart to be seen', timeoutMs: 60_000 });
  const told = await verify(beforeRestart);
  expect(told, told.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^continuity +pass +up: 2 series whole for \d+s, but for the expected \d+s of a restart of agent-0 \(2 series\)$/m) });

  await awaitSamples(query, 2, 10);
  const beforeOutage = now();
  await receive.stop();
  const stoppedMs = Date.now();
  await waitUntil(async () => (await sumOf(agent, 'prometheus_remote_storage_samples_pending')) > 0 && Date.now() - stoppedMs > 15_000, { what: 'samples that wait' });
  await agent.stop('SIGTERM');
  await receive.start();
  await agent.start();
  const startedMs = Date.now();
  const lost = await waitUntil(async () => {
    const result = await verify(beforeOutage, '-o', 'json');
    return result.exitCode === 3 ? result : undefined;
  }, { what: 'the hole to be found', timeoutMs: 60_000 });
  const hole = foundIn(lost)[0]!;
  expect(hole).toMatchObject({ code: 'series-hole', verdict: 'fail', params: { series: 2, scraper: 'agent-0', blame: 'restart' } });
  // From the last sample that was sent to the first one of the new process.
  expect(Math.abs(Date.parse(hole.params.from) - stoppedMs)).toBeLessThan(5000);
  expect(Date.parse(hole.params.to) - startedMs).toBeLessThan(12_000);
  expect(hole.params.longestMs).toBeGreaterThan(15_000);
  expect([await sumOf(agent, 'prometheus_remote_storage_samples_failed_total'), await sumOf(agent, 'prometheus_remote_storage_samples_dropped_total')]).toEqual([0, 0]);
  const why = await verify(beforeOutage, '--explain=continuity');
  expect(why).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('agent-0: more than its restart explains: what it had not sent was lost'), stderr: expect.stringContaining('not whole: continuity failed') });
  const korean = await verify(beforeOutage, '--lang=ko');
  expect(korean).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('보내지 못한 샘플을 잃음') });
  // What was lost before a later change ended is damage, and only that.
  const later = await verify(new Date(Date.parse(hole.params.to) + 1000).toISOString(), '--wait', '--timeout=60s', '-o', 'json');
  expect(later, later.stderr).toMatchObject({ exitCode: 0 });
  expect(foundIn(later).map(({ code, verdict }) => `${verdict} ${code}`)).toContain('warn series-damage');

  // A store that is dead hides nothing: it cannot be said that all is whole, although Query answers from the other one without a warning.
  await receive.stop();
  const dead = await waitUntil(async () => {
    const result = await verify(beforeOutage, '-o', 'json');
    return foundIn(result).some(({ code }) => code === 'series-doubtful') ? result : undefined;
  }, { what: 'the store to be missed', timeoutMs: 60_000 });
  expect(dead).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('continuity') });
  expect(foundIn(dead)[0]!.params.warnings).toEqual([expect.stringMatching(/^receive 127\.0\.0\.1:\d+: /)]);
}, 300_000);

test.concurrent('a job that is taken out is missed, one that is renamed goes on, another interval is told', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  let self = '';
  const server = await startPrometheus({ cluster, namespace, runFolder, onTestFinished }, 'prometheus-0', { config: (address) => scrapes({ self: (self = address), old: address, lost: address.replace('127.0.0.1', 'localhost') }) });
  const verify = (since: string, ...more: string[]) => cli('verify', ['-n', namespace, '--check=continuity', `--since=${since}`, '-o', 'json', ...more]);
  await awaitSamples(server, 3, 10);
  const since = now();
  writeFileSync(server.configFile, scrapes({ self, renamed: self }).replace('job_name: self', 'job_name: self, scrape_interval: 3s'));
  server.reload();
  const decided = await waitUntil(async () => {
    const result = await verify(since);
    return result.exitCode === 3 ? result : undefined;
  }, { what: 'the ended series to count as gone', timeoutMs: 120_000, everyMs: 2000 });
  const byCode = new Map(foundIn(decided).map((found) => [found.code, found]));
  expect([...byCode.keys()].sort()).toEqual(['series-gone', 'series-interval', 'series-replaced']);
  expect(byCode.get('series-gone')).toMatchObject({ verdict: 'fail', params: { series: 1, example: `up{job="lost", instance="${self.replace('127.0.0.1', 'localhost')}"}`, left: 0 } });
  expect(byCode.get('series-replaced')).toMatchObject({ verdict: 'pass', params: { example: expect.stringContaining('job="old"'), by: expect.stringContaining('job="renamed"') } });
  expect(byCode.get('series-interval')).toMatchObject({ verdict: 'warn', params: { series: 1, example: expect.stringContaining('job="self"') } });
  // Only what is named is looked at.
  const chosen = await verify(since, '--series=up{job=~"old|renamed"}');
  expect(foundIn(chosen).map(({ code }) => code)).toEqual(['series-whole', 'series-replaced']);
  const nothing = await verify(since, '--series=no_such_metric');
  expect(nothing).toMatchObject({ exitCode: 9 });
  expect(foundIn(nothing)).toMatchObject([{ code: 'series-none', verdict: 'inconclusive' }]);
}, 240_000);

test.concurrent('two replicas: what one of them lacks the other one has, so nothing is lost, and that is said', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const receive = await startReceive(place, 'receive-0');
  const config = (replica: string) => () => scrapes({ receive: new URL(receive.url).host }, { labels: `cluster: c1, replica: ${replica}`, more: sendsTo(receive) });
  await startPrometheus(place, 'agent-0', { agent: true, config: config('a') });
  const second = await startPrometheus(place, 'agent-1', { agent: true, config: config('b') });
  const query = await startQuery(place, 'query-0', [receive]);
  const verify = (since: string, ...more: string[]) => cli('verify', ['-n', namespace, '--check=continuity', `--since=${since}`, ...more]);
  await awaitSamples(query, 2, 10);
  const since = now();
  await second.stop();
  const stoppedMs = Date.now();
  await waitUntil(() => Promise.resolve(Date.now() - stoppedMs > 12_000), { what: 'a hole longer than that of a restart' });
  await second.start();
  const seen = await waitUntil(async () => {
    const result = await verify(since, '-o', 'json');
    return foundIn(result).some(({ code }) => code === 'series-replica') ? result : undefined;
  }, { what: 'the hole of one replica', timeoutMs: 60_000 });
  expect(seen, seen.stderr).toMatchObject({ exitCode: 0 });
  const found = foundIn(seen);
  expect(found.map(({ code, verdict }) => `${verdict} ${code}`)).toEqual(['warn series-replica', 'pass series-whole']);
  expect(found[0]!.params).toMatchObject({ series: 1 });
  expect(found[0]!.params.missed).toBeGreaterThanOrEqual(12);
  expect(found[1]!.params).toMatchObject({ selector: 'up', series: 1 });
}, 240_000);
