/**
 * A journal that is cut at any byte, as a power cut leaves it: it is read as the lines that are whole, its copy in the cluster has the rest, and
 * `resume` ends as an uninterrupted run. `npm test` cuts at a sample of bytes; with RETRACE_TEST_FULL=1 at every byte, and goes on from every line.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findLocalRun, openSharedRun, readSharedRecord } from '../../lib/procedure/shared-runs.ts';
import { recordOf } from '../../lib/run/record.ts';
import { reach } from '../cluster/kube-connection.ts';
import { expectClusterState } from '../support/cluster-state.ts';
import { test } from '../support/fixtures.ts';
import { makeContext } from '../unit/kube/test-context.ts';
import { journalLines, journalPath, newestRun, rollback, runKinds, type Place } from './runs.ts';
import { uninterrupted } from './uninterrupted.ts';

const isFull = process.env['RETRACE_TEST_FULL'] === '1';
const { lines, prepare, command } = runKinds.undo;

/** A run that was killed before its last line. */
async function interrupt(place: Place, ...more: string[]): Promise<{ id: string; path: string; whole: Buffer }> {
  await prepare(place);
  const killed = await rollback(place, [...(await command(place)), ...more], `before:${lines.length}`);
  expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
  const id = newestRun(place.home);
  const path = journalPath(place.home, id);
  return { id, path, whole: readFileSync(path) };
}

const longMs = isFull ? 1_200_000 : 120_000;

test.concurrent('cut at any byte it is read as its whole lines, and with the record of the run as all of them', { timeout: longMs }, async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  const { id, path, whole } = await interrupt(place);
  const context = makeContext({ env: { XDG_STATE_HOME: join(home, 'state') }, isProcessAlive: () => false });
  const connection = await reach(cluster);
  let cuts = 0;
  for (let bytes = 0; bytes <= whole.length; bytes += isFull ? 1 : 61) {
    writeFileSync(path, whole.subarray(0, bytes));
    // What `status` does, first where the cluster cannot be asked.
    const local = (await findLocalRun(id, context))!;
    expect(local.journal.entries.length, `cut at ${bytes}`).toBe(whole.subarray(0, bytes).toString('utf8').split('\n').length - 1);
    expect(recordOf(local, context).state, `cut at ${bytes}`).toBe('interrupted');
    const shared = await openSharedRun(id, connection, namespace, context);
    expect(shared.journal.text(), `cut at ${bytes}`).toBe(whole.toString('utf8'));
    expect(await readSharedRecord(shared, connection, context), `cut at ${bytes}`).toMatchObject({ id, state: 'interrupted' });
    // What was brought back from the cluster stays on the disk.
    expect(readFileSync(path).equals(whole), `cut at ${bytes}`).toBe(true);
    cuts += 1;
  }
  if (isFull) console.table([{ 'journal, bytes': whole.length, 'cut at': cuts }]);

  writeFileSync(path, whole.subarray(0, whole.length / 2));
  const status = await rollback(place, ['status', id]);
  expect(status, status.stderr).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${id}   interrupted`) });
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  const resumed = await rollback(place, ['resume', id]);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  await expectClusterState(cluster, namespace, await uninterrupted(place, 'undo'));
});

test.concurrent('cut at a line or within one, and known to this machine alone, it is gone on with to the end', { timeout: longMs }, async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  const { id, path, whole } = await interrupt(place, '--local-only');
  const ends = [0, ...[...whole.entries()].flatMap(([index, byte]) => (byte === 0x0a ? [index + 1] : []))];
  const within = ends.slice(1).map((end, index) => Math.floor((ends[index]! + end) / 2));
  const offsets = isFull ? [...ends, ...within] : [0, within[3]!, ends[5]!];
  for (const bytes of offsets) {
    writeFileSync(path, whole.subarray(0, bytes));
    const resumed = await rollback(place, ['resume', id]);
    expect(resumed, `cut at ${bytes}\n${resumed.stderr}`).toMatchObject({ exitCode: 0 });
    // Only whole lines, and the last one says that it is over.
    expect(journalLines(home, id).at(-1), `cut at ${bytes}`).toBe('finished');
    await expectClusterState(cluster, namespace, await uninterrupted(place, 'undo'));
  }
});
