/** kubectl snapshot restore, and the pods: who reads what comes back, who gets new pods by it, and whether those come up. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import { expect } from 'vitest';
import { findResourceType } from '../../lib/kube/discovery.ts';
import { getObject } from '../../lib/kube/objects.ts';
import { gatherObjects } from '../../lib/layers/object/gather.ts';
import { planObject } from '../../lib/layers/object/plan.ts';
import { previewObjects } from '../../lib/layers/object/preview.ts';
import type { Plan } from '../../lib/run/plan.ts';
import { connectFor, takeSnapshot } from '../support/captured.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { deploy, quickly, readWorkload, readyPodUids } from '../support/roll-outs.ts';
import { spawnCli } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';
import { configMap } from './kube-connection.ts';

const kinds = ['configmaps', 'secrets', 'deployments', 'statefulsets'];

/** A Deployment that reads a ConfigMap into its environment. */
function reader(name: string, image = 'shop:1'): Record<string, any> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image, envFrom: [{ configMapRef: { name: 'config' } }] }] } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 1, selector: { matchLabels: labels }, template } };
}

const stepsOf = (plan: Plan) => plan.steps.map(({ kind, target }) => (target ? `${kind} ${target.name}` : kind));

test.concurrent('who reads a restored ConfigMap at its start is restarted when asked; who gets new pods by the restore is awaited, and not restarted again', async ({ cluster, namespace, home, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('config', { a: 'good' })]);
  await deploy(cluster, namespace, 'deploy/reads', [reader('reads') as never]);
  await deploy(cluster, namespace, 'deploy/changed', [reader('changed') as never]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds });
  await kube(['patch', 'cm', 'config', '--type=merge', '-p', '{"data":{"a":"bad"}}']);
  await kube(['set', 'image', 'deploy/changed', 'c=shop:2']);
  await kube(['rollout', 'status', 'deploy/changed']);
  const before = await readyPodUids(cluster, namespace);
  const words = [id, 'cm/config', 'deploy/changed', '-n', namespace, ...quickly];

  const never = await cli('snapshot', ['restore', ...words, '--dry-run=server']);
  expect(never, never.stderr).toMatchObject({ exitCode: 0 });
  expect(never.stdout.replaceAll(/\s+/g, ' ')).toMatch(/deployment\/reads .*kubectl rollout restart deployment\/reads/);
  const planned = await cli('snapshot', ['restore', ...words, '--restart=auto', '--dry-run=server', '-o', 'json']);
  expect(stepsOf(JSON.parse(planned.stdout) as Plan)).toEqual(['keep-objects', 'keep-evidence changed', 'keep-evidence reads', 'write-objects', 'write-objects', 'wait-rollout changed', 'restart reads', 'wait-rollout reads']);

  const done = await cli('snapshot', ['restore', ...words, '--restart=auto', '--yes']);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  const after = await readyPodUids(cluster, namespace);
  expect(Object.values(after)).toHaveLength(2);
  for (const uid of Object.values(before)) expect(Object.values(after)).not.toContain(uid);
  const [reads, changed] = await Promise.all(['deploy/reads', 'deploy/changed'].map((target) => readWorkload(cluster, namespace, target)));
  expect([Object.keys(reads.spec.template.metadata.annotations), changed.spec.template.metadata.annotations]).toEqual([['kubectl.kubernetes.io/restartedAt'], undefined]);
  expect(changed.spec.template.spec.containers[0].image).toBe('shop:1');

  // Without a terminal nobody is restarted unasked, and it is said who keeps the old content.
  await kube(['patch', 'cm', 'config', '--type=merge', '-p', '{"data":{"a":"bad"}}']);
  const alone = await cli('snapshot', ['restore', id, 'cm/config', '-n', namespace, '--yes']);
  expect(alone, alone.stderr).toMatchObject({ exitCode: 0 });
  expect(alone.stderr).toMatch(/kubectl rollout restart deployment\/reads -n/);
  expect(await readyPodUids(cluster, namespace)).toEqual(after);
}, 180_000);

test.concurrent('a restored workload that does not come up ends with exit 8 and the command to go on; one made anew is awaited too', async ({ cluster, namespace, home, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('config', { a: 'good' }), reader('fails', 'shop:broken'), reader('comes')]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds });
  await kube(['set', 'image', 'deploy/fails', 'c=shop:1']);
  await kube(['delete', 'deploy', 'comes']);

  const made = await cli('snapshot', ['restore', id, 'deploy/comes', '-n', namespace, '--yes', ...quickly]);
  expect(made, made.stderr).toMatchObject({ exitCode: 0, stdout: 'deployment/comes created\n' });
  expect(made.stderr).toMatch(/comes-\w+-\w+ Ready/);
  const late = await cli('snapshot', ['restore', id, 'deploy/fails', '-n', namespace, '--yes', '--stable-for=1s', '--timeout=2s']);
  expect(late, late.stderr).toMatchObject({ exitCode: 8 });
  expect(late.stderr).toMatch(/CrashLoopBackOff[^]*kubectl rollback resume r-/);
}, 180_000);

test.concurrent('a saved plan of a restore is carried out by rollback apply, Secrets too; another snapshot of that name is refused', async ({ cluster, namespace, home, cli, kube }) => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'planted-good-value' } };
  await applyManifests(cluster, namespace, [configMap('a', { a: 'good' }), secret]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds });
  const spoil = async () => {
    await kube(['patch', 'cm', 'a', '--type=merge', '-p', '{"data":{"a":"bad"}}']);
    await kube(['patch', 'secret', 's', '--type=merge', '-p', '{"stringData":{"key":"planted-bad-value"}}']);
  };
  const savePlan = async (name: string, ...more: string[]) => {
    const { stdout, stderr } = await cli('snapshot', ['restore', id, 'cm/a', 'secret/s', '-n', namespace, '--dry-run=server', '-o', 'json', ...more]);
    expect(`${stdout}${stderr}`).not.toMatch(/planted-(good|bad)-value/);
    writeFileSync(join(home, name), stdout);
    return join(home, name);
  };
  const read = async (where = namespace) => {
    const { items } = await kubectlJson(cluster, ['get', 'cm/a', 'secret/s'], { namespace: where });
    return [items[0].data.a, Buffer.from(items[1].data.key, 'base64').toString()];
  };

  await spoil();
  const applied = await cli('rollback', ['apply', '-f', await savePlan('plan.json'), '--yes']);
  expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
  expect(await read()).toEqual(['good', 'planted-good-value']);

  const copy = `${namespace}-copy`;
  const copied = await cli('rollback', ['apply', '-f', await savePlan('copy.json', `--as-new-namespace=${copy}`), '--yes']);
  expect(copied, copied.stderr).toMatchObject({ exitCode: 0 });
  expect(await read(copy)).toEqual(['good', 'planted-good-value']);
  await kube(['delete', 'namespace', copy, '--wait=false']);

  await spoil();
  const old = await savePlan('old.json');
  await takeSnapshot(cluster, home, namespace, { id, kinds });
  const refused = await cli('rollback', ['apply', '-f', old, '--yes']);
  expect(refused, refused.stderr).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringMatching(/changed: snapshot[^]*Nothing was changed[^]*snapshot restore/) });
  expect(await read()).toEqual(['bad', 'planted-bad-value']);
}, 180_000);

test.concurrent('--dry-run=client asks the server for no write, not even for a tried one; server tries each', async ({ cluster, namespace, home, runFolder, cli, kube }) => {
  await applyManifests(cluster, namespace, [configMap('a', { a: 'good' })]);
  await deploy(cluster, namespace, 'deploy/reads', [{ ...configMap('config', { a: '1' }) } as never, reader('reads') as never]);
  await kube(['set', 'image', 'deploy/reads', 'c=shop:2']);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['configmaps'] });
  await kube(['patch', 'cm', 'a', '--type=merge', '-p', '{"data":{"a":"bad"}}']);
  const proxy = await startFaultProxy(runFolder, cluster);
  try {
    const writes = () => proxy.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('/selfsubject')).map(({ method, path }) => `${method} ${/dryRun=All/.test(path) ? 'tried' : 'sent'}`);
    const ask = async (plugin: 'snapshot' | 'rollback', words: string[], dryRun: string) => {
      const result = await cli(plugin, [...words, '-n', namespace, `--dry-run=${dryRun}`], { kubeconfig: proxy.kubeconfig });
      expect(result, result.stderr).toMatchObject({ exitCode: 0 });
      return result.stdout;
    };
    for (const [plugin, words] of [['snapshot', ['restore', id, 'cm/a']], ['rollback', ['undo', 'deploy/reads']]] as const) {
      const before = writes().length;
      expect(await ask(plugin, [...words], 'client')).toContain('not tried on the server');
      expect(writes().slice(before)).toEqual([]);
      expect(await ask(plugin, [...words], 'server')).not.toContain('not tried on the server');
      expect(writes().slice(before)).toEqual([plugin === 'snapshot' ? 'PUT tried' : 'PATCH tried']);
    }
  } finally {
    await proxy.stop();
  }
});

test.concurrent('who keeps its pods through a restore is not taken for replaced; a paused Deployment is not waited for in vain, and told', async ({ cluster, namespace, home, cli, kube }) => {
  const labels = { app: 'set' };
  const set = (serviceName: string) => ({ ...reader('set'), kind: 'StatefulSet', spec: { ...reader('set').spec, serviceName, selector: { matchLabels: labels } } });
  await applyManifests(cluster, namespace, [configMap('config', { a: 'good' })]);
  await deploy(cluster, namespace, 'sts/set', [set('old') as never]);
  await deploy(cluster, namespace, 'deploy/paused', [reader('paused') as never]);
  await kube(['rollout', 'pause', 'deploy/paused']);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds });
  // The name of its Service cannot be changed in place: deleted and made again around its pods.
  await kube(['delete', 'sts/set', '--cascade=orphan']);
  await deploy(cluster, namespace, 'sts/set', [set('new') as never]);
  await kube(['patch', 'cm', 'config', '--type=merge', '-p', '{"data":{"a":"bad"}}']);
  await kube(['set', 'image', 'deploy/paused', 'c=shop:2']);
  const before = await readyPodUids(cluster, namespace);

  const done = await cli('snapshot', ['restore', id, '-n', namespace, '--restart=auto', '--yes', ...quickly]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  const said = done.stderr.replaceAll(/\s+/g, ' ');
  expect(said).toMatch(/statefulset\/set uses configmap\/config [^;]*; it keeps the content that it has until it is restarted kubectl rollout restart statefulset\/set -n/);
  expect(said).toContain(`kubectl rollout resume deployment/paused -n ${namespace}`);
  expect((await readyPodUids(cluster, namespace))['set-0']).toBe(before['set-0']);
}, 180_000);

test.concurrent('who puts a restored workload back before its pods are awaited is told, and it is not done', async ({ cluster, namespace, home, runFolder, kube }) => {
  await deploy(cluster, namespace, 'deploy/reads', [{ ...configMap('config', { a: '1' }) } as never, reader('reads') as never]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['deployments'] });
  await kube(['set', 'image', 'deploy/reads', 'c=shop:2']);
  const entry = fileURLToPath(new URL('../faults/kill-at.ts', import.meta.url));
  const env = { RETRACE_TEST_PLUGIN: 'snapshot', RETRACE_TEST_SLEEP: 'after:replace deployments' };
  const restoring = await spawnCli('snapshot', ['restore', id, '-n', namespace, '--yes', ...quickly], { runFolder, home, kubeconfig: cluster.kubeconfig, entry, env, timeoutMs: 90_000 });
  const state = () => execaSync('ps', ['-o', 'state=', '-p', String(restoring.pid)], { reject: false }).stdout;
  await waitUntil(() => state().startsWith('T'), { what: 'the restore to sleep behind its write', timeoutMs: 60_000 });
  await kube(['set', 'image', 'deploy/reads', 'c=shop:2']);
  restoring.signal('SIGCONT');
  const ended = await restoring.result;
  expect(ended.exitCode, ended.stderr).not.toBe(0);
  expect(ended).toMatchObject({ stdout: '', stderr: expect.stringMatching(/kubectl-set/) });
}, 120_000);

test.concurrent('a workload whose status moves while its write is tried is no refusal', async ({ cluster, namespace, home, kube }) => {
  await deploy(cluster, namespace, 'deploy/reads', [{ ...configMap('config', { a: '1' }) } as never, reader('reads') as never]);
  const connection = await connectFor(cluster, home);
  try {
    const type = await findResourceType(connection, 'deployments');
    const read = async () => (await getObject(connection, type, namespace, 'reads'))!;
    const stored = await read();
    await kube(['set', 'image', 'deploy/reads', 'c=shop:2']);
    await kube(['rollout', 'status', 'deploy/reads']);
    const planOne = async () => {
      const { facts } = await gatherObjects(connection, { stored: [stored], knownTypes: [], isNamed: true, flagsForHints: '' });
      return facts.map((one) => planObject(one, { source: { kind: 'last-applied' }, withoutHold: false, deleteAdded: false }));
    };
    const looked = await planOne();
    await kube(['patch', 'deploy', 'reads', '--subresource=status', '--type=merge', '-p', '{"status":{"collisionCount":7}}']);
    const tried = await previewObjects(connection, looked, () => true);
    expect(tried.map(({ target: { verb, because } }) => ({ verb, because }))).toEqual([{ verb: 'update', because: undefined }]);
    // More than its status is another object than the one that was looked at.
    const again = await planOne();
    await kube(['set', 'image', 'deploy/reads', 'c=shop:3']);
    const [changed] = await previewObjects(connection, again, () => true);
    expect(changed!.target).toMatchObject({ verb: 'refuse', because: { code: 'server' } });
  } finally {
    connection.close();
  }
});
