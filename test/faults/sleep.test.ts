/** A laptop that sleeps between two writes (SIGSTOP): when it wakes, the lock decides whether it goes on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import { expect } from 'vitest';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import { test } from '../support/fixtures.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { spawnCli, type RunningCli } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { breakHashring, elsewhere, expireLock, newestRun, quickly, readHolder, rollback, target, type Place } from './runs.ts';

const entry = fileURLToPath(new URL('kill-at.ts', import.meta.url));

/** An undo that has fallen asleep at a point. */
async function fallAsleep(place: Place, point: string): Promise<RunningCli> {
  const env = { RETRACE_TEST_SLEEP: point, RETRACE_TEST_WRITES: join(place.home, 'writes') };
  const args = ['undo', target, '-n', place.namespace, '--replicas=3', '--yes', ...quickly];
  const sleeper = await spawnCli('rollback', args, { ...place, kubeconfig: place.cluster.kubeconfig, entry, env, timeoutMs: 110_000 });
  const isAsleep = () => execaSync('ps', ['-o', 'state=', '-p', String(sleeper.pid)], { reject: false }).stdout.startsWith('T');
  await waitUntil(isAsleep, { what: `the undo to sleep ${point}`, timeoutMs: 60_000 });
  return sleeper;
}

/** What a process wrote to the cluster, by name. */
function writesOf({ home }: Place): string[] {
  const path = join(home, 'writes');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

// Behind the second point the template is good already, and what the other one does is to go back to the bad one.
for (const { point, to } of [{ point: 'after:pre-image patch-template', to: [] }, { point: 'after:write template', to: ['--to=2'] }]) {
  test.concurrent(`asleep ${point.replace(':', ' ')} while another takes the expired lock: exit 6, and nothing more is written`, async ({ cluster, namespace, home, runFolder, startCli }) => {
    const place = { cluster, namespace, home, runFolder };
    await breakHashring(place);
    const sleeper = await fallAsleep(place, point);
    const before = writesOf(place);
    const other = elsewhere(place);
    const takeOver = ['undo', target, '-n', namespace, ...to, '--yes', '--take-over', '--stable-for=10m', '--stuck-after=10m'];
    expect(await rollback(other, takeOver)).toMatchObject({ exitCode: 6 });
    await expireLock(place);
    const awake = await startCli('rollback', takeOver, { home: other.home, timeoutMs: 110_000 });
    await awake.waitForLine(/^template: /);
    const id = newestRun(other.home);
    expect(await readHolder(place)).toContain(`${id}/`);
    const specs = await readWorkloadSpecs(cluster, namespace);

    sleeper.signal('SIGCONT');
    const woken = await sleeper.result;
    expect(woken, woken.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`the lock of namespace ${namespace} was taken by run ${id} of `) });
    expect(woken.stderr).toContain(`go on with:  kubectl rollback resume ${newestRun(home)}`);
    // Its own record may still say why it stopped.
    expect(writesOf(place).slice(before.length).filter((name) => !/^record (stopped|done patch-template|intended set-replicas)/.test(name))).toEqual([]);
    expect(await readWorkloadSpecs(cluster, namespace)).toEqual(specs);
    expect(await readHolder(place)).toContain(`${id}/`);
    awake.signal('SIGKILL');
    await awake.result;
  });
}

test.concurrent('asleep while another took the lock, did its work and gave it back: exit 6, and nothing more is written', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await breakHashring(place);
  const sleeper = await fallAsleep(place, 'after:pre-image patch-template');
  const before = writesOf(place);
  await expireLock(place);
  const done = await rollback(elsewhere(place), ['undo', target, '-n', namespace, '--yes', '--take-over', ...quickly]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(await readHolder(place)).toBe('');
  const specs = await readWorkloadSpecs(cluster, namespace);

  sleeper.signal('SIGCONT');
  const woken = await sleeper.result;
  expect(woken, woken.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`the lock of namespace ${namespace} was given back by somebody else`) });
  expect(writesOf(place).slice(before.length)).toEqual(['record stopped patch-template']);
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(specs);
});

test.concurrent('asleep until the lock has expired, and nobody took it: goes on to the end', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await breakHashring(place);
  const sleeper = await fallAsleep(place, 'after:write template');
  await expireLock(place);
  sleeper.signal('SIGCONT');
  const woken = await sleeper.result;
  expect(woken, woken.stderr).toMatchObject({ exitCode: 0 });
  expect((await kubectlJson(cluster, ['get', target], { namespace })).spec).toMatchObject({ replicas: 3, template: { spec: { containers: [{ image: 'thanos:v0.42.3' }] } } });
  expect(await readHolder(place)).toBe('');
});
