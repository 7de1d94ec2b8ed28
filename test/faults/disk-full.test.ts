/** A disk that is full from one write of a run on: before the first change exit 11 and nothing changed, after it exit 7 and `resume` goes on. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import { test } from '../support/fixtures.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { breakHashring, elsewhere, expireLock, journalPath, newestRun, quickly, readHolder, rollback, target } from './runs.ts';

const entry = fileURLToPath(new URL('fail-disk-at-write.ts', import.meta.url));
const undo = (namespace: string) => ['undo', target, '-n', namespace, '--replicas=3', '--yes', ...quickly];
const isFull = process.env['RETRACE_TEST_FULL'] === '1';

const evidence = (namespace: string, file: string) => `evidence/${namespace}.statefulset-thanos-receive/${file}`;
const preImage = (namespace: string, kind: string) => `pre-images/${kind}.${namespace}.statefulset.thanos-receive.retrace`;
const line = (number: number) => () => `journal.jsonl ${number}`;
const kept = (file: string) => (namespace: string) => evidence(namespace, file);

/** What a run writes to the disk, in order, by its namespace; `isChanged` from the first write behind a change on. */
const writes: { name: (namespace: string) => string; isChanged: boolean; inSample?: true }[] = [
  { name: () => 'plan.json', isChanged: false, inSample: true },
  { name: () => 'lock-token', isChanged: false },
  { name: line(1), isChanged: false, inSample: true },
  { name: line(2), isChanged: false },
  ...['objects/statefulsets-thanos-receive.json', 'objects/controllerrevisions.json', 'objects/pods-thanos-receive-0.json', 'objects/pods-thanos-receive-1.json'].map((file) => ({ name: kept(file), isChanged: false })),
  ...['logs/thanos-receive-1/receive.log', 'logs/thanos-receive-1/receive.previous.log', 'events.json'].map((file) => ({ name: kept(file), isChanged: false })),
  { name: kept('index.json'), isChanged: false },
  { name: line(3), isChanged: false },
  { name: line(4), isChanged: false },
  { name: (namespace) => preImage(namespace, 'patch-template'), isChanged: false, inSample: true },
  { name: line(5), isChanged: true },
  { name: line(6), isChanged: true },
  { name: (namespace) => preImage(namespace, 'set-replicas'), isChanged: true },
  ...[7, 8, 9, 10].map((number) => ({ name: line(number), isChanged: true })),
  { name: line(11), isChanged: true, inSample: true },
];

for (const [index, { name, isChanged }] of writes.filter(({ inSample }) => isFull || inSample).entries()) {
  test.skipIf(!canMount).concurrent(`full at ${name('NAMESPACE')}: ${isChanged ? 'exit 7, and resume goes on' : 'exit 11, nothing changed'} (${index + 1})`, async ({ cluster, namespace, cli, home, runFolder }) => {
    await breakHashring({ cluster, namespace });
    const before = await readWorkloadSpecs(cluster, namespace);
    const state = join(home, 'state');
    mkdirSync(state);
    const disk = await mountSmallDisk(runFolder, state, 1024);
    const at = { RETRACE_TEST_DISK_FOLDER: state, RETRACE_TEST_DISK_FULL_AT: name(namespace) };
    const full = await cli('rollback', undo(namespace), { under: disk.under, entry, env: at, timeoutMs: 90_000 });
    expect(full, full.stderr).toMatchObject({ exitCode: isChanged ? 7 : 11, stdout: '', stderr: expect.stringMatching(/no space left on device/) });
    if (isChanged) {
      const id = /kubectl rollback resume (r-\w+)/.exec(full.stderr)?.[1];
      expect(id, full.stderr).toBeDefined();
      disk.free();
      const resumed = await cli('rollback', ['resume', id!], { under: disk.under });
      expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
      expect(disk.read(journalPath(home, id!)).trimEnd().split('\n').map((text) => JSON.parse(text).type).at(-1)).toBe('finished');
    } else {
      expect(full.stderr).toContain('Nothing was changed.');
      expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
      disk.free();
      // In nobody's way, and with room the same works.
      const again = await cli('rollback', undo(namespace), { under: disk.under });
      expect(again, again.stderr).toMatchObject({ exitCode: 0 });
    }
    expect((await readWorkloadSpecs(cluster, namespace))['StatefulSet/thanos-receive']).toMatchObject({ replicas: 3, template: { spec: { containers: [{ image: 'thanos:v0.42.3' }] } } });
    expect(await readHolder({ cluster, namespace })).toBe('');
    disk.stop();
  });
}

test.skipIf(!canMount).concurrent('these are the writes of a run', async ({ cluster, namespace, cli, home }) => {
  await breakHashring({ cluster, namespace });
  const log = join(home, 'disk-writes');
  const done = await cli('rollback', undo(namespace), { entry, env: { RETRACE_TEST_DISK_WRITES: log } });
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  // The pod that is evicted is kept again, as it is then: logs come and go.
  const isRepeated = (name: string, index: number, all: string[]) => all.indexOf(name) !== index;
  const written = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(written.filter((name, index) => !isRepeated(name, index, written))).toEqual(writes.map(({ name }) => name(namespace)));
});

test.skipIf(!canMount).concurrent('full while a run of another machine is brought here: exit 11, and it is brought again', async ({ cluster, namespace, cli, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await breakHashring(place);
  expect(await rollback(place, undo(namespace), 'after:write template')).toMatchObject({ exitCode: undefined });
  await expireLock(place);
  const id = newestRun(home);
  const other = elsewhere(place);
  const state = join(other.home, 'state');
  mkdirSync(state);
  const disk = await mountSmallDisk(runFolder, state, 1024);
  const options = { home: other.home, under: disk.under };
  const resume = ['resume', id, '-n', namespace];
  const full = await cli('rollback', resume, { ...options, entry, env: { RETRACE_TEST_DISK_FOLDER: state, RETRACE_TEST_DISK_FULL_AT: 'plan.json' } });
  expect(full, full.stderr).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringMatching(/no space left on device/) });
  disk.free();
  const resumed = await cli('rollback', resume, options);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  disk.stop();
});
