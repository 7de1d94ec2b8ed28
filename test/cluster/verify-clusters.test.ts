/** kubectl verify of several clusters at once: two real control planes, a slow way to one of them, and a port where nobody listens. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'vitest';
import { startControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { kubectl } from '../support/kubectl.ts';
import { deploy, rollOutBadly } from '../support/roll-outs.ts';
import { ofWorkloads, thanosQuery } from '../support/workloads.ts';

const deployment = 'deploy/thanos-query';

test('all at once, each by its own way: one table, one exit code; a dead one is inconclusive by its name, a slow one delays no other', async ({ cluster, namespace, runFolder, home, cli, startCli }) => {
  const second = await startControlPlane(runFolder, 'second');
  await kubectl(second, ['create', 'namespace', namespace]);
  const slow = await startFaultProxy(runFolder, cluster);
  const [port] = await findFreePorts(1);
  const dead = join(home, 'dead.conf');
  writeFileSync(dead, readFileSync(cluster.kubeconfig, 'utf8').replaceAll(cluster.server, `https://127.0.0.1:${port}`), { mode: 0o600 });
  const clusters = [
    { name: 'edge-02', kubeconfig: second.kubeconfig, groups: ['edge'], order: 2 },
    { name: 'edge-01', kubeconfig: dead, groups: ['edge', 'far'], order: 1 },
    { name: 'central', kubeconfig: cluster.kubeconfig },
    { name: 'detour', kubeconfig: slow.kubeconfig, groups: ['far'], order: 3 },
  ];
  mkdirSync(join(home, 'config', 'retrace'), { recursive: true });
  writeFileSync(join(home, 'config', 'retrace', 'config.yaml'), JSON.stringify({ clusters }));
  await Promise.all([cluster, second].map((plane) => deploy(plane, namespace, deployment, thanosQuery({ replicas: 1 }))));
  await rollOutBadly(second, namespace, deployment, 'thanos:broken');
  const verify = (...args: string[]) => cli('verify', ['-n', namespace, '--stable-for=1s', ofWorkloads, '--request-timeout=20s', ...args]);

  const all = await verify('--clusters=all');
  expect(all, all.stderr).toMatchObject({ exitCode: 3 });
  const rows = all.stdout.trimEnd().split('\n').map((line) => line.split(/ {3,}/));
  expect(rows[0]).toEqual(['CLUSTER', 'CHECK', 'VERDICT', 'EVIDENCE']);
  expect(rows[1]).toEqual(['central', 'all', 'pass', expect.stringMatching(/^3 pass, /)]);
  expect(rows[2]).toEqual(['edge-01', 'connection', 'inconclusive', expect.stringMatching(new RegExp(`^could not be looked at: cannot reach https://127\\.0\\.0\\.1:${port}: `))]);
  expect(rows[3]).toEqual(['edge-02', 'pods', 'fail', expect.stringMatching(/^thanos-query-\S+ CrashLoopBackOff/)]);
  expect(rows.at(-2)!.slice(0, 2)).toEqual(['detour', 'all']);
  expect(rows.at(-1)).toEqual(['4 clusters: 2 pass, 1 fail, 1 inconclusive', 'exit 3']);
  expect(all.stderr.split('\n').filter((line) => /^\S+: \w+$/.test(line)).sort()).toEqual(['central: pass', 'detour: pass', 'edge-01: inconclusive', 'edge-02: fail']);
  expect(all.stderr).toMatch(/error: not whole: edge-02\/pods( and edge-02\/rollout)? failed\nWhy: {2}kubectl verify --stable-for=1s -n \S+ --cluster=edge-02 --request-timeout=20s --explain=pods\n$/);

  // The same command for that cluster alone says the same.
  expect(await verify('--cluster=edge-02', '--explain=pods')).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('CrashLoopBackOff') });
  const pair = await verify('--cluster=central,edge-01,central', '-o', 'json');
  const list = JSON.parse(pair.stdout);
  expect([pair.exitCode, list.kind, list.exitCode, list.items.map(({ cluster: { name }, verdict }: any) => [name, verdict])]).toEqual([9, 'VerificationList', 9, [['central', 'pass'], ['edge-01', 'inconclusive']]]);
  expect(list.items[1].checks).toMatchObject([{ check: 'connection', gating: true, findings: [{ params: { code: 'server.unreachable' } }] }]);
  expect(JSON.parse(pair.stderr)).toMatchObject({ code: 'verify.inconclusive', params: { checks: ['edge-01/connection'], explain: expect.stringContaining('--cluster=edge-01') }, exitCode: 9 });

  const junit = await verify('--clusters=edge', '-o', 'junit');
  const suites = [...new DOMParser({ onError: (_, message) => expect.fail(message) }).parseFromString(junit.stdout, 'text/xml').getElementsByTagName('testsuite')];
  expect(suites.map((suite) => ['name', 'failures', 'errors'].map((key) => suite.getAttribute(key)))).toEqual([['edge-01', '0', '1'], ['edge-02', expect.stringMatching(/^[12]$/), '0']]);

  slow.setLatency(3000);
  slow.forgetRequests();
  const running = await startCli('verify', ['-n', namespace, '--stable-for=1s', ofWorkloads, '--clusters=far,all']);
  await Promise.all([running.waitForLine(/^central: pass$/), running.waitForLine(/^edge-02: fail$/), running.waitForLine(/^edge-01: inconclusive$/)]);
  const doneByThen = slow.requests.filter(({ path }) => path.includes('/pods')).length;
  await running.waitForLine(/^detour: pass$/);
  expect(doneByThen).toBeLessThan(slow.requests.filter(({ path }) => path.includes('/pods')).length);
  expect(await running.result).toMatchObject({ exitCode: 3 });
  await slow.stop();
}, 240_000);

test.concurrent('clusters that are none are refused before one is asked; all are the contexts where nothing is written', async ({ cluster, namespace, home, cli }) => {
  const config = join(home, 'config', 'retrace', 'config.yaml');
  const verify = (...args: string[]) => cli('verify', ['-n', namespace, ofWorkloads, ...args]);
  const refused = (stderr: string) => ({ exitCode: 2, stdout: '', stderr });
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  expect(await verify('--clusters=all', '--stable-for=1s', '--wait', '-o', 'name')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^kwok-shared\/pods\/pass\nkwok-shared\/rollout\/pass\n/) });
  expect(await verify('--cluster=kwok-shared,kwok-sharde')).toEqual(refused('error: there is no cluster "kwok-sharde"\n  clusters: kwok-shared\nDid you mean --cluster=kwok-shared?\n'));
  expect(await verify('--clusters=edge')).toEqual(refused(`error: --clusters: no cluster of ${config} is in a group "edge"\nGroups: all\n`));
  expect(await verify('--clusters=all', '--cluster=kwok-shared')).toEqual(refused('error: --clusters and --cluster cannot be given together\nKeep one of them\n'));
  expect(await verify('--clusters=all', '--context=kwok-shared')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--clusters and --context') });
  expect(await verify('--cluster=kwok-shared,x', '--run=r-1')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--cluster and --run') });
  mkdirSync(join(config, '..'), { recursive: true });
  writeFileSync(config, JSON.stringify({ clusters: [{ name: 'a', kubeconfig: cluster.kubeconfig, groups: ['edge'] }] }));
  expect(await verify('--clusters=egde')).toMatchObject(refused(`error: --clusters: no cluster of ${config} is in a group "egde"\nDid you mean --clusters=edge?\n`));
}, 120_000);
