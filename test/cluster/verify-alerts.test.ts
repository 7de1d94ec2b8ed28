/** The check of alerts on a real Prometheus with real rules: what fires that did not before. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { waitUntil } from '../support/wait-until.ts';

const rule = (name: string, severity: string) => `      - alert: ${name}\n        expr: vector(1)\n        labels: {severity: ${severity}, job: receive}\n`;

test.concurrent('an alert that fires since the change fails; one that fired before is told, and the one that always fires is not', async ({ cluster, namespace, runFolder, cli, onTestFinished }) => {
  const rules = join(runFolder, namespace, 'rules.yml');
  mkdirSync(join(runFolder, namespace), { recursive: true });
  const write = (...all: string[]) => writeFileSync(rules, `groups:\n  - name: all\n    interval: 1s\n    rules:\n${all.join('')}`);
  write(rule('Watchdog', 'none'), rule('DiskFull', 'warning'));
  const prometheus = await startPrometheus({ cluster, namespace, runFolder, onTestFinished }, 'prometheus-0', {
    config: (address) => `global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [${rules}]\nscrape_configs: [{job_name: self, static_configs: [{targets: ["${address}"]}]}]\n`,
  });
  const ask = async (expression: string) => ((await (await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`)).json()) as any).data.result as { metric: Record<string, string> }[];
  const fires = (name: string) => waitUntil(async () => (await ask(`ALERTS{alertstate="firing",alertname="${name}"}`)).length === 1 && (await ask('up')).length === 1, { what: `${name} to fire` });
  await fires('DiskFull');
  const verify = async (...more: string[]) => {
    const { stdout, stderr, exitCode } = await cli('verify', ['-n', namespace, '--check=alerts', '-o', 'json', ...more]);
    const [check] = (JSON.parse(stdout || '{"checks":[]}') as { checks: { verdict: string; findings: { code: string; verdict: string; message: string }[] }[] }).checks;
    expect(check, stderr).toBeDefined();
    return { exitCode, verdict: check!.verdict, said: check!.findings.map(({ message }) => message) };
  };

  const changedAt = new Date().toISOString();
  // Nothing was there an hour ago that could tell what was normal.
  expect(await verify('--since=1h')).toMatchObject({ exitCode: 9, verdict: 'inconclusive', said: [expect.stringMatching(/^nothing is known of 20/), 'firing: DiskFull (warning, job=receive)'] });
  expect(await verify()).toMatchObject({ exitCode: 0, verdict: 'warn', said: ['firing: DiskFull (warning, job=receive)'] });
  expect(await verify(`--since=${changedAt}`)).toMatchObject({ exitCode: 0, verdict: 'warn', said: ['firing: DiskFull (warning, job=receive)', expect.stringMatching(/^no alert fires that did not before \(1 other does\); some need 15m to fire/)] });

  write(rule('Watchdog', 'none'), rule('DiskFull', 'warning'), rule('ReceiveBroken', 'critical'));
  prometheus.reload();
  await fires('ReceiveBroken');
  const broken = await verify(`--since=${changedAt}`);
  expect(broken).toMatchObject({ exitCode: 3, verdict: 'fail', said: ['firing, not before: ReceiveBroken (critical, job=receive)', 'firing: DiskFull (warning, job=receive)'] });

  write(rule('Watchdog', 'none'));
  prometheus.reload();
  await waitUntil(async () => (await ask('ALERTS{alertstate="firing"}')).length === 1, { what: 'the alerts to end' });
  expect(await verify(`--since=${changedAt}`)).toMatchObject({ exitCode: 0, verdict: 'pass' });

  // Away behind a pod that is Ready: nothing is proved.
  await prometheus.stop();
  expect(await verify(`--since=${changedAt}`)).toMatchObject({ exitCode: 9, verdict: 'inconclusive', said: [expect.stringMatching(/^could not be looked at/)] });
}, 180_000);
