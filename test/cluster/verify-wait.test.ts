/** kubectl verify that waits, and that watches: it ends when it is decided, not before and not after. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { createIdentity, type Rule } from '../support/identities.ts';
import { deploy, rollOutBadly } from '../support/roll-outs.ts';
import { applyManifests, ofWorkloads, setImage, thanosQuery, thanosReceive } from '../support/workloads.ts';

const [set, deployment] = ['sts/thanos-receive', 'deploy/thanos-query'];
const soon = '--stable-for=1s';

test.concurrent('a roll-out under way is waited for', async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 2 }));
  // Pod by pod, each Ready for 10 s before the next: still under way however long a busy machine takes to look.
  const slowly = { minReadySeconds: 10, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
  await kube(['patch', deployment, '--type=merge', '-p', JSON.stringify({ spec: slowly })]);
  await setImage(cluster, namespace, deployment, 'thanos:v0.43.0');
  const waited = await cli('verify', ['-n', namespace, soon, '--gate=rollout', ofWorkloads, '--wait', '--timeout=90s'], { timeoutMs: 100_000 });
  expect(waited, waited.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^rollout +pass +1 workload on its newest revision$/m) });
  expect(waited.stderr).toMatch(/^rollout: pending {3}deployment\/thanos-query rolls out: [^]*^rollout: pass {3}1 workload on its newest revision$/m);
}, 120_000);

test.concurrent('what is never decided ends when time is up, with the command that goes on', async ({ cluster, namespace, cli }) => {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'lost' }, spec: { storageClassName: 'nobody', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
  await applyManifests(cluster, namespace, [claim]);
  const never = await cli('verify', ['-n', namespace, '--check=pvc', '--wait', '--timeout=3s']);
  expect(never).toMatchObject({
    exitCode: 8,
    stdout: expect.stringMatching(/^pvc +pending +lost Pending/m),
    stderr: expect.stringMatching(new RegExp(`error: not decided yet after 3s: pvc\nLook again until it is: {2}kubectl verify --check=pvc -n ${namespace} --timeout=3s --wait\n$`)),
  });
}, 60_000);

test.concurrent('--for wants it well for so long, and says which checks were not', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  const startedMs = performance.now();
  const held = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--for=4s', '--timeout=60s']);
  expect(held, held.stderr).toMatchObject({ exitCode: 0 });
  expect(performance.now() - startedMs).toBeGreaterThan(4000);
  const short = await cli('verify', ['-n', namespace, soon, '--check=rollout', '--for=1h', '--timeout=2s']);
  expect(short).toMatchObject({ exitCode: 8, stdout: expect.stringMatching(/^rollout +pass/m), stderr: expect.stringContaining('not decided yet after 2s: rollout\n') });
}, 120_000);

test.concurrent('Ctrl-C while it waits is 130 and changes nothing; watch ends by it, with 0, after a line a change', async ({ cluster, namespace, startCli }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  const waiting = await startCli('verify', ['-n', namespace, soon, ofWorkloads, '--for=1h', '--timeout=2h']);
  await waiting.waitForLine(/^pods: pass /);
  waiting.signal('SIGINT');
  expect(await waiting.result).toMatchObject({ exitCode: 130, stdout: '', stderr: expect.stringContaining('Nothing was changed.') });

  const watching = await startCli('verify', ['watch', '-n', namespace, soon, ofWorkloads, '--every=1s']);
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
  await watching.waitForLine(new RegExp(`^${time}   pods: pass   1 pod ready`));
  await rollOutBadly(cluster, namespace, deployment, 'thanos:broken');
  await watching.waitForLine(new RegExp(`^${time}   pods: fail   thanos-query-\\S+ CrashLoopBackOff`));
  watching.signal('SIGINT');
  const watched = await watching.result;
  expect(watched).toMatchObject({ exitCode: 0, stderr: '' });
  // No line says what the one before of the same check had said.
  const verdicts = watched.stdout.trimEnd().split('\n').map((line) => / {3}([\w-]+): (\w+) {3}/.exec(line)!.slice(1)).filter(([check]) => check === 'pods').map(([, verdict]) => verdict);
  expect(verdicts.filter((verdict, at) => verdict === verdicts[at - 1])).toEqual([]);
}, 120_000);

test.concurrent('who may only view can verify what the API server tells', async ({ cluster, namespace, home, cli }) => {
  await deploy(cluster, namespace, set, thanosReceive({ replicas: 1, storage: true }));
  const { rules } = load(readFileSync(join(import.meta.dirname, '../../deploy/rbac/viewer.yaml'), 'utf8')) as { rules: Rule[] };
  const kubeconfig = await createIdentity(cluster, namespace, home, 'viewer', rules);
  const seen = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--wait', '--timeout=60s', '-o', 'name'], { kubeconfig });
  expect(seen, seen.stderr).toMatchObject({ exitCode: 0, stdout: ofWorkloads.split('=')[1]!.split(',').map((check) => `${check}/pass\n`).join('') });
}, 120_000);
