import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { checkSnapshot } from '../../../lib/snapshot/check.ts';
import { openRepository } from '../../../lib/snapshot/open-repository.ts';
import { createRunFolder, endRun } from '../../support/run-folder.ts';
import { canMount, mountSmallDisk } from '../../support/small-disk.ts';
import { makeContext } from '../kube/test-context.ts';

// Each case starts processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const runFolder = createRunFolder();
afterAll(() => endRun(runFolder));

const script = fileURLToPath(new URL('struck-writer.ts', import.meta.url));
const id = 's-20261122-0250';

let folders = 0;
function makeFolder(): string {
  const folder = join(runFolder, `place-${folders++}`);
  mkdirSync(folder);
  return folder;
}

/** Runs the writer to its end. */
async function write(place: string, env: Record<string, string> = {}, under: readonly string[] = []) {
  const [file, ...args] = [...under, process.execPath, script];
  const { stdout, stderr, signal } = await execa(file!, args, { env: { PATH: process.env['PATH'] ?? '', RETRACE_TEST_REPO: place, RETRACE_TEST_ID: id, ...env }, extendEnv: false, reject: false });
  return { stdout, stderr, signal };
}

/** Every call on a file that one write makes, in its order. */
async function calls(): Promise<string[]> {
  const log = join(runFolder, 'calls');
  expect(await write(makeFolder(), { RETRACE_TEST_CALLS: log })).toMatchObject({ stdout: 'written', stderr: '' });
  return readFileSync(log, 'utf8').trimEnd().split('\n');
}

const points = ['before writeFile 1', 'half writeFile 1', 'after writeFile 1', 'before sync 1', 'after sync 1', 'before sync 2', 'after sync 2'];

test('the points below are all there are', async () => {
  expect(await calls()).toEqual([...new Set(points.map((point) => point.slice(point.indexOf(' ') + 1)))]);
});

describe('a writer that is killed', () => {
  test.concurrent.each(points)('%s: either all of the snapshot is there or nothing of it is seen, and the next writer works', async (point) => {
    const place = makeFolder();
    expect(await write(place, { RETRACE_TEST_STRIKE: `kill ${point}` })).toMatchObject({ stdout: '', signal: 'SIGKILL' });
    const repository = await openRepository(place, makeContext());
    const isThere = point.endsWith('sync 2');
    expect((await repository.list()).map(({ id: listed, broken }) => [listed, broken])).toEqual(isThere ? [[id, undefined]] : []);
    expect(await write(place)).toMatchObject({ stdout: isThere ? 'snapshot.exists' : 'written' });
    expect(await checkSnapshot(id, repository, [])).toMatchObject({ result: 'ok', sealed: 'omitted' });
    expect(readdirSync(place).filter((name) => name.endsWith('.part')).length).toBeLessThanOrEqual(1);
  });
});

describe.skipIf(!canMount)('a disk that is full', () => {
  test.concurrent.each([...points.slice(0, 2), 'before any'])('%s: told, nothing of it is left, and the next writer works when there is room', async (point) => {
    const place = makeFolder();
    const disk = await mountSmallDisk(runFolder, place, 64);
    try {
      if (point === 'before any') disk.fill();
      const full = await write(place, { RETRACE_TEST_STRIKE: `full ${point}` }, disk.under);
      expect(full).toMatchObject({ stdout: 'file.write' });
      const left = await execa(disk.under[0]!, [...disk.under.slice(1), 'ls', place]);
      expect(left.stdout).toBe('filler');
      disk.free();
      expect(await write(place, {}, disk.under)).toMatchObject({ stdout: 'written' });
      expect((await execa(disk.under[0]!, [...disk.under.slice(1), 'ls', place])).stdout).toBe(`${id}.retrace`);
    } finally {
      disk.stop();
    }
  });
});
