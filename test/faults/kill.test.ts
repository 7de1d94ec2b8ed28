/**
 * kill -9 at lines of the journal: what `resume` makes of it is what an uninterrupted run makes, what `revert` makes of it is what was before.
 * `npm test` strikes once at every kind of step; with RETRACE_TEST_FULL=1 at every line of every kind of run.
 */
import { afterAll, expect } from 'vitest';
import { expectClusterState, readClusterState, readWorkloadSpecs, type ClusterState } from '../support/cluster-state.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { createCliHome } from '../support/run-cli.ts';
import { journalLines, newestRun, readJournal, rollback, runKinds, type Place, type RunKindName } from './runs.ts';

type Answer = 'resume' | 'revert';

interface Case {
  readonly run: RunKindName;
  /** `before` or `after` the line is written. */
  readonly when: 'before' | 'after';
  readonly line: number;
  readonly answer: Answer;
}

const isFull = process.env['RETRACE_TEST_FULL'] === '1';

/** Every kind of step once begun and once done but not written down, and around the one write inside the wait. */
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
];

const all: Case[] = (Object.keys(runKinds) as RunKindName[]).flatMap((run) =>
  runKinds[run].lines.flatMap((_, index) =>
    (['before', 'after'] as const).flatMap((when) => (['resume', 'revert'] as const).map((answer) => ({ run, when, line: index + 1, answer }))),
  ),
);

const outcomes: { run: RunKindName; outcome: 'as uninterrupted' | 'as before' | 'lost' }[] = [];

for (const { run, when, line, answer } of isFull ? all : sample) {
  const name = `${run}: killed ${when} line ${line} (${runKinds[run].lines[line - 1]}), then ${answer}`;
  test.concurrent(name, async ({ cluster, namespace, home, runFolder }) => {
    const outcome = { run, outcome: 'lost' as (typeof outcomes)[number]['outcome'] };
    outcomes.push(outcome);
    const place = { cluster, namespace, home, runFolder };
    await runKinds[run].prepare(place);
    const before = await readWorkloadSpecs(cluster, namespace);
    const command = await runKinds[run].command(place);

    const killed = await rollback(place, command, `${when}:${line}`);
    expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
    const id = newestRun(home);
    const written = when === 'after' ? line : line - 1;
    // The line `reverted` stands in the journal of the run that is reverted.
    const own = runKinds[run].lines.slice(0, written).filter((text) => text !== 'reverted');
    expect(journalLines(home, id)).toEqual(own);

    if (answer === 'resume') await resume(place, id, run);
    else await revert(place, id, before);
    // A run that was taken back says so, wherever its revert was cut off.
    if (run === 'revert' && answer === 'resume') expect(readJournal(home, revertedBy(command)).at(-1)?.type).toBe('reverted');
    outcome.outcome = answer === 'resume' ? 'as uninterrupted' : 'as before';
  });
}

/** Id in `revert ID`. */
function revertedBy(command: readonly string[]): string {
  return command[1]!;
}

async function resume(place: Place, id: string, run: RunKindName): Promise<void> {
  const { cluster, namespace, home } = place;
  const isOver = readJournal(home, id).at(-1)?.type === 'finished';
  const resumed = await rollback(place, ['resume', id]);
  // Killed behind the last line there is nothing to go on with, and it says so.
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: isOver ? 5 : 0 });
  await expectClusterState(cluster, namespace, await uninterrupted(place, run));
  expect(readJournal(home, id).at(-1)?.type).toBe('finished');
}

async function revert(place: Place, id: string, before: ClusterState): Promise<void> {
  const reverted = await rollback(place, ['revert', id, '--confirm=thanos-receive']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect(await readWorkloadSpecs(place.cluster, place.namespace)).toEqual(before);
}

const references = new Map<RunKindName, Promise<ClusterState>>();

/** What the same run makes of a namespace of its own when nothing disturbs it. */
function uninterrupted({ cluster, runFolder }: Place, run: RunKindName): Promise<ClusterState> {
  const known = references.get(run) ?? runUninterrupted(cluster, runFolder, run);
  references.set(run, known);
  return known;
}

async function runUninterrupted(cluster: ControlPlane, runFolder: string, run: RunKindName): Promise<ClusterState> {
  const namespace = await createNamespace(cluster, 'reference');
  const place = { cluster, namespace, runFolder, home: createCliHome(runFolder) };
  await runKinds[run].prepare(place);
  const result = await rollback(place, await runKinds[run].command(place));
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  // The table of lines must be the real one, or the cases would strike beside what they are named after.
  expect(journalLines(place.home, newestRun(place.home))).toEqual(runKinds[run].lines.filter((text) => text !== 'reverted'));
  const state = await readSettled(cluster, namespace);
  await deleteNamespace(cluster, namespace);
  return state;
}

/** The state once the controllers have written it twice alike. */
async function readSettled(cluster: ControlPlane, namespace: string): Promise<ClusterState> {
  let last = await readClusterState(cluster, namespace);
  for (;;) {
    const next = await readClusterState(cluster, namespace);
    if (JSON.stringify(next) === JSON.stringify(last)) return next;
    last = next;
  }
}

function at(run: RunKindName, when: Case['when'], text: string, answer: Answer): Case {
  const line = (runKinds[run].lines as readonly string[]).indexOf(text) + 1;
  if (line === 0) throw new Error(`no line "${text}" in the journal of ${run}`);
  return { run, when, line, answer };
}

afterAll(() => {
  if (!isFull) return;
  const rows = (Object.keys(runKinds) as RunKindName[]).map((run) => {
    const of = (wanted: string) => outcomes.filter(({ run: of, outcome }) => of === run && outcome === wanted).length;
    const cases = outcomes.filter(({ run: of }) => of === run).length;
    return { 'killed in': run, cases, 'resumed: as uninterrupted': of('as uninterrupted'), 'reverted: as before': of('as before'), lost: of('lost') };
  });
  console.table(rows);
});
