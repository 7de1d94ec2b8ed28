/** kubectl verify against real Prometheus and Thanos behind the pods of a namespace, each thing really broken once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { createIdentity, type Rule } from '../support/identities.ts';
import { remoteWriteUrl, startPrometheus, startQuery, startReceive } from '../support/prometheus.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';

interface Seen {
  exitCode: number;
  checks: { check: string; verdict: string; findings: { code: string; verdict: string; dueAt?: string; params: any; message: string }[] }[];
}

function read(stdout: string): { seen: Seen; verdicts: Record<string, string> } {
  const seen = JSON.parse(stdout) as Seen;
  return { seen, verdicts: Object.fromEntries(seen.checks.map(({ check, verdict }) => [check, verdict])) };
}

/** Scrapes itself each second. */
function scrapesItself(address: string, more = ''): string {
  return `global: {scrape_interval: 1s, external_labels: {cluster: c1}}\nscrape_configs: [{job_name: self, static_configs: [{targets: ["${address}"]}]}]\n${more}`;
}

test.concurrent('a configuration that is refused fails while every pod is Ready, on server and agent; the repaired one passes', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const server = await startPrometheus(place, 'prometheus-0', { config: scrapesItself });
  const agent = await startPrometheus(place, 'agent-0', { agent: true, config: (address) => scrapesItself(address, 'remote_write: [{url: "http://127.0.0.1:1/api/v1/receive"}]') });
  const only = ['-n', namespace, '--check=config'];
  const well = await cli('verify', only);
  expect(well, well.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  expect(well.stdout).toMatch(/^config +pass +2 components loaded their configuration$/m);

  for (const program of [server, agent]) {
    writeFileSync(program.configFile, 'scrape_configs: [{job_name: twice}, {job_name: twice}]\n');
    program.reload();
    const broken = await waitUntil(
      async () => {
        const said = await cli('verify', ['-n', namespace, '--check=config,pods', '--stable-for=1s']);
        return said.exitCode === 3 && said;
      },
      { what: 'the refused reload to be seen' },
    );
    expect(broken.stdout).toMatch(/^pods +pass /m);
    expect(broken.stdout).toMatch(new RegExp(`^config +fail +${program.pod} is ready but refused its newest configuration; in force is that of \\d+s ago$`, 'm'));
    expect(broken.stderr).toContain('not whole: config failed');
    writeFileSync(program.configFile, scrapesItself(program.url.replace('http://', '')));
    program.reload();
    await waitUntil(async () => (await cli('verify', only)).exitCode === 0, { what: 'the repaired configuration to be in force' });
  }
  const why = await cli('verify', ['-n', namespace, '--explain=config', '--lang=ko']);
  expect(why, why.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('구성 요소 2개가 설정을 읽음') });
  expect(why.stdout).toContain('"way": "port-forward"');
}, 180_000);

test.concurrent('a configuration that was written and not yet loaded is pending until its reload', async ({ cluster, namespace, runFolder, cli, startCli, kube, onTestFinished }) => {
  await kube(['create', 'configmap', 'prometheus', '--from-literal=prometheus.yml=before']);
  const program = await startPrometheus({ cluster, namespace, runFolder, onTestFinished }, 'prometheus-0', { config: scrapesItself, configMap: 'prometheus' });
  const only = ['-n', namespace, '--check=config'];
  const well = await cli('verify', only);
  expect(well, well.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^config +pass +1 component loaded its configuration, after its newest write$/m) });

  // Times of writes have whole seconds: only a later second is later.
  const loadedMs = Date.now();
  await waitUntil(() => Date.now() > loadedMs + 1000, { what: 'the next second' });
  await kube(['patch', 'configmap', 'prometheus', '--type=merge', '-p', '{"data":{"prometheus.yml":"after"}}']);
  const { seen } = read((await cli('verify', [...only, '-o', 'json'])).stdout);
  expect(seen.exitCode).toBe(8);
  expect(seen.checks[0]!.findings).toMatchObject([{ code: 'config-awaited', verdict: 'pending', params: { component: 'prometheus-0', source: 'configmap/prometheus' } }]);
  const { params, dueAt } = seen.checks[0]!.findings[0]!;
  expect(Date.parse(dueAt!) - Date.parse(params.writtenAt)).toBe(180_000);

  const waiting = await startCli('verify', [...only, '--wait', '--timeout=60s']);
  await waiting.waitForLine(/config: pending/);
  program.reload();
  const ended = await waiting.result;
  expect(ended, ended.stderr).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/config: pending +prometheus-0 has not yet loaded configmap\/prometheus \(written \d+s ago\)[^\n]*\nconfig: pass/) });
}, 120_000);

test.concurrent('a store that died behind Query is inconclusive although Query answers without a warning; all seen again passes', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const place = { cluster, namespace, runFolder, onTestFinished };
  const stores = [await startReceive(place, 'receive-0'), await startReceive(place, 'receive-1')];
  for (const [at, receive] of stores.entries()) {
    await startPrometheus(place, `prometheus-${at}`, { config: (address) => scrapesItself(address, `remote_write: [{url: "${remoteWriteUrl(receive)}"}]`) });
  }
  const query = await startQuery(place, 'query-0', stores);
  const only = ['-n', namespace, '--check=query'];
  const countUp = async () => (await (await fetch(`${query.url}/api/v1/query?query=count(up)&dedup=false`)).json()) as { data: { result: { value: [number, string] }[] }; warnings?: string[] };
  await waitUntil(async () => (await countUp()).data.result[0]?.value[1] === '2', { what: 'the series of both in Query' });
  const well = await waitUntil(async () => {
    const said = await cli('verify', only);
    return said.exitCode === 0 && said;
  }, { what: 'all to answer' });
  expect(well.stdout).toMatch(/^query +pass +3 components answered, all of 2 stores seen$/m);

  await stores[1]!.stop();
  const { lost, silent } = await waitUntil(
    async () => {
      const lost = read((await cli('verify', [...only, '-o', 'json'])).stdout);
      const silent = await countUp();
      return silent.warnings === undefined && lost.seen.checks[0]!.findings.some(({ code }) => code === 'store-lost') && { lost, silent };
    },
    { what: 'Query to have dropped the store', timeoutMs: 60_000 },
  );
  // What a person who only asks Query sees: a whole answer, of half the data.
  expect(silent.data.result[0]?.value[1]).toBe('1');
  expect([lost.seen.exitCode, lost.verdicts['query']]).toEqual([9, 'inconclusive']);
  const told = await cli('verify', only);
  expect(told, told.stderr).toMatchObject({ exitCode: 9, stdout: expect.stringMatching(new RegExp(`^query +inconclusive +query-0 does not reach receive 127\\.0\\.0\\.1:${stores[1]!.ports[10901]}: `, 'm')) });

  await stores[1]!.start();
  await waitUntil(async () => (await cli('verify', only)).exitCode === 0, { what: 'the store to be seen again', timeoutMs: 60_000 });
}, 240_000);

test.concurrent('without Prometheus and Thanos the checks of them are skipped and prove nothing; without the right to reach them they are inconclusive, the right once', async ({ cluster, namespace, runFolder, home, cli, onTestFinished }) => {
  await applyManifests(cluster, namespace, [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'shop' }, spec: { containers: [{ name: 'c', image: 'shop:1' }] } }]);
  const none = await cli('verify', ['-n', namespace, '--check=config,query', '-o', 'json']);
  expect([none.exitCode, read(none.stdout).verdicts]).toEqual([9, { config: 'skipped', query: 'skipped' }]);
  expect(none.stderr).toContain('nothing was proved');

  const place = { cluster, namespace, runFolder, onTestFinished };
  const program = await startPrometheus(place, 'prometheus-0', { config: scrapesItself });
  await startPrometheus(place, 'prometheus-1', { config: scrapesItself });
  const kubeconfig = await createIdentity(cluster, namespace, home, 'lister', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
  const refused = await cli('verify', ['-n', namespace, '--check=config,query', '-o', 'json'], { kubeconfig });
  const { seen } = read(refused.stdout);
  expect([refused.exitCode, seen.checks.map(({ verdict, findings }) => [verdict, findings.length])]).toEqual([9, [['inconclusive', 1], ['inconclusive', 1]]]);
  expect(seen.checks[0]!.findings[0]!.message).toMatch(/could not be looked at: .*(create|get) pods\/portforward/);

  const roles = ['viewer', 'verify'].flatMap((role) => (load(readFileSync(join(import.meta.dirname, `../../deploy/rbac/${role}.yaml`), 'utf8')) as { rules: Rule[] }).rules);
  const allowed = await createIdentity(cluster, namespace, home, 'verifier', roles);
  const proved = await cli('verify', ['-n', namespace, '--check=config,query', '-o', 'json'], { kubeconfig: allowed });
  expect(read(proved.stdout).verdicts, proved.stderr).toMatchObject({ config: 'pass', query: expect.stringMatching(/^(pass|warn)$/) });

  // Nobody listens behind a Ready pod.
  await program.stop();
  const gone = await cli('verify', ['-n', namespace, '--check=config']);
  expect(gone, gone.stderr).toMatchObject({ exitCode: 9, stdout: expect.stringMatching(new RegExp(`^config +inconclusive +could not be looked at: ${namespace}/prometheus-0 does not answer on its port 9090: .*connection refused`, 'm')) });
}, 120_000);
