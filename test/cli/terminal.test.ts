/** The plugin as a person sees it: on a terminal, with a question, a region that is redrawn, and Ctrl-C. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { keepSnapshot } from '../support/kept-snapshots.ts';
import { applyManifests, thanosReceive } from '../support/workloads.ts';
import { cliEnvironment } from '../support/run-cli.ts';

const mainOf = (plugin: string) => fileURLToPath(new URL(`../../plugins/${plugin}/main.ts`, import.meta.url));

interface Screen {
  /** Everything that was written, without its colours. */
  text(): string;
  raw(): string;
  press(keys: string): void;
  saw(pattern: RegExp): Promise<void>;
  ended: Promise<number>;
}

async function openScreen(args: readonly string[], home: string, kubeconfig: string, plugin = 'rollback'): Promise<Screen> {
  let raw = '';
  const child = Bun.spawn([process.execPath, mainOf(plugin), ...args], {
    cwd: home,
    env: { ...(await cliEnvironment(home, kubeconfig)), TERM: 'xterm-256color' },
    terminal: { cols: 80, rows: 40, data: (_terminal: unknown, bytes: Uint8Array) => void (raw += Buffer.from(bytes).toString('utf8')) },
  } as Bun.SpawnOptions.OptionsObject<'ignore', 'ignore', 'ignore'>);
  const { terminal } = child as unknown as { terminal: { write(keys: string): void; close(): void } };
  const text = () => Bun.stripANSI(raw).replaceAll('\r', '');
  return {
    text,
    raw: () => raw,
    press: (keys) => terminal.write(keys),
    async saw(pattern) {
      while (!pattern.test(text())) {
        if (child.exitCode !== null) throw new Error(`ended before ${pattern}:\n${text()}`);
        await Bun.sleep(20);
      }
    },
    ended: child.exited.then((exitCode) => {
      terminal.close();
      return exitCode;
    }),
  };
}

describe('undo on a terminal', () => {
  test('shows, asks, draws, ends with what came of it; a no before that changes nothing', async ({ cluster, namespace, kube, home }) => {
    const image = async () => (await kube(['get', 'sts/thanos-receive', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'])).stdout;
    await applyManifests(cluster, namespace, thanosReceive());
    await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=60s']);
    await applyManifests(cluster, namespace, thanosReceive({ image: 'thanos:broken' }));
    const args = ['undo', 'sts/thanos-receive', '-n', namespace, '--stable-for=1s'];

    const declined = await openScreen(args, home, cluster.kubeconfig);
    await declined.saw(/\(y\/N\)/);
    declined.press('\r');
    expect(await declined.ended).toBe(130);
    expect(declined.text()).toContain('Nothing was changed.');
    expect(await image()).toBe('thanos:broken');

    const agreed = await openScreen(args, home, cluster.kubeconfig);
    await agreed.saw(/\(y\/N\)/);
    expect(agreed.text()).toMatch(new RegExp(`Roll back statefulset/thanos-receive in namespace ${namespace} of\\s+context \\S+\\s+\\(${cluster.server}\\)\\?`));
    agreed.press('y\r');
    expect(await agreed.ended).toBe(0);
    expect(agreed.text()).toMatch(/✔ evidence +kept, /);
    expect(agreed.text()).toMatch(/✔ pods +all on the revision/);
    expect(agreed.text()).toMatch(/\nstatefulset\/thanos-receive rolled back to revision 1 \(\w+\)\nrun r-\w+ {3}took [^\n]+\nProve that it is whole: {2}kubectl verify --run r-\w+\nBack to the state before this run: {2}kubectl rollback revert r-\w+\n$/);
    expect(agreed.raw()).toContain('\u001b[1m');
    expect(await image()).toBe('thanos:v0.42.3');
  });

  test('asks whether to restart who reads a ConfigMap only at its start, and goes by the answer', async ({ cluster, namespace, kube, home }) => {
    const [set] = thanosReceive({ replicas: 1 }).filter(({ kind }) => kind === 'StatefulSet');
    (set!['spec'] as { template: { spec: unknown } }).template.spec = { containers: [{ name: 'c', image: 'thanos:v1', envFrom: [{ configMapRef: { name: 'config' } }] }] };
    const config = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: { value } });
    await applyManifests(cluster, namespace, [config('good'), set!]);
    await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=60s']);
    const uid = async () => (await kube(['get', 'pod/thanos-receive-0', '-o', 'jsonpath={.metadata.uid}'])).stdout;
    for (const [answer, isRestarted] of [['n\r', false], ['\r', true]] as const) {
      await kube(['patch', 'configmap/config', '--type=merge', '-p', JSON.stringify({ data: { value: 'bad' } })]);
      const before = await uid();
      const screen = await openScreen(['undo', 'cm/config', '-n', namespace, '--stable-for=1s'], home, cluster.kubeconfig);
      await screen.saw(/Restart who reads it only at its start: statefulset\/thanos-receive\? \(Y\/n\)/);
      screen.press(answer);
      await screen.saw(/\(y\/N\)/);
      expect(screen.text().includes('restart   statefulset/thanos-receive')).toBe(isRestarted);
      screen.press('y\r');
      expect(await screen.ended).toBe(0);
      expect((await kube(['get', 'configmap/config', '-o', 'jsonpath={.data.value}'])).stdout).toBe('good');
      expect((await uid()) !== before).toBe(isRestarted);
    }
  });

  test('Ctrl-C while it waits stops at once, and says how to go on', async ({ cluster, namespace, kube, home, cli }) => {
    await applyManifests(cluster, namespace, thanosReceive());
    await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=60s']);
    await applyManifests(cluster, namespace, thanosReceive({ image: 'thanos:v0.42.4' }));
    await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=60s']);
    const screen = await openScreen(['undo', 'sts/thanos-receive', '-n', namespace, '--yes', '--stable-for=10m'], home, cluster.kubeconfig);
    await screen.saw(/pods +thanos-receive-\d/);
    screen.press('\u0003');
    expect(await screen.ended).toBe(7);
    const id = /resume (r-\w+)\n$/.exec(screen.text())?.[1];
    expect(screen.text()).toContain('✗ pods');
    expect(id).toBeDefined();
    expect((await cli('rollback', ['runs', '-o', 'name'])).stdout).toBe(`${id}\n`);
  });

  test('a plan that is saved as YAML and carried out by another call', async ({ cluster, namespace, kube, home, cli }) => {
    await applyManifests(cluster, namespace, thanosReceive());
    await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=60s']);
    await applyManifests(cluster, namespace, thanosReceive({ image: 'thanos:broken' }));
    const saved = await cli('rollback', ['plan', 'sts/thanos-receive', '-n', namespace, '--stable-for=1s', '-o', 'yaml']);
    expect(saved).toMatchObject({ exitCode: 0, stderr: '' });
    await Bun.write(join(home, 'plan.yaml'), saved.stdout);
    const shown = await cli('rollback', ['apply', '-f', join(home, 'plan.yaml'), '--dry-run=server']);
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
    expect(shown.stdout).toMatch(/\nDo it: {2}kubectl rollback apply -f \S+plan\.yaml\n$/);
    const done = await cli('rollback', ['apply', '-f', '-', '--yes', '-o', 'json'], { input: saved.stdout });
    expect(done.exitCode).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ apiVersion: 'retrace/v1', kind: 'RunReport', run: { state: 'finished' } });
    expect(done.stderr).not.toContain('\u001b');
  });
});

test('snapshot create on a terminal: a line that tells how far it is, and is gone at the end', async ({ cluster, namespace, home }) => {
  await applyManifests(cluster, namespace, thanosReceive({ replicas: 0 }));
  const screen = await openScreen(['create', '-n', namespace], home, cluster.kubeconfig, 'snapshot');
  expect(await screen.ended, screen.text()).toBe(0);
  expect(screen.text()).toMatch(/reading \d+ of \d+ lists   \d+ objects?/);
  // What was drawn is erased before the result is written.
  expect(screen.raw().slice(screen.raw().lastIndexOf('reading '))).toMatch(/\u001b\[2K[^]*✔/);
  const [, result] = screen.text().split(/(?=✔ \d+ objects)/);
  expect(result).toMatch(/^✔ \d+ objects \(\d+ Secrets? encrypted for 1 recipient\) in \d+\.\d s   [^]*complete[^]*Go back to it:  kubectl snapshot restore s-/);
  expect(result!.split('\n').filter((line) => Bun.stringWidth(line) > 80 && !/retrace\/snapshots|kubectl snapshot/.test(line))).toEqual([]);
});

test('snapshot prune asks what it would remove; a no, an empty answer and Ctrl-C remove nothing', async ({ cluster, namespace, home, cli, kube }) => {
  await kube(['create', 'configmap', 'c']);
  const keep = (day: number) => keepSnapshot(cluster, namespace, home, { id: `s-202611${day}-0250`, startedAt: `2026-11-${day}T02:50:00Z`, targets: ['configmap/c'] });
  const folder = join(home, 'data', 'retrace', 'snapshots');
  for (const day of [20, 21, 22]) await keep(day);
  const left = () => readdirSync(folder).filter((name) => name.endsWith('.retrace')).length;
  for (const [keys, exitCode] of [['n\r', 130], ['\r', 130], ['\u0003', 130], ['y\r', 0]] as const) {
    expect(left()).toBe(3);
    const screen = await openScreen(['prune', '--keep-last=1'], home, cluster.kubeconfig, 'snapshot');
    await screen.saw(/2 snapshots[^]*\(y\/N\)/);
    expect(screen.text()).toContain('s-20261120-0250');
    screen.press(keys);
    expect([keys, await screen.ended]).toEqual([keys, exitCode]);
  }
  expect(left()).toBe(1);
  await keep(23);
  const alone = await cli('snapshot', ['prune', '--keep-last=1']);
  expect(alone, alone.stderr).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('kubectl snapshot prune --keep-last=1 --yes') });
  expect(left()).toBe(2);
});

describe('verify watch on a terminal', () => {
  test('draws one table over itself, and Ctrl-C ends it with 0', async ({ cluster, namespace, kube, home }) => {
    await applyManifests(cluster, namespace, thanosReceive({ replicas: 1 }));
    await kube(['rollout', 'status', 'sts/thanos-receive', '--timeout=60s']);
    const screen = await openScreen(['watch', '-n', namespace, '--stable-for=1s', '--every=1s'], home, cluster.kubeconfig, 'verify');
    await screen.saw(/CHECK[^]*Looked at every 1s; Ctrl-C ends it/);
    await screen.saw(/pods +pass +1 pod ready/);
    await applyManifests(cluster, namespace, thanosReceive({ replicas: 1, image: 'thanos:broken' }));
    await screen.saw(/pods +fail +thanos-receive-0 CrashLoopBackOff/);
    // One picture takes the place of the one before: the cursor goes up, and the head is written once.
    expect(screen.raw()).toMatch(/\u001b\[\d*A/);
    expect(screen.text().split('EVIDENCE')).toHaveLength(2);
    screen.press('\u0003');
    expect(await screen.ended).toBe(0);
    expect(screen.text()).not.toContain('Nothing was changed');
  }, 90_000);
});
