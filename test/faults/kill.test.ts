/**
 * kill -9 at lines of the journal and at writes to the cluster: what `resume` makes of it, here or on another machine, is what an uninterrupted run
 * makes, what `revert` makes of it is what was before. `npm test` strikes once at every kind of step and of write; with RETRACE_TEST_FULL=1 before
 * and after every line and write of every kind of run, and between each line and its copy in the cluster.
 */
import { afterAll, expect } from 'vitest';
import { expectClusterState, readWorkloadSpecs, type ClusterState } from '../support/cluster-state.ts';
import { test } from '../support/fixtures.ts';
import { copyOf, elsewhere, expireLock, journalLines, newestRun, readHolder, readJournal, readRecord, rollback, runKinds, type Place, type RunKindName } from './runs.ts';
import { uninterrupted } from './uninterrupted.ts';

type Answer = 'resume' | 'resume elsewhere' | 'revert';

interface Case {
  readonly run: RunKindName;
  /** As kill-at.ts takes it. */
  readonly point: string;
  readonly answer: Answer;
}

const isFull = process.env['RETRACE_TEST_FULL'] === '1';
const answers = ['resume', 'resume elsewhere', 'revert'] as const;

/** Every kind of step once begun and once done but not written down, around the one write inside the wait, and around each kind of write for others. */
const sample: Case[] = [
  at('undo', 'after', 'started', 'resume'),
  at('undo', 'before', 'done keep-evidence', 'revert'),
  at('undo', 'after', 'intended patch-template', 'resume'),
  at('undo', 'before', 'done patch-template', 'resume'),
  at('undo', 'before', 'done patch-template', 'revert'),
  at('undo', 'before', 'done set-replicas', 'resume'),
  at('undo', 'after', 'done set-replicas', 'revert'),
  at('undo', 'after', 'noted wait-rollout', 'resume'),
  at('undo', 'before', 'done wait-rollout', 'resume'),
  at('revert', 'before', 'finished', 'resume'),
  { run: 'undo', point: 'before:take lease', answer: 'resume elsewhere' },
  { run: 'undo', point: 'after:take lease', answer: 'resume' },
  { run: 'undo', point: 'after:take lease', answer: 'resume elsewhere' },
  { run: 'undo', point: 'after:make record', answer: 'revert' },
  { run: 'undo', point: 'after:pre-image patch-template', answer: 'resume elsewhere' },
  { run: 'undo', point: `before:${copyOf('done patch-template')}`, answer: 'resume elsewhere' },
  { run: 'undo', point: `before:${copyOf('finished')}`, answer: 'resume' },
  { run: 'undo', point: `before:${copyOf('finished')}`, answer: 'resume elsewhere' },
  { run: 'undo', point: 'before:give back lease', answer: 'resume elsewhere' },
  { run: 'revert', point: `before:${copyOf('reverted')}`, answer: 'resume' },
];

const all: Case[] = (Object.keys(runKinds) as RunKindName[]).flatMap((run) => {
  const lines = runKinds[run].lines.flatMap((line, index) => [`before:${index + 1}`, `before:${copyOf(line)}`, `after:${index + 1}`]);
  const writes = runKinds[run].writes.flatMap((write) => [`before:${write}`, `after:${write}`]);
  return [...lines, ...writes].flatMap((point) => answers.map((answer) => ({ run, point, answer })));
});

const outcomes: { run: RunKindName; answer: Answer; isLost: boolean }[] = [];

for (const { run, point, answer } of isFull ? all : sample) {
  test.concurrent(`${run}: killed ${spell(run, point)}, then ${answer}`, async ({ cluster, namespace, home, runFolder }) => {
    const outcome = { run, answer, isLost: true };
    outcomes.push(outcome);
    const place = { cluster, namespace, home, runFolder };
    await runKinds[run].prepare(place);
    const before = await readWorkloadSpecs(cluster, namespace);
    const command = await runKinds[run].command(place);

    const killed = await rollback(place, command, point);
    expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
    const id = newestRun(home);
    await expectStruck(place, id, run, point);

    if (answer === 'resume') await resume(place, id, run);
    else if (answer === 'resume elsewhere') await resumeElsewhere(place, id, run, command);
    else await revert(place, id, before);
    // A run that was taken back says so, wherever its revert was cut off.
    if (run === 'revert' && answer !== 'revert') await expectTakenBack(place, revertedBy(command));
    outcome.isLost = false;
  });
}

/** The journal, and its copy in the cluster, are as far as the case says. */
async function expectStruck(place: Place, id: string, run: RunKindName, point: string): Promise<void> {
  const lines: readonly string[] = runKinds[run].lines;
  const [when, where] = point.split(':') as [string, string];
  // The line `reverted` stands in the journal of the run that is reverted.
  const own = (count: number) => lines.slice(0, count).filter((text) => text !== 'reverted');
  if (/^\d+$/.test(where)) {
    expect(journalLines(place.home, id)).toEqual(own(when === 'after' ? Number(where) : Number(where) - 1));
  } else if (lines.some((line) => copyOf(line) === where)) {
    const line = lines.findIndex((text) => copyOf(text) === where) + 1;
    expect(journalLines(place.home, id)).toEqual(own(line));
    expect(await readRecord(place, id)).toEqual(own(line - 1));
  }
}

/** Id in `revert ID`. */
function revertedBy(command: readonly string[]): string {
  return command[1]!;
}

async function expectTakenBack(place: Place, id: string): Promise<void> {
  // Whoever went on with it, the first machine and the record know.
  expect(await rollback(place, ['status', id])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   reverted`) });
  expect((await readRecord(place, id))?.at(-1)).toBe('reverted');
}

async function resume(place: Place, id: string, run: RunKindName): Promise<void> {
  const { home } = place;
  const isOver = readJournal(home, id).at(-1)?.type === 'finished';
  const resumed = await rollback(place, ['resume', id]);
  // Killed behind the last line there is nothing to go on with, and it says so.
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: isOver ? 5 : 0 });
  await expectDone(place, id, run);
}

async function resumeElsewhere(place: Place, id: string, run: RunKindName, command: readonly string[]): Promise<void> {
  const other = elsewhere(place);
  const { namespace } = place;
  const isHeld = (await readHolder(place)) !== '';
  if (isHeld) await expireLock(place);
  const record = await readRecord(place, id);
  if (record) {
    const resumed = await rollback(other, ['resume', id, '-n', namespace]);
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: record.at(-1) === 'finished' ? 5 : 0 });
    const status = await rollback(place, ['status', id]);
    expect(status, status.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   finished`) });
    // The first machine only looked: what it has of the run is as it was killed.
    return expectDone({ ...place, home: other.home }, id, run);
  }
  // Nobody else knows of it, and nothing was changed: the same is typed again.
  const again = run === 'revert' ? [...command, '-n', namespace] : command;
  if (isHeld) {
    const refused = await rollback(other, again);
    expect(refused, refused.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringMatching(new RegExp(`locked by run ${id} [^]*--take-over`)) });
  }
  const done = await rollback(other, [...again, ...(isHeld ? ['--take-over'] : [])]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  await expectDone({ ...place, home: other.home }, newestRun(other.home), run);
}

/** As an uninterrupted run leaves it: the cluster, the journal, its copy, and no lock. */
async function expectDone(place: Place, id: string, run: RunKindName): Promise<void> {
  await expectClusterState(place.cluster, place.namespace, await uninterrupted(place, run));
  expect(readJournal(place.home, id).at(-1)?.type).toBe('finished');
  expect(await readRecord(place, id)).toEqual(journalLines(place.home, id));
  expect(await readHolder(place)).toBe('');
}

async function revert(place: Place, id: string, before: ClusterState): Promise<void> {
  const reverted = await rollback(place, ['revert', id, '--confirm=thanos-receive']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect(await readWorkloadSpecs(place.cluster, place.namespace)).toEqual(before);
}

function at(run: RunKindName, when: 'before' | 'after', text: string, answer: Answer): Case {
  const line = (runKinds[run].lines as readonly string[]).indexOf(text) + 1;
  if (line === 0) throw new Error(`no line "${text}" in the journal of ${run}`);
  return { run, point: `${when}:${line}`, answer };
}

/** `before line 4 (done patch-template)`, `after make record`. */
function spell(run: RunKindName, point: string): string {
  const [when, where] = point.split(':') as [string, string];
  return /^\d+$/.test(where) ? `${when} line ${where} (${runKinds[run].lines[Number(where) - 1]})` : `${when} ${where}`;
}

test.concurrent('close: killed behind the pre-images that it deletes, nobody takes that for nothing to do, and the same is typed again', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await runKinds.undo.prepare(place);
  expect(await rollback(place, await runKinds.undo.command(place))).toMatchObject({ exitCode: 0 });
  const id = newestRun(home);
  expect(await rollback(place, ['close', id], 'after:delete secrets')).toMatchObject({ exitCode: undefined });
  const other = elsewhere(place);
  const reverted = await rollback(other, ['revert', id, '-n', namespace, '--confirm=thanos-receive']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining(`run ${id} is finished, and what it found before it wrote is no longer in the cluster`) });
  expect(await rollback(other, ['close', id, '-n', namespace])).toMatchObject({ exitCode: 0 });
  expect((await readRecord(place, id))?.at(-1)).toBe('closed');
});

afterAll(() => {
  if (!isFull) return;
  const rows = (Object.keys(runKinds) as RunKindName[]).map((run) => {
    const cases = outcomes.filter(({ run: of }) => of === run);
    const whole = (wanted: Answer) => cases.filter(({ answer, isLost }) => answer === wanted && !isLost).length;
    return {
      'killed in': run,
      cases: cases.length,
      'resumed here: as uninterrupted': whole('resume'),
      'resumed elsewhere: as uninterrupted': whole('resume elsewhere'),
      'reverted: as before': whole('revert'),
      lost: cases.filter(({ isLost }) => isLost).length,
    };
  });
  console.table(rows);
});
