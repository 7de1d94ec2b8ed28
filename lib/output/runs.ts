import { formatDuration } from '../core/durations.ts';
import type { ErrorCode } from '../core/errors.ts';
import { displayName } from '../run/object-ref.ts';
import { isObjectTarget, isWorkloadTarget, isWritten } from '../run/plan.ts';
import type { Plan } from '../run/plan.ts';
import { someOf } from './names.ts';
import type { RunRecord } from '../run/record.ts';
import { flowParts } from './lines.ts';
import type { Message, Messages } from './messages/messages.ts';
import { printableData } from './printable.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';

/** Runs of this machine, newest first. */
export function renderRuns(runs: readonly RunRecord[], messages: Messages, style: Style, now: Date): string {
  const { columns: titles, runState } = messages.run;
  const newestFirst = [...printableData(runs)].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const columns = [
    { title: titles.run },
    { title: titles.state },
    { title: titles.targets, mayBeCut: true },
    { title: titles.cluster, mayBeCut: true },
    { title: titles.by },
    ...(style.wide ? [{ title: titles.directory }] : []),
    { title: titles.age },
  ];
  const rows = newestFirst.map((run) => [
    run.id,
    runState[run.state] ?? run.state,
    someOf(run.plan.targets.map(({ object }) => displayName(object))).join(', '),
    run.plan.cluster.name ?? run.plan.cluster.contextName,
    run.by.user,
    ...(style.wide ? [run.directory] : []),
    formatDuration(now.getTime() - Date.parse(run.startedAt)),
  ]);
  return renderTable(columns, rows, style);
}

/** One run: what it was to do, how far each step came, why it stopped, where its files are. */
export function renderRun(record: RunRecord, messages: Messages, style: Style, now: Date): string {
  const run = printableData(record);
  const { run: labels, plan: planLabels } = messages;
  const ago = formatDuration(now.getTime() - Date.parse(run.startedAt));
  const lines = flowParts(
    [paint(style, 'strong', `${labels.run} ${run.id}`), labels.runState[run.state] ?? run.state, labels.startedBy(ago, `${run.by.user}@${run.by.host}`)],
    style.columns,
    '  ',
  );
  for (const { object, to } of run.plan.targets.filter(isWorkloadTarget)) {
    lines.push(`${displayName(object)}   ${planLabels.namespace} ${object.namespace}   → ${planLabels.revision(to.number, to.hash)}`);
  }
  for (const { object, verb } of run.plan.targets.filter(isObjectTarget).filter(isWritten)) lines.push(`${messages.objects.verb(verb)}   ${displayName(object)}${object.namespace === '' ? '' : `   ${planLabels.namespace} ${object.namespace}`}`);
  for (const option of ['reason', 'ticket'] as const) {
    const text = run.plan.options[option];
    if (text !== undefined) lines.push(`${option}   ${text}`);
  }
  lines.push('', renderSteps(run, messages, style).trimEnd(), '');
  if (run.stoppedBy !== undefined) lines.push(`${labels.why} ${stopText(run.stoppedBy, messages)}`);
  lines.push(...putBackLines(run.plan, messages));
  if (run.directory !== '') lines.push(labels.evidenceIn(run.directory));
  const next = nextCommand(run);
  if (next !== undefined) lines.push(run.state === 'finished' ? labels.undoThis(next) : labels.goOnWith(next));
  return `${lines.join('\n')}\n`;
}

/** Who will put back what a run did, for each target that somebody above writes. */
export function putBackLines({ notes }: Pick<Plan, 'notes'>, { run: labels, owners }: Messages): string[] {
  return notes.flatMap((note) => (note.code === 'owner-puts-back' ? [labels.putBackLater(note.params.target, owners.putBack(note.params.putBack))] : []));
}

/** What a person would type next for a run in this state; undefined when it is over. */
export function nextCommand(run: Pick<RunRecord, 'id' | 'state'>): string | undefined {
  if (run.state === 'finished') return `kubectl rollback revert ${run.id}`;
  if (run.state === 'stopped' || run.state === 'interrupted') return `kubectl rollback resume ${run.id}`;
  return undefined;
}

// A record of another version may know codes that this one does not.
function stopText({ code, params }: NonNullable<RunRecord['stoppedBy']>, messages: Messages): string {
  const make = messages.errors[code as ErrorCode] as ((known: unknown) => Message) | undefined;
  return make?.(params).text ?? code;
}

function renderSteps(run: RunRecord, messages: Messages, style: Style): string {
  const { columns: titles, stepState } = messages.run;
  const rows = run.steps.map(({ id, kind, state, result }) => {
    const step = run.plan.steps.find((candidate) => candidate.id === id) ?? { id, kind, target: undefined, params: {} };
    return [messages.runStep(step), stepState[state] ?? state, state === 'done' ? messages.stepResult(step, result ?? {}) : '-'];
  });
  return renderTable([{ title: titles.step }, { title: titles.state }, { title: titles.result }], rows, { ...style, columns: undefined });
}
