/**
 * kill -9 in an undo of an object and in a restore that restart who reads it: at lines of the journal, at each write, between a line and its copy
 * in the cluster. Gone on with, here or elsewhere, everything is as if nothing had happened, and the pods were made anew once, not twice; taken
 * back, the object is what it was. With RETRACE_TEST_FULL=1 before and after every line and every write.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { takeSnapshot } from '../support/captured.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson, type CommandResult } from '../support/kubectl.ts';
import { deploy } from '../support/roll-outs.ts';
import { runCli } from '../support/run-cli.ts';
import { copyOf, elsewhere, expireLock, journalLines, newestRun, quickly, readHolder, readJournal, readRecord, rollback, type Place } from './runs.ts';

const good = { LEVEL: 'info' };
const bad = { LEVEL: 'debug' };
const labels = { app: 'reads' };
const container = { name: 'c', image: 'shop:1', envFrom: [{ configMapRef: { name: 'config' } }] };
const manifests: Record<string, any>[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: good },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'reads' }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } } } },
];

const both = (step: string) => [`intended ${step}`, `done ${step}`];
const lines = ['started', ...both('keep-objects'), ...both('keep-evidence'), ...both('write-objects'), ...both('restart'), ...both('wait-rollout'), 'finished'];
const writes = ['take lease', 'make record', 'pre-image wanted', 'pre-image keep-objects', 'replace configmaps', 'pre-image restart', 'write annotations', 'give back lease'];

type Run = 'undo' | 'restore';
const answers = ['resume', 'resume elsewhere', 'revert'] as const;

interface Case {
  readonly run: Run;
  readonly point: string;
  readonly answer: (typeof answers)[number];
}

const line = (text: string) => lines.indexOf(text) + 1;
const sample: Case[] = [
  { run: 'undo', point: 'after:replace configmaps', answer: 'resume elsewhere' },
  { run: 'undo', point: `before:${line('done write-objects')}`, answer: 'revert' },
  { run: 'undo', point: 'after:write annotations', answer: 'resume' },
  { run: 'undo', point: `before:${copyOf('done restart')}`, answer: 'resume elsewhere' },
  { run: 'restore', point: 'after:pre-image restart', answer: 'resume' },
  { run: 'restore', point: 'after:write annotations', answer: 'resume elsewhere' },
  { run: 'restore', point: `before:${line('done wait-rollout')}`, answer: 'revert' },
];
const points = [...lines.flatMap((text, index) => [`before:${index + 1}`, `before:${copyOf(text)}`, `after:${index + 1}`]), ...writes.flatMap((write) => [`before:${write}`, `after:${write}`])];
const all = (['undo', 'restore'] as const).flatMap((run) => points.flatMap((point) => answers.map((answer): Case => ({ run, point, answer }))));

/** The snapshot that the restore goes back to. */
async function prepare({ cluster, namespace, home }: Place): Promise<string> {
  await deploy(cluster, namespace, 'deploy/reads', manifests as never);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['configmaps'] });
  await kubectl(cluster, ['patch', 'configmap/config', '--type=merge', '-p', JSON.stringify({ data: bad })], { namespace });
  return id;
}

function start(place: Place, run: Run, snapshot: string, more: readonly string[], env: Record<string, string>): Promise<CommandResult> {
  const { runFolder, home, cluster, namespace } = place;
  const words = run === 'undo' ? ['undo', 'cm/config', '--to=last-applied'] : ['restore', snapshot, 'cm/config'];
  const plugin = run === 'undo' ? 'rollback' : 'snapshot';
  const entry = fileURLToPath(new URL('kill-at.ts', import.meta.url));
  return runCli(plugin, [...words, '-n', namespace, '--restart=auto', '--yes', ...quickly, ...more], { runFolder, home, kubeconfig: cluster.kubeconfig, timeoutMs: 90_000, entry, env: { RETRACE_TEST_PLUGIN: plugin, ...env } });
}

async function read({ cluster, namespace }: Place) {
  const config = await kubectlJson(cluster, ['get', 'configmap/config'], { namespace });
  const { items: sets } = await kubectlJson(cluster, ['get', 'replicasets'], { namespace });
  const { items: pods } = await kubectlJson(cluster, ['get', 'pods'], { namespace });
  const ready = pods.filter(({ metadata, status }: any) => !metadata.deletionTimestamp && status.conditions?.some(({ type, status }: any) => type === 'Ready' && status === 'True'));
  // A ReplicaSet for each template there ever was.
  return { data: config.data, templates: sets.length as number, ready: ready.map(({ metadata }: any) => metadata.annotations ?? {}) as Record<string, string>[] };
}

async function expectDone(place: Place): Promise<void> {
  const { data, templates, ready } = await read(place);
  expect({ data, templates, pods: ready.length }).toEqual({ data: good, templates: 2, pods: 1 });
  expect(Object.keys(ready[0]!)).toContain('kubectl.kubernetes.io/restartedAt');
  expect(await readHolder(place)).toBe('');
}

for (const run of ['undo', 'restore'] as const) {
  test.concurrent(`${run} with a restart: its lines and writes are those that are struck below`, async ({ cluster, namespace, home, runFolder }) => {
    const place = { cluster, namespace, home, runFolder };
    const snapshot = await prepare(place);
    const log = join(home, 'writes');
    const done = await start(place, run, snapshot, [], { RETRACE_TEST_WRITES: log });
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    await expectDone(place);
    expect(journalLines(home, newestRun(home))).toEqual(lines);
    expect(readFileSync(log, 'utf8').trimEnd().split('\n').sort()).toEqual([...writes, ...lines.map(copyOf)].sort());
  });
}

for (const { run, point, answer } of process.env['RETRACE_TEST_FULL'] === '1' ? all : sample) {
  test.concurrent(`${run} with a restart: killed ${point}, then ${answer}`, { timeout: 180_000 }, async ({ cluster, namespace, home, runFolder }) => {
    const place = { cluster, namespace, home, runFolder };
    const snapshot = await prepare(place);
    const killed = await start(place, run, snapshot, [], { RETRACE_TEST_KILL: point });
    expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
    const id = newestRun(home);
    if (answer === 'revert') {
      const reverted = await rollback(place, ['revert', id, '-n', namespace, '--confirm=config']);
      expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
      expect((await read(place)).data).toEqual(bad);
      // Where nothing was to be taken back no run was made of it: the lock of the dead process is left to expire.
      const [holder] = (await readHolder(place)).split('/');
      return expect(newestRun(home) === id ? ['', id] : ['']).toContain(holder);
    }
    if (answer === 'resume') {
      const isOver = readJournal(home, id).at(-1)?.type === 'finished';
      const resumed = await rollback(place, ['resume', id]);
      // Killed behind the last line there is nothing to go on with, and it says so.
      expect(resumed, resumed.stderr).toMatchObject({ exitCode: isOver ? 5 : 0 });
      return expectDone(place);
    }
    const isHeld = (await readHolder(place)) !== '';
    if (isHeld) await expireLock(place);
    const record = await readRecord(place, id);
    const other = elsewhere(place);
    const isShared = (await kubectl(cluster, ['get', 'secret', `retrace-run-${id}`, '--ignore-not-found', '-o', 'name'], { namespace })).stdout !== '';
    if (record && !isShared) {
      // Only the first machine knows yet what is to be written: said, ended from here, and begun anew.
      const refused = await rollback(other, ['resume', id, '-n', namespace]);
      expect(refused).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringMatching(/only .+ has that[^]*changed nothing yet[^]*rollback close/) });
      expect((await read(place)).data).toEqual(bad);
      expect(await rollback(other, ['close', id, '-n', namespace])).toMatchObject({ exitCode: 0 });
    } else if (record) {
      const resumed = await rollback(other, ['resume', id, '-n', namespace]);
      expect(resumed, resumed.stderr).toMatchObject({ exitCode: record.at(-1) === 'finished' ? 5 : 0 });
      return expectDone(place);
    }
    // Nobody else knows of it, and nothing was changed: the same is typed again, of a snapshot where that is.
    expect((await read(place)).data).toEqual(bad);
    const stillHeld = (await readHolder(place)) !== '';
    const done = await start(run === 'undo' ? other : place, run, snapshot, stillHeld ? ['--take-over'] : [], {});
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    await expectDone(place);
  });
}
