/** Trouble with local files: without a place for evidence and journal nothing is changed, and what cannot be read is never guessed. */
import { chmodSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import { test } from '../support/fixtures.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { breakHashring, journalPath, newestRun, quickly, rollback, runKinds, target } from './runs.ts';

const onSmallDisk = test.skipIf(!canMount);
const entry = fileURLToPath(new URL('fail-disk-at-line.ts', import.meta.url));
const undo = (namespace: string) => ['undo', target, '-n', namespace, '--yes', ...quickly];

onSmallDisk.concurrent('a disk that is full before any change: exit 11, nothing changed', async ({ cluster, namespace, cli, home, runFolder }) => {
  await breakHashring({ cluster, namespace });
  const before = await readWorkloadSpecs(cluster, namespace);
  const state = join(home, 'state');
  mkdirSync(state);
  const disk = await mountSmallDisk(runFolder, state, 512);
  disk.fill();
  const full = await cli('rollback', undo(namespace), { under: disk.under });
  expect(full, full.stderr).toMatchObject({ exitCode: 11, stdout: '' });
  expect(full.stderr).toMatch(/cannot write .*ENOSPC|no space left/i);
  expect(full.stderr).toContain('Nothing was changed.');
  disk.free();
  // Room for the run and its first lines, none for evidence; then for evidence too, and none for what the object was.
  for (const line of ['started', 'intended patch-template']) {
    const result = await cli('rollback', undo(namespace), { under: disk.under, entry, env: failAt(state, 'full after', line) });
    expect(result, result.stderr).toMatchObject({ exitCode: 11, stderr: expect.stringContaining('Nothing was changed.') });
    disk.free();
  }
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
  disk.stop();
});

for (const how of ['full after', 'read-only before'] as const) {
  onSmallDisk.concurrent(`a disk that is ${how} the line of the patch: exit 7, and resume goes on when it can`, async ({ cluster, namespace, cli, home, runFolder }) => {
    await breakHashring({ cluster, namespace });
    const state = join(home, 'state');
    mkdirSync(state);
    const disk = await mountSmallDisk(runFolder, state, 1024);
    const full = await cli('rollback', undo(namespace), { under: disk.under, entry, env: failAt(state, how, 'done patch-template') });
    expect(full, full.stderr).toMatchObject({ exitCode: 7, stdout: '' });
    const id = /kubectl rollback resume (r-\w+)/.exec(full.stderr)?.[1];
    expect(id, full.stderr).toBeDefined();
    const again = await cli('rollback', ['resume', id!], { under: disk.under });
    expect(again.exitCode, again.stderr).toBeOneOf([7, 11]);
    disk.free();
    const resumed = await cli('rollback', ['resume', id!], { under: disk.under });
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
    expect(disk.read(journalPath(home, id!)).trimEnd().split('\n').at(-1)).toContain('"finished"');
    disk.stop();
  });
}

/** Makes the disk fail around a line of the journal. */
function failAt(state: string, how: 'full after' | 'read-only before', text: string): Record<string, string> {
  const lines: readonly string[] = runKinds.undo.lines.filter((line) => !line.endsWith('set-replicas'));
  return { RETRACE_TEST_DISK: `${how}:${lines.indexOf(text) + 1}`, RETRACE_TEST_DISK_FOLDER: state };
}

test.concurrent('a state folder that cannot be written: exit 11, nothing changed', async ({ cluster, namespace, cli, home }) => {
  await breakHashring({ cluster, namespace });
  const before = await readWorkloadSpecs(cluster, namespace);
  // A file where the folder should be stops root too, whom no permission stops.
  writeFileSync(join(home, 'state'), '');
  const result = await cli('rollback', undo(namespace));
  expect(result, result.stderr).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringContaining(join(home, 'state')) });
  expect(result.stderr).toContain('Nothing was changed.');
  if (process.getuid?.() !== 0) {
    const readOnly = join(home, 'read-only');
    mkdirSync(readOnly);
    chmodSync(readOnly, 0o500);
    expect(await cli('rollback', undo(namespace), { env: { XDG_STATE_HOME: readOnly } })).toMatchObject({ exitCode: 11 });
  }
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
});

test.concurrent('a broken journal or plan is told with its place, a cut journal is gone on with', async ({ cluster, namespace, cli, home, runFolder }) => {
  await breakHashring({ cluster, namespace });
  await rollback({ cluster, namespace, home, runFolder }, undo(namespace), 'after:5');
  const id = newestRun(home);
  const journal = journalPath(home, id);
  const plan = join(dirname(journal), 'plan.json');
  const [journalBefore, planBefore] = [readFileSync(journal, 'utf8'), readFileSync(plan, 'utf8')];
  const attempts = [['resume', id], ['status', id], ['revert', id, '--confirm=thanos-receive']];

  writeFileSync(journal, journalBefore.replace('"seq":3', '"seq":"three"'));
  for (const args of attempts) {
    const result = await cli('rollback', args);
    expect(result, result.stderr).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringMatching(/journal\.jsonl is broken at line 3/) });
  }
  // A line from the middle is gone.
  writeFileSync(journal, journalBefore.split('\n').toSpliced(1, 1).join('\n'));
  expect(await cli('rollback', ['resume', id])).toMatchObject({ exitCode: 11, stderr: expect.stringMatching(/line 2/) });
  writeFileSync(journal, journalBefore);

  for (const broken of ['', planBefore.slice(0, planBefore.length / 2), planBefore.replace('"steps"', '"stepz"')]) {
    writeFileSync(plan, broken);
    for (const args of attempts) {
      const result = await cli('rollback', args);
      expect(result, result.stderr).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringContaining(plan) });
    }
  }
  // One broken run does not hide the others.
  expect(await cli('rollback', ['runs'])).toMatchObject({ exitCode: 0 });
  writeFileSync(plan, planBefore);

  // The power went in the middle of the last line.
  truncateSync(journal, Buffer.byteLength(journalBefore) - 20);
  const resumed = await cli('rollback', ['resume', id]);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  expect(readFileSync(journal, 'utf8').trimEnd().split('\n').every((line) => JSON.parse(line))).toBe(true);
});
