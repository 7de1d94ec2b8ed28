/** Runs that others see: one lock a namespace, a record that another machine goes on with, and what happens when either is taken away. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { breakHashring, elsewhere, expireLock, newestRun, quickly, readHolder, rollback, target as hashring } from '../faults/runs.ts';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { createIdentity, readingRules, sharingRules, type Rule } from '../support/identities.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { deploy, rollOutBadly, runIdIn } from '../support/roll-outs.ts';
import { createCliHome } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { thanosQuery } from '../support/workloads.ts';

const target = 'deploy/thanos-query';

/** The work itself. */
const workRules: readonly Rule[] = [
  ...readingRules,
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
];

async function breakQuery(cluster: ControlPlane, namespace: string): Promise<void> {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
}

const undo = (namespace: string, ...more: string[]) => ['undo', target, '-n', namespace, '--yes', ...(more.length > 0 ? more : quickly)];
/** Waits until it is told to stop. */
const undoLong = (namespace: string) => ['undo', target, '-n', namespace, '--yes', '--stable-for=10m', '--stuck-after=1s'];

async function ownNames(cluster: ControlPlane, namespace: string, kind: 'configmaps' | 'secrets'): Promise<string[]> {
  const { items } = await kubectlJson(cluster, ['get', kind], { namespace });
  return items.map(({ metadata }: any) => metadata.name).filter((name: string) => name.startsWith('retrace-'));
}

for (const line of ['after:4', 'before:5', 'after:8'] as const) {
  test.concurrent(`a run that was killed ${line.replace(':', ' line ')} is gone on with from another machine by another person`, async ({ cluster, namespace, home, runFolder }) => {
    const place = { cluster, namespace, home, runFolder };
    await breakHashring(place);
    const killed = await rollback(place, ['undo', hashring, '-n', namespace, '--replicas=3', '--yes', ...quickly], line);
    expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
    const id = newestRun(home);
    const other = elsewhere(place);
    const kubeconfig = await createIdentity(cluster, namespace, other.home, 'colleague', [...workRules, ...sharingRules]);
    const resume = () => rollback(other, ['resume', id, '-n', namespace], undefined, { kubeconfig });

    // Its lock holds: for all that the other machine knows, somebody works.
    expect(await resume()).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`run ${id} is being worked on by`) });
    await expireLock({ cluster, namespace });
    const listed = await rollback(other, ['runs', '-n', namespace], undefined, { kubeconfig });
    expect(listed).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`\n${id} +interrupted +statefulset/thanos-receive`)) });
    const resumed = await resume();
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('statefulset/thanos-receive rolled back') });
    expect((await readWorkloadSpecs(cluster, namespace))['StatefulSet/thanos-receive']).toMatchObject({ replicas: 3, template: { spec: { containers: [{ image: 'thanos:v0.42.3' }] } } });
    expect(await readHolder({ cluster, namespace })).toBe('');

    // The first machine knows what became of it.
    expect(await rollback(place, ['status', id])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   finished`) });
    expect(await rollback(place, ['resume', id])).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(`run ${id} is finished`) });
  });
}

test.concurrent('another machine takes a run back, and the next undo of a third one may go the same way again', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await breakQuery(cluster, namespace);
  const bad = await readWorkloadSpecs(cluster, namespace);
  const id = runIdIn(await rollback(place, undo(namespace)));
  expect(await ownNames(cluster, namespace, 'secrets')).toEqual([`retrace-run-${id}`]);

  // A revision that was left is left for everybody.
  const third = elsewhere(place);
  const history = await rollback(third, ['history', target, '-n', namespace, '-o', 'json']);
  expect(JSON.parse(history.stdout).revisions.filter(({ left }: any) => left)).toMatchObject([{ images: ['thanos:broken'] }]);

  const reverted = await rollback(elsewhere(place), ['revert', id, '-n', namespace, '--confirm=thanos-query']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(bad);
  for (const machine of [place, third]) {
    expect(await rollback(machine, ['status', id, '-n', namespace])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   reverted`) });
  }
  const after = await rollback(place, ['history', target, '-n', namespace, '-o', 'json']);
  expect(JSON.parse(after.stdout).revisions.filter(({ left }: any) => left)).toEqual([]);
});

test.concurrent('another machine closes a run: no lock, no Secret, and the record says so', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await breakQuery(cluster, namespace);
  const stopped = await rollback(place, undo(namespace, '--stable-for=10m', '--timeout=1s'));
  expect(stopped).toMatchObject({ exitCode: 8 });
  const id = newestRun(home);
  // Stopped by itself, it is in nobody's hands, but the namespace is half way.
  const other = elsewhere(place);
  const refused = await rollback(other, undo(namespace, '--to=2'));
  expect(refused).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringMatching(new RegExp(`locked by run ${id} of [^]*--take-over`)) });
  expect(await rollback(other, ['close', id, '-n', namespace])).toEqual({ exitCode: 0, stderr: '', stdout: `run ${id} closed: what it did stays\n` });
  expect(await readHolder({ cluster, namespace })).toBe('');
  expect(await ownNames(cluster, namespace, 'secrets')).toEqual([]);
  expect(await rollback(place, ['resume', id])).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(`run ${id} is closed`) });
  // What it found is gone with it: a third machine does not take that for nothing to do.
  expect(await rollback(elsewhere(place), ['revert', id, '-n', namespace, '--confirm=thanos-query'])).toMatchObject({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringContaining('no longer in the cluster'),
  });
});

test.concurrent('of two runs the second is refused while the first goes on, and takes over only what has expired', async ({ cluster, namespace, home, runFolder, startCli }) => {
  const place = { cluster, namespace, home, runFolder };
  await breakQuery(cluster, namespace);
  const first = await startCli('rollback', undoLong(namespace));
  await first.waitForLine(/template/);
  await waitUntil(async () => (await readWorkloadSpecs(cluster, namespace))['Deployment/thanos-query']?.template.spec.containers[0].image === 'thanos:v0.42.3', { what: 'the template to be written' });
  const id = newestRun(home);
  const other = elsewhere(place);
  const again = ['undo', target, '-n', namespace, '--to=2', '--yes', '--timeout=2s'];
  for (const more of [[], ['--take-over']]) {
    const refused = await rollback(other, [...again, ...more]);
    expect(refused).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringMatching(new RegExp(`^(?:.*\n)*error: namespace ${namespace} is locked by run ${id} of .+@.+\n {2}since .*\n {2}until .*\n`)) });
    expect(refused.stderr).toContain('Nothing was changed.');
  }
  expect(await rollback(other, ['resume', id, '-n', namespace])).toMatchObject({ exitCode: 6 });
  expect(await rollback(other, ['close', id, '-n', namespace])).toMatchObject({ exitCode: 6 });
  process.kill(first.pid, 'SIGKILL');
  await first.result;
  await expireLock({ cluster, namespace });
  const expired = await rollback(other, again);
  expect(expired).toMatchObject({ exitCode: 6, stderr: expect.stringMatching(/not renewed after[^]*--take-over/) });
  const taken = await rollback(other, [...again, '--take-over']);
  expect(taken, taken.stderr).toMatchObject({ exitCode: 8 });
  expect(await readHolder({ cluster, namespace })).toContain(newestRun(other.home));
});

test.concurrent('a lock that was taken while the run waited stops it before its next write', async ({ cluster, namespace, home, runFolder, startCli }) => {
  await breakHashring({ cluster, namespace });
  const proxy = await startFaultProxy(runFolder, cluster);
  const before = await readWorkloadSpecs(cluster, namespace);
  // Asleep between its evidence and its patch: the log is answered late.
  const log = proxy.addFault({ kind: 'delay', delayMs: 4_000, matches: ({ path }) => /\/log\?/.test(path) });
  const sleeping = await startCli('rollback', ['undo', hashring, '-n', namespace, '--yes', ...quickly], { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => log.struck === 1, { what: 'a log to be read', everyMs: 20 });
  const now = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: 'r-000000/h-000000/1/mina@desk', leaseDurationSeconds: 60, acquireTime: now, renewTime: now };
  await kubectl(cluster, ['patch', 'lease', 'retrace', '--type=merge', '-p', JSON.stringify({ spec })], { namespace });
  const stopped = await sleeping.result;
  expect(stopped, stopped.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`the lock of namespace ${namespace} was taken by run r-000000 of mina@desk`) });
  expect(proxy.requests.filter(({ method, path }) => method === 'PATCH' && !path.includes('dryRun'))).toEqual([]);
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
  expect(await readHolder({ cluster, namespace })).toContain('mina@desk');

  // Expired, but nobody took it: the same run goes on.
  await kubectl(cluster, ['patch', 'lease', 'retrace', '--type=merge', '-p', '{"spec":{"holderIdentity":""}}'], { namespace });
  const id = newestRun(home);
  await kubectl(cluster, ['delete', 'lease', 'retrace'], { namespace });
  proxy.clearFaults();
  const slow = proxy.addFault({ kind: 'delay', delayMs: 3_000, matches: ({ method, path }) => method === 'GET' && path.includes('/controllerrevisions/') });
  const resuming = await startCli('rollback', ['resume', id], { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => slow.struck === 1, { what: 'the revision to be read', everyMs: 20 });
  await expireLock({ cluster, namespace });
  const resumed = await resuming.result;
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  await proxy.stop();
});

test.concurrent('who may not keep lock and record is told all that is missing, and --local-only goes without', async ({ cluster, namespace, home, runFolder, cli }) => {
  await breakQuery(cluster, namespace);
  const before = await readWorkloadSpecs(cluster, namespace);
  const kubeconfig = await createIdentity(cluster, namespace, home, 'worker', workRules);
  const refused = await cli('rollback', undo(namespace), { kubeconfig });
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  for (const missing of ['create leases.coordination.k8s.io', 'update leases.coordination.k8s.io', 'create configmaps', 'update configmaps', 'create secrets', 'delete secrets']) {
    expect(refused.stderr).toContain(`${missing} in ${namespace}`);
  }
  expect(refused.stderr).toContain('--local-only');
  expect(refused.stderr).toContain('Nothing was changed.');
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
  expect(await ownNames(cluster, namespace, 'configmaps')).toEqual([]);

  const local = await cli('rollback', [...undo(namespace), '--local-only'], { kubeconfig });
  expect(local, local.stderr).toMatchObject({ exitCode: 0 });
  expect(await ownNames(cluster, namespace, 'configmaps')).toEqual([]);
  expect(await ownNames(cluster, namespace, 'secrets')).toEqual([]);
  expect(await kubectl(cluster, ['get', 'lease', 'retrace'], { namespace, allowFailure: true })).toMatchObject({ exitCode: 1 });
  const id = runIdIn(local);
  expect(await cli('rollback', ['status', id], { kubeconfig })).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('finished') });
  // Nobody else knows of it; where the cluster cannot be asked, this machine does.
  expect(await rollback({ cluster, namespace, runFolder, home: createCliHome(runFolder) }, ['status', id, '-n', namespace])).toMatchObject({ exitCode: 5, stdout: '' });
  const offline = await cli('rollback', ['runs', '--server=https://127.0.0.1:1', '--request-timeout=2s']);
  expect(offline).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(id), stderr: expect.stringContaining('The cluster could not be asked') });
});

test.concurrent('a plan of more than 1 MiB and planted secrets: the record holds the one and none of the others', async ({ cluster, namespace, home, runFolder, kube }) => {
  const place = { cluster, namespace, home, runFolder };
  const planted = 'PLANTED-kx81-hunter2';
  const noise = (seed: string) => Array.from({ length: 3_000 }, (_, index) => ({ name: `NOISE_${index}`, value: Array.from({ length: 18 }, (_, n) => Bun.hash(`${seed}${index}${n}`).toString(36)).join('') }));
  const withEnv = (seed: string) => {
    const manifests = structuredClone(thanosQuery({ replicas: 1 })) as any[];
    const deployment = manifests.find(({ kind }) => kind === 'Deployment');
    const [container] = deployment.spec.template.spec.containers;
    container.env = [...noise(seed), { name: 'DB_PASSWORD', value: `${planted}-${seed}` }];
    container.args = [...(container.args ?? []), `--remote.password=${planted}-${seed}`];
    return manifests;
  };
  // Created and replaced, not applied: the annotation of apply would be too long.
  await kube(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: withEnv('a') }) });
  await waitUntil(async () => (await kubectlJson(cluster, ['get', target], { namespace })).status.readyReplicas === 1, { what: 'the first roll-out' });
  await kube(['replace', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: withEnv('b').filter(({ kind }) => kind === 'Deployment') }) });
  await waitUntil(async () => (await kubectlJson(cluster, ['get', target], { namespace })).status.updatedReplicas === 1, { what: 'the second roll-out' });

  const killed = await rollback(place, undo(namespace), 'after:4');
  expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
  const id = newestRun(home);
  expect(Bun.file(join(home, 'state/retrace/runs', id, 'plan.json')).size).toBeGreaterThan(1024 * 1024);
  const { items } = await kubectlJson(cluster, ['get', 'configmaps'], { namespace });
  const own = items.filter(({ metadata }: any) => metadata.name.startsWith('retrace-run-'));
  expect(own.length).toBeGreaterThan(1);
  for (const { data, binaryData } of own) {
    expect(JSON.stringify(data ?? {}).includes(planted)).toBe(false);
    for (const [name, value] of Object.entries(binaryData ?? {})) {
      const bytes = Buffer.from(String(value), 'base64');
      expect((name.endsWith('.gz') ? Buffer.from(Bun.gunzipSync(bytes)) : bytes).includes(planted), name).toBe(false);
    }
  }
  const parts = own.filter(({ binaryData }: any) => binaryData?.part).map(({ binaryData }: any) => Buffer.from(binaryData.part, 'base64'));
  expect(Buffer.from(Bun.gunzipSync(Buffer.concat(parts))).includes(planted)).toBe(false);

  // The first machine is gone for good.
  rmSync(join(home, 'state'), { recursive: true });
  await expireLock({ cluster, namespace });
  const resumed = await rollback(elsewhere(place), ['resume', id, '-n', namespace]);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  expect((await kubectlJson(cluster, ['get', target], { namespace })).spec.template.spec.containers[0].env.at(-1)).toEqual({ name: 'DB_PASSWORD', value: `${planted}-a` });
});
