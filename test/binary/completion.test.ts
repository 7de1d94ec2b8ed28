/** TAB, as kubectl's own completion asks for it: kubectl __complete → kubectl_complete-rollback → the cluster. */
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { toolPath } from '../../scripts/tools/build.ts';
import { quickly } from '../faults/runs.ts';
import { test } from '../support/fixtures.ts';
import { deploy, rollOut, runIdIn } from '../support/roll-outs.ts';
import { cliEnvironment, createCliHome, distFolder } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { thanosQuery, thanosReceive } from '../support/workloads.ts';

test('types, names, revisions, runs, namespaces and contexts', { timeout: 300_000 }, async ({ cluster, namespace, home, runFolder }) => {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(join(distFolder, 'kubectl-rollback'), join(bin, 'kubectl-rollback'));
  const kubectl = await toolPath('kubectl');
  const env = { ...(await cliEnvironment(home, cluster.kubeconfig)), PATH: [bin, dirname(kubectl), '/usr/bin', '/bin'].join(':') };
  const call = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await execa(kubectl, args, { env, extendEnv: false, reject: false, stdin: 'ignore', cwd: home, timeout: 60_000 });
    return { stdout, stderr, exitCode };
  };
  const complete = async (...typed: string[]) => {
    const { stdout, stderr, exitCode } = await call('__complete', 'rollback', ...typed);
    // What kubectl itself says there of each completion, and nothing of ours.
    expect(stderr.split('\n').filter((line) => !/^(\[Debug\] |Completion ended with directive: )/.test(line))).toEqual([]);
    expect(exitCode).toBe(0);
    return stdout.split('\n');
  };
  /** The choices with their descriptions, and the directive. An answer that came too late is none: a person presses TAB again, so does this. */
  const offers = async (typed: string[], expected: string[]) => {
    let offered: string[] = [];
    const isThere = async () => Bun.deepEquals((offered = await complete(...typed)), expected);
    await waitUntil(isThere, { what: `TAB after ${typed.join(' ')}` }).catch(() => undefined);
    expect(offered, typed.join(' ')).toEqual(expected);
  };
  const installed = await call('rollback', 'completion', 'install');
  expect(installed).toEqual({ exitCode: 0, stderr: '', stdout: `TAB completes kubectl rollback where kubectl's own completion is on; link: ${join(bin, 'kubectl_complete-rollback')}` });

  const inNamespace = ['-n', namespace];
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ replicas: 1, image: 'quay.io/thanos/thanos:v1' }));
  await rollOut(cluster, namespace, 'deploy/thanos-query', 'quay.io/thanos/thanos:v2');
  await rollOut(cluster, namespace, 'deploy/thanos-query', 'quay.io/thanos/thanos:v3');
  await deploy(cluster, namespace, 'sts/thanos-receive', thanosReceive({ replicas: 1 }));

  await offers(['und'], ['undo\tGo back: plan, ask, keep evidence, change, wait until it holds', ':36']);
  await offers(['undo', ...inNamespace, ''], ['configmap/', 'secret/', 'service/', 'daemonset/', 'deployment/', 'statefulset/', 'ingress/', ':6']);
  await offers(['undo', ...inNamespace, 'cm/thanos'], ['cm/thanos-receive-hashring', ':4']);
  await offers(['undo', 'cm/thanos-receive-hashring', ...inNamespace, '--to='], [':36']);
  await offers(['undo', ...inNamespace, 'sts'], ['sts/', ':6']);
  await offers(['undo', ...inNamespace, 'sts/'], ['sts/thanos-receive', ':4']);
  await offers(['plan', ...inNamespace, 'sts/thanos-receive', 'deployments.apps/thanos'], ['deployments.apps/thanos-query', ':4']);
  await offers(['history', ...inNamespace, 'deploy', 't'], ['thanos-query', ':4']);
  await offers(['history', ...inNamespace, 'deploy', 'thanos-query', 't'], [':4']);
  await offers(['undo', 'deploy/thanos-query', ...inNamespace, '--to='], ['2\tthanos:v2', '1\tthanos:v1', 'previous', ':36']);
  await offers(['undo', 'deploy', 'thanos-query', ...inNamespace, '--to-revision', ''], ['2\tthanos:v2', '1\tthanos:v1', ':36']);
  await offers(['undo', 'deploy/thanos-query', '-n', namespace], [namespace, ':4']);
  const { stdout: context } = await call('config', 'current-context');
  await offers(['undo', '--context', ''], [context, ':4']);
  await offers(['undo', '--context', 'nonsense', 'sts/'], [':4']);

  const undone = await call('rollback', 'undo', 'deploy/thanos-query', ...inNamespace, '--to=2', '--yes', ...quickly);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  const run = `${runIdIn(undone)}\tfinished deployment/thanos-query`;
  await offers(['status', ''], [run, ':36']);
  await offers(['revert', 'r-'], [run, ':36']);
  await offers(['resume', ''], [':36']);
  await offers(['status', runIdIn(undone), ''], [':4']);

  // Of another machine, by its record in the namespace that is typed.
  const other = await cliEnvironment(createCliHome(runFolder), cluster.kubeconfig);
  Object.assign(env, { XDG_STATE_HOME: other['XDG_STATE_HOME'] });
  await offers(['resume', ...inNamespace, ''], [':36']);
  await offers(['revert', ...inNamespace, ''], [run, ':36']);
  await offers(['revert', '-n', 'default', 'r-'], [':36']);
  // Where nobody answers, and where somebody takes the call and says nothing, it is what this machine knows, and soon.
  Object.assign(env, { XDG_STATE_HOME: join(home, 'state') });
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  for (const port of [1, (silent.address() as AddressInfo).port]) {
    const beganMs = performance.now();
    expect(await complete('status', ...inNamespace, `--server=https://127.0.0.1:${port}`, '')).toEqual([run, ':36']);
    expect(performance.now() - beganMs).toBeLessThan(5_000);
  }
  silent.close();
});
