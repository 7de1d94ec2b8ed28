/** Owners are judged again when a plan is carried out, a run goes on, or a run is taken back; the real Helm takes the target meanwhile. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test, type ClusterFixtures } from '../support/fixtures.ts';
import { helm, writeChart } from '../support/helm.ts';
import { kubectl, type CommandResult } from '../support/kubectl.ts';
import { deploy, quickly, readWorkload, rollOut, runIdIn } from '../support/roll-outs.ts';
import { thanosQuery, waitForRollout } from '../support/workloads.ts';

const target = 'deployment/thanos-query';
const imageOf = (workload: any) => workload.spec.template.spec.containers[0].image;

/** Helm takes over what is there, as it is: `helm install --take-ownership`, what a migration to Helm does. */
async function takeOver(cluster: ControlPlane, runFolder: string, namespace: string, image: string, name = 'thanos-query'): Promise<void> {
  const chart = writeChart(runFolder, 'taken', thanosQuery({ replicas: 1, image, name }), {});
  await helm(cluster, runFolder, ['install', 'kps', chart, '-n', namespace, '--take-ownership']);
}

/** The first target is written; its pods are Ready too late for the wait, and no other target is begun. */
async function stopInTheWait(cluster: ControlPlane, namespace: string, cli: ClusterFixtures['cli'], targets: string[]): Promise<CommandResult> {
  await kubectl(cluster, ['patch', target, '--type=merge', '-p', '{"spec":{"minReadySeconds":5}}'], { namespace });
  const stopped = await cli('rollback', ['undo', ...targets, '-n', namespace, '--yes', '--timeout=1s', '--stable-for=3s', '--stuck-after=1s']);
  expect(stopped).toMatchObject({ exitCode: 8, stdout: '' });
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v1');
  return stopped;
}

test.concurrent('apply: an owner that came since the plan was made is refused; one that the plan names is not, unless it is gone', async ({ cluster, namespace, runFolder, cli, kube, home, onTestFinished }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1, image: 'thanos:v1' }));
  await rollOut(cluster, namespace, target, 'thanos:v2');
  const save = async (name: string, ...flags: string[]) => {
    const made = await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json', ...flags, ...quickly]);
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    writeFileSync(join(home, name), made.stdout);
    return join(home, name);
  };
  // --without-hold agrees to the owners that the plan names, not to any.
  const before = [await save('before.json'), await save('before-without-hold.json', '--without-hold')];
  await takeOver(cluster, runFolder, namespace, 'thanos:v2');
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  for (const words of before.flatMap((file) => ['--dry-run=none', '--dry-run=server'].map((how) => ['apply', '-f', file, how, '--yes']))) {
    const { stderr, ...rest } = await cli('rollback', words);
    expect(rest).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr.slice(stderr.indexOf('error:'))).toMatch(
      new RegExp(`^error: deployment/thanos-query is written by helm release kps; an undo here would last until the next helm upgrade
  helm release kps   meta.helm.sh/release-name on deployment/thanos-query, revision 1, deployed [^,]+ ago, 1 object
  not in the plan: helm release kps
  Nothing was changed.
Look for a revision to make it durable:  helm history kps -n ${namespace}   \\(1 object\\)
Here nevertheless:  kubectl rollback undo deployment/thanos-query -n ${namespace} --without-hold   \\(1 object; put back by the next helm upgrade or rollback of release kps, not before\\)
$`),
    );
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  expect((await cli('rollback', ['runs', '-n', namespace])).stderr).toBe('No runs on this machine yet.\n');

  // Who may not read the release does not take it for gone.
  const named = await save('named.json', '--without-hold');
  await kube(['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer']);
  expect(await cli('rollback', ['apply', '-f', named, '--dry-run=server', '--as=viewer'])).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('\nOwner     helm release kps   ') });

  proxy.setLatency(200);
  expect(await cli('rollback', ['apply', '-f', named, '--dry-run=server'], { kubeconfig: proxy.kubeconfig })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(proxy.sequentialRoundTrips()).toBeLessThanOrEqual(5);

  await kube(['delete', 'secret', '-l', 'owner=helm,name=kps']);
  const gone = await cli('rollback', ['apply', '-f', named, '--yes']);
  expect(gone).toMatchObject({ exitCode: 5, stdout: '' });
  expect(gone.stderr.slice(gone.stderr.indexOf('error:'))).toBe(`error: deployment/thanos-query has changed since the plan was made
  in the plan, and no longer its owner: helm release kps
  Nothing was changed.
Plan again:  kubectl rollback plan deployment/thanos-query -n ${namespace}
`);
});

test.concurrent('apply and revert of a plan and a run that name their owner: told, and done', async ({ cluster, namespace, runFolder, cli, home }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1, image: 'thanos:v1' }));
  await takeOver(cluster, runFolder, namespace, 'thanos:v2');
  await waitForRollout(cluster, namespace, target);
  const file = join(home, 'plan.json');
  writeFileSync(file, (await cli('rollback', ['plan', target, '-n', namespace, '--without-hold', '-o', 'json', ...quickly])).stdout);
  const applied = await cli('rollback', ['apply', '-f', file, '--yes']);
  const later = 'deployment/thanos-query will be put back by the next helm upgrade or rollback of release kps, not before';
  expect(applied).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`\n${later}\n`) });
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v1');
  const reverted = await cli('rollback', ['revert', runIdIn(applied), '--confirm=thanos-query']);
  expect(reverted).toMatchObject({ exitCode: 0, stdout: 'deployment/thanos-query put back to what it was before the run\n' });
  expect(reverted.stderr).toMatch(/\nOwner +helm release kps {3}meta[^]*\nPut back by +by the next helm upgrade or rollback of release kps, not before\n/);
  expect(reverted.stderr).toContain(`\n${later}\n`);
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v2');
});

test.concurrent('revert: an owner that came after the run is refused, and told with --without-hold', async ({ cluster, namespace, runFolder, cli }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1, image: 'thanos:v1' }));
  await rollOut(cluster, namespace, target, 'thanos:v2');
  const undone = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);
  expect(undone).toMatchObject({ exitCode: 0 });
  const id = runIdIn(undone);
  await takeOver(cluster, runFolder, namespace, 'thanos:v1');
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  for (const how of ['--dry-run=server', '--dry-run=none']) {
    expect(await cli('rollback', ['revert', id, how, '--confirm=thanos-query'])).toEqual({
      exitCode: 4,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`^error: deployment/thanos-query is written by helm release kps; a revert here would last until the next helm upgrade\n[^]*\n  not in the plan: helm release kps\n  Nothing was changed.\n[^]*\nHere nevertheless:  kubectl rollback revert ${id} --without-hold   \\(1 object; [^\n]*\\)\n$`),
      ),
    });
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  const reverted = await cli('rollback', ['revert', id, '--confirm=thanos-query', '--without-hold']);
  expect(reverted).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/\nPut back by +by the next helm upgrade or rollback of release kps, not before\n/) });
  expect(imageOf(await readWorkload(cluster, namespace, target))).toBe('thanos:v2');
});

test.concurrent('resume: what is still to be written is judged again, what is written is not', async ({ cluster, namespace, runFolder, cli }) => {
  const second = 'deployment/query-frontend';
  for (const [name, one] of [['thanos-query', target], ['query-frontend', second]] as const) {
    await deploy(cluster, namespace, one, thanosQuery({ replicas: 1, image: 'thanos:v1', name }));
    await rollOut(cluster, namespace, one, 'thanos:v2');
  }
  const stopped = await stopInTheWait(cluster, namespace, cli, [target, second]);
  const id = runIdIn(stopped);
  await takeOver(cluster, runFolder, namespace, 'thanos:v2', 'query-frontend');
  const refused = await cli('rollback', ['resume', id, '--timeout=1m']);
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  expect(refused.stderr).toMatch(
    new RegExp(`error: deployment/query-frontend is written by helm release kps; [^]*\n  not in the plan: helm release kps\n[^]*\nHere nevertheless:  kubectl rollback resume ${id} --without-hold   \\([^\n]*\\)\n$`),
  );
  expect(imageOf(await readWorkload(cluster, namespace, second))).toBe('thanos:v2');
  const resumed = await cli('rollback', ['resume', id, '--timeout=1m', '--without-hold']);
  expect(resumed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('\ndeployment/query-frontend will be put back by the next helm upgrade or rollback of release kps, not before\n') });
  expect(imageOf(await readWorkload(cluster, namespace, second))).toBe('thanos:v1');
});

test.concurrent('resume: an owner of what is written already is in nobody’s way', async ({ cluster, namespace, runFolder, cli }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1, image: 'thanos:v1' }));
  await rollOut(cluster, namespace, target, 'thanos:v2');
  const stopped = await stopInTheWait(cluster, namespace, cli, [target]);
  await takeOver(cluster, runFolder, namespace, 'thanos:v1');
  expect(await cli('rollback', ['resume', runIdIn(stopped), '--timeout=1m'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back') });
});
