/** A run and a saved plan find their cluster again by the name that was given with `--cluster`, without it being typed again. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { quickly } from '../faults/runs.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { deploy, readWorkload, rollOut, runIdIn } from '../support/roll-outs.ts';
import { createCliHome } from '../support/run-cli.ts';
import { thanosQuery } from '../support/workloads.ts';

const target = 'deploy/thanos-query';

/** A kubeconfig whose only cluster is not there. */
function writeDeadKubeconfig(home: string): string {
  const path = join(home, 'usual');
  const clusters = [{ name: 'dead', cluster: { server: 'https://dead.invalid:6443' } }];
  writeFileSync(path, JSON.stringify({ clusters, contexts: [{ name: 'dead', context: { cluster: 'dead', user: '' } }], 'current-context': 'dead' }));
  return path;
}

test.concurrent('what was done with --cluster=NAME is looked at, taken back, closed and applied without it', async ({ cluster, namespace, home, runFolder, cli }) => {
  const config = join(home, 'config', 'retrace', 'config.yaml');
  mkdirSync(join(config, '..'), { recursive: true });
  copyFileSync(cluster.kubeconfig, join(home, 'edge.conf'));
  writeFileSync(config, JSON.stringify({ clusters: [{ name: 'edge-1', kubeconfig: '~/edge.conf' }] }));
  const kubeconfig = writeDeadKubeconfig(home);
  const rollback = (args: string[], options = {}) => cli('rollback', args, { kubeconfig, ...options });
  /** A command as it was printed. */
  const paste = (line: string) => rollback(line.split(' ').slice(2));
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v0.43.0');
  const image = async () => (await readWorkload(cluster, namespace, target)).spec.template.spec.containers[0].image;
  const words = [target, '-n', namespace, '--cluster=edge-1'];

  const planned = await rollback(['plan', ...words, '-o', 'json', ...quickly]);
  expect(planned).toMatchObject({ exitCode: 0, stderr: '' });
  const plan = JSON.parse(planned.stdout);
  expect(plan.cluster).toMatchObject({ name: 'edge-1', contextName: 'kwok-shared', server: cluster.server });
  const file = join(home, 'plan.json');
  writeFileSync(file, planned.stdout);
  expect(await rollback(['apply', '-f', file, '--dry-run=server'])).toMatchObject({ exitCode: 0, stderr: '' });
  // Typed, it wins.
  expect(await rollback(['apply', '-f', file, '--dry-run=server', '--context=dead'])).toMatchObject({ exitCode: 10, stderr: expect.stringContaining('dead.invalid') });

  const undone = await rollback(['undo', ...words, '--yes', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  expect(await image()).toBe('thanos:v0.42.3');
  const id = runIdIn(undone);
  const back = /^Back to the state before this run: {2}(.+)$/m.exec(undone.stderr)?.[1];
  expect(back).toBe(`kubectl rollback revert ${id}`);
  expect(await rollback(['status', id])).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${id}   finished`) });
  expect(await rollback(['runs', '--cluster=edge-1', '-n', namespace])).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`${id} .* edge-1 `)) });
  const reverted = await paste(`${back} --confirm=thanos-query`);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect(await image()).toBe('thanos:v0.43.0');

  // A plan that has become stale says how to make it again where it was made.
  await rollOut(cluster, namespace, target, 'thanos:v0.44.0');
  const stale = await rollback(['apply', '-f', file, '--yes']);
  expect(stale).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('has changed') });
  const again = /Plan again: {2}(.+)$/m.exec(stale.stderr)![1]!;
  expect(again).toBe(`kubectl rollback plan deployment/thanos-query -n ${namespace} --cluster=edge-1`);
  expect(await paste(again)).toMatchObject({ exitCode: 0, stderr: '' });

  // Somebody else's lock: who has it is found as printed.
  const now = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: 'r-000000/h-000000/1/mina@desk', leaseDurationSeconds: 600, acquireTime: now, renewTime: now };
  await kubectl(cluster, ['patch', 'lease', 'retrace', '--type=merge', '-p', JSON.stringify({ spec })], { namespace });
  const look = `Look at it:  kubectl rollback status r-000000 -n ${namespace} --cluster=edge-1\n`;
  expect(await rollback(['undo', ...words, '--to=3', '--yes', ...quickly])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining(look) });
  await kubectl(cluster, ['delete', 'lease', 'retrace'], { namespace });

  const stopped = await rollback(['undo', ...words, '--to=3', '--yes', '--stable-for=10m', '--timeout=1s']);
  expect(stopped, stopped.stderr).toMatchObject({ exitCode: 8 });
  const second = runIdIn(stopped);
  expect(await paste(`kubectl rollback resume ${second} --timeout=1s`)).toMatchObject({ exitCode: 8 });

  // A machine without that name goes by its own flags and context; so does this one when the name is gone.
  const elsewhere = { home: createCliHome(runFolder), kubeconfig: cluster.kubeconfig };
  expect(await rollback(['apply', '-f', file, '--dry-run=server'], elsewhere)).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('has changed') });
  expect(await rollback(['status', second, '-n', namespace], elsewhere)).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${second}`) });
  expect(await rollback(['resume', second, '-n', namespace, '--timeout=1s'], elsewhere)).toMatchObject({ exitCode: 8 });
  const adopted = JSON.parse(readFileSync(join(elsewhere.home, 'state/retrace/runs', second, 'plan.json'), 'utf8'));
  expect(adopted.cluster).toEqual({ contextName: 'kwok-shared', server: cluster.server, uid: plan.cluster.uid });
  rmSync(config);
  expect(await rollback(['resume', second])).toMatchObject({ exitCode: 10, stderr: expect.stringContaining('dead.invalid') });
  expect(await rollback(['status', second])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${second}`), stderr: expect.stringContaining('The cluster could not be asked') });
  expect(await rollback(['resume', second, '--timeout=1s'], { kubeconfig: cluster.kubeconfig })).toMatchObject({ exitCode: 8 });

  // The name leads somewhere else now: the run knows its cluster by its UID.
  writeFileSync(config, JSON.stringify({ clusters: [{ name: 'edge-1', kubeconfig: '~/edge.conf' }] }));
  const path = join(home, 'state/retrace/runs', second, 'plan.json');
  const mine = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...mine, cluster: { ...mine.cluster, uid: '00000000-0000-4000-8000-000000000000', server: 'https://10.0.3.1:6443' } }));
  for (const command of [['resume', second], ['close', second], ['revert', second, '--confirm=thanos-query']]) {
    expect([command, await rollback(command)]).toMatchObject([command, { exitCode: 4, stdout: '', stderr: expect.stringContaining('the plan was made for another cluster') }]);
  }
  writeFileSync(path, JSON.stringify(mine));
  expect(await rollback(['close', second])).toEqual({ exitCode: 0, stderr: '', stdout: `run ${second} closed: what it did stays\n` });
}, 240_000);

test.concurrent("a run that was made with kubectl's --cluster, an entry of the kubeconfig, finds it again with the user of its context", async ({ cluster, namespace, home, cli }) => {
  const kubeconfig = join(home, 'usual');
  const config = JSON.parse((await kubectl(cluster, ['config', 'view', '--raw', '-o', 'json'])).stdout);
  const [{ context }] = config.contexts;
  const dead = { name: 'dead', cluster: { server: 'https://dead.invalid:6443' } };
  const contexts = [{ name: 'first', context: { ...context, cluster: 'dead' } }, { name: 'second', context: { cluster: 'dead', user: '' } }];
  const write = (current: string) => writeFileSync(kubeconfig, JSON.stringify({ ...config, clusters: [...config.clusters, dead], contexts, 'current-context': current }));
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v0.43.0');
  write('first');
  const undone = await cli('rollback', ['undo', target, '-n', namespace, `--cluster=${context.cluster}`, '--yes', ...quickly], { kubeconfig });
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  write('second');
  const id = runIdIn(undone);
  expect(await cli('rollback', ['status', id], { kubeconfig })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['revert', id, '--confirm=thanos-query'], { kubeconfig })).toMatchObject({ exitCode: 0 });
}, 120_000);

test.concurrent('a run that was made with --kubeconfig=FILE is taken back as printed, from any directory; without that file by the flags of the machine', async ({ cluster, namespace, home, runFolder, cli }) => {
  copyFileSync(cluster.kubeconfig, join(home, 'edge.conf'));
  const kubeconfig = writeDeadKubeconfig(home);
  const rollback = (args: string[], options = {}) => cli('rollback', args, { kubeconfig, cwd: runFolder, ...options });
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v0.43.0');
  const words = [target, '-n', namespace, '--kubeconfig=edge.conf'];
  const planned = await rollback(['plan', ...words, '-o', 'json'], { cwd: home });
  const file = join(home, 'plan.json');
  writeFileSync(file, planned.stdout);
  const undone = await rollback(['undo', ...words, '--yes', ...quickly], { cwd: home });
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  const id = runIdIn(undone);
  const back = /^Back to the state before this run: {2}(.+)$/m.exec(undone.stderr)?.[1];
  expect(back).toBe(`kubectl rollback revert ${id}`);
  expect(await rollback(['status', id])).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${id}   finished`) });
  // Typed, another file wins.
  expect(await rollback(['close', id, `--kubeconfig=${kubeconfig}`, '--context=dead'])).toMatchObject({ exitCode: 10, stderr: expect.stringContaining('dead.invalid') });

  // What was done since is looked at where it is, as printed.
  await rollOut(cluster, namespace, target, 'thanos:v0.44.0');
  const stale = await rollback([...back!.split(' ').slice(2), '--confirm=thanos-query']);
  const look = /Look at it: {2}(.+)$/m.exec(stale.stderr)?.[1];
  expect([stale.exitCode, look]).toEqual([5, `kubectl rollback history deployment/thanos-query -n ${namespace} --kubeconfig=${join(home, 'edge.conf')} --context=kwok-shared`]);
  expect(await rollback(look!.split(' ').slice(2))).toMatchObject({ exitCode: 0, stderr: '' });
  await kubectl(cluster, ['set', 'image', target, '*=thanos:v0.42.3'], { namespace });
  const reverted = await rollback([...back!.split(' ').slice(2), '--confirm=thanos-query']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });

  // A kubeconfig may name programs to run: a plan file leads to none.
  expect(JSON.parse(planned.stdout).cluster.kubeconfig).toBe(join(home, 'edge.conf'));
  expect(await rollback(['apply', '-f', file, '--dry-run=server'])).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('kwok-shared') });
  rmSync(join(home, 'edge.conf'));
  expect(await rollback(['status', id])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   reverted`), stderr: expect.stringContaining('The cluster could not be asked') });
  expect(await rollback(['status', id], { kubeconfig: cluster.kubeconfig })).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${id}   reverted`) });
}, 240_000);
