/** Revisions of workloads: what each changed, who carries it, which were left. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { deploy, quickly, readRevisions, rollOut, rollOutBadly } from '../support/roll-outs.ts';
import { nodeExporter, thanosQuery, thanosReceive } from '../support/workloads.ts';

test.concurrent('one workload: revisions with pods, changed fields and cause, in every form', async ({ cluster, namespace, cli, kube }) => {
  const target = 'deploy/thanos-query';
  await deploy(cluster, namespace, target, thanosQuery({ image: 'quay.io/thanos/thanos:v1' }));
  await kube(['annotate', target, 'kubernetes.io/change-cause=first install']);
  await rollOut(cluster, namespace, target, 'quay.io/thanos/thanos:v2');
  await kube(['annotate', target, 'kubernetes.io/change-cause=to v2, INC-7', '--overwrite']);
  await rollOutBadly(cluster, namespace, target, 'quay.io/thanos/thanos:broken');
  const [first, second, third] = await readRevisions(cluster, namespace, 'ReplicaSet');

  const history = (...args: string[]) => cli('rollback', ['history', target, '-n', namespace, ...args]);
  const table = await history();
  expect(table).toMatchObject({ exitCode: 0, stderr: '' });
  const lines = table.stdout.split('\n').map((line) => line.trimEnd());
  expect(lines[0]).toBe(`deployment/thanos-query   namespace ${namespace}   * in force now`);
  expect(lines[1]).toMatch(/^REVISION +HASH +PODS +IMAGES +CHANGED +AGE$/);
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(new RegExp(`^1 +${first!.hash} +0/0 +thanos:v1 .*\\d+s$`)),
    expect.stringMatching(new RegExp(`^2 +${second!.hash} +2/2 +thanos:v2 +containers\\[query\\]\\.image +\\d+s$`)),
    expect.stringMatching(new RegExp(`^3 \\* +${third!.hash} +0/1 +thanos:broken +containers\\[query\\]\\.image +\\d+s$`)),
    '',
  ]);

  const wide = (await history('-o', 'wide')).stdout;
  expect(wide).toMatch(/^2 .* quay\.io\/thanos\/thanos:v2 .* to v2, INC-7 +\d+s$/m);
  expect(await history('-o', 'name')).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: [first, second, third].map((revision) => `replicaset.apps/${revision!.name}\n`).join(''),
  });
  const json = JSON.parse((await history('-o=json')).stdout);
  expect(json).toMatchObject({
    apiVersion: 'retrace/v1',
    kind: 'History',
    target: { kind: 'Deployment', name: 'thanos-query', namespace },
    revisions: [
      { number: 1, hash: first!.hash, name: first!.name, current: false, images: ['quay.io/thanos/thanos:v1'], changes: [], pods: { total: 0, ready: 0 } },
      { number: 2, pods: { total: 2, ready: 2 }, changes: [{ path: 'containers[query].image' }] },
      { number: 3, current: true, left: false, pods: { total: 1, ready: 0 } },
    ],
  });
  expect((await history('-o', 'yaml')).stdout).toMatch(/^apiVersion: retrace\/v1\nkind: History\n/);
});

test.concurrent('without a target all workloads; what an undo went away from is marked', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, 'sts/thanos-receive', thanosReceive());
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ replicas: 1 }));
  await deploy(cluster, namespace, 'ds/node-exporter', nodeExporter());
  await rollOutBadly(cluster, namespace, 'sts/thanos-receive', 'thanos:broken');
  expect(await cli('rollback', ['undo', 'sts/thanos-receive', '-n', namespace, '--yes', ...quickly])).toMatchObject({ exitCode: 0 });

  const all = await cli('rollback', ['history', '-n', namespace]);
  expect(all).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^deployment\/thanos-query [^]*\n\nstatefulset\/thanos-receive [^]*\n2 +\w+ +0\/0 +thanos:broken +left by an undo[^]*\n3 \* +\w+ +3\/3 [^]*\n\ndaemonset\/node-exporter /),
    stderr: '',
  });
  const picked = ['history', '-n', namespace, '-l', 'app.kubernetes.io/name=thanos-receive', '-o', 'json'];
  expect(JSON.parse((await cli('rollback', picked)).stdout)).toMatchObject({
    kind: 'HistoryList',
    items: [{ target: { name: 'thanos-receive' }, revisions: [{ number: 2, left: true }, { number: 3, left: false, current: true }] }],
  });
  const everywhere = JSON.parse((await cli('rollback', ['history', '-A', '-o', 'json'])).stdout);
  const here = everywhere.items.filter((item: any) => item.target.namespace === namespace);
  expect(here.map((item: any) => item.target.name).sort()).toEqual(['node-exporter', 'thanos-query', 'thanos-receive']);
  expect(await cli('rollback', ['history', '-n', namespace, '-l', 'app=nothing'])).toMatchObject({ exitCode: 0, stdout: '' });
});

test.concurrent('an empty namespace, a namespace and a workload that are not there', async ({ namespace, cli }) => {
  expect(await cli('rollback', ['history', '-n', namespace])).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `No workload with revisions in namespace ${namespace}.\n`,
  });
  expect(await cli('rollback', ['history', 'sts/thanos-receive', '-n', namespace])).toMatchObject({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringContaining(`error: sts/thanos-receive is not in namespace ${namespace}\n`),
  });
  expect(await cli('rollback', ['history', '-n', `${namespace}x`])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: `error: there is no namespace "${namespace}x"\nDid you mean -n ${namespace}?\n`,
  });
});
