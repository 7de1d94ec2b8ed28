import { formatDuration } from '../core/durations.ts';
import type { HistoryEntry, HistoryReport, ObjectHistory, WorkloadHistory } from '../procedure/requests.ts';
import { displayName } from '../run/object-ref.ts';
import type { Messages } from './messages/messages.ts';
import { minuteText } from './messages/phrases.ts';
import { imagesText } from './names.ts';
import { printableData } from './printable.ts';
import { paint, type Style } from './style.ts';
import { renderTable, type Column } from './table.ts';

/** Revisions of each workload, newest last as in `kubectl rollout history`; states of each other object, the first choice first. */
export function renderHistory(reports: readonly HistoryReport[], messages: Messages, style: Style): string {
  return printableData(reports).map((report) => ('states' in report ? renderStates(report, messages, style) : renderReport(report, messages, style))).join('\n');
}

function renderReport({ target, revisions }: WorkloadHistory, messages: Messages, style: Style): string {
  const { columns: titles } = messages.run;
  const columns: Column[] = [
    { title: titles.revision },
    { title: titles.hash },
    { title: titles.pods },
    { title: titles.images, mayBeCut: true },
    { title: titles.changed, mayBeCut: true },
    ...(style.wide ? [{ title: titles.cause }] : []),
    { title: titles.age },
  ];
  const rows = revisions.map((entry) => [
    `${entry.number ?? entry.hash}${entry.current ? ' *' : ''}`,
    entry.hash,
    `${entry.pods.ready}/${entry.pods.total}`,
    imagesText(entry.images, style.wide, 1),
    changeText(entry, messages),
    ...(style.wide ? [entry.changeCause ?? ''] : []),
    entry.ageSeconds === undefined ? '<unknown>' : formatDuration(entry.ageSeconds * 1000),
  ]);
  const head = `${paint(style, 'strong', displayName(target))}   ${messages.plan.namespace} ${target.namespace}   ${messages.run.currentMark}`;
  return `${head}\n${renderTable(columns, rows, style)}`;
}

function renderStates({ target, states, gaps }: ObjectHistory, messages: Messages, style: Style): string {
  const { columns: titles } = messages.run;
  const columns: Column[] = [{ title: titles.state }, { title: titles.at }, { title: titles.verified }, { title: titles.changed, mayBeCut: true }];
  const rows = states.map(({ to, at, verified, live, changes }) => [to, at === undefined ? '<unknown>' : minuteText(at), verified ? messages.run.verifiedMark : '-', live ? messages.run.liveMark : changes.join(', ')]);
  const head = `${paint(style, 'strong', displayName(target))}${target.namespace === '' ? '' : `   ${messages.plan.namespace} ${target.namespace}`}`;
  const notRead = gaps.map(({ what, why }) => `${messages.run.notRead(what, why)}\n`).join('');
  return `${head}\n${renderTable(columns, rows, style)}${notRead}`;
}

function changeText({ changes, left }: HistoryEntry, messages: Messages): string {
  const paths = changes.map(({ path }) => path).join(', ');
  return [left ? messages.run.leftMark : '', paths].filter((part) => part !== '').join('; ');
}
