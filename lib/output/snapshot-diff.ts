import { formatDuration } from '../core/durations.ts';
import type { DiffSide, SnapshotDiff } from '../procedure/snapshot-diff.ts';
import type { UsedDifference } from '../procedure/users-of-changes.ts';
import type { ObjectDifference } from '../snapshot/diff/compare-states.ts';
import { displayName } from '../run/object-ref.ts';
import { flowParts, padTo, widthOf, wrapWords } from './lines.ts';
import type { Messages } from './messages/messages.ts';
import { renderObjectChanges } from './object-diff.ts';
import { oneLine, printable } from './printable.ts';
import { paint, type Style, type Tone } from './style.ts';

const signs: Record<ObjectDifference['change'], { sign: string; tone: Tone }> = {
  changed: { sign: '~', tone: 'careful' },
  added: { sign: '+', tone: 'good' },
  gone: { sign: '-', tone: 'bad' },
  unknown: { sign: '?', tone: 'strong' },
};

const mostUsers = 5;

/** What differs, object by object, and how much in all. Objects that controllers make are only counted, but for -o wide. */
export function renderSnapshotDiff(diff: SnapshotDiff, messages: Messages, style: Style, now: Date): string {
  const { diff: phrases } = messages;
  const listed = diff.objects.filter(({ owned }) => style.wide || !owned);
  const ownedCount = diff.objects.length - listed.length;
  const lines = [`${sideText(diff.from, messages, now)} → ${sideText(diff.to, messages, now)}`];
  const namespaces = [...new Set(listed.map(({ object }) => object.namespace))];
  const nameWidth = Math.min(40, Math.max(0, ...listed.map(({ object }) => widthOf(nameOf(object)))));
  for (const namespace of namespaces) {
    lines.push('', paint(style, 'strong', namespace === '' ? messages.objects.clusterScoped : `${messages.plan.namespace} ${namespace}`));
    for (const difference of listed.filter(({ object }) => object.namespace === namespace)) lines.push(...renderDifference(difference, nameWidth, messages, style));
  }
  lines.push('');
  if (ownedCount > 0) lines.push(...wrapWords(phrases.ownedToo(ownedCount), style.columns));
  lines.push(diff.objects.length === 0 ? phrases.same(diff.compared) : phrases.counts(diff.counts));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** One side in a few words: `s-20261122-0250 (3h ago)`, `now`. */
export function sideText({ snapshot, at }: DiffSide, { diff: phrases }: Messages, now: Date): string {
  return phrases.side(snapshot, formatDuration(now.getTime() - Date.parse(at)));
}

const nameOf = (object: { kind: string; name: string }) => oneLine(printable(displayName(object)));

function renderDifference({ object, change, why, changes, usedBy = [] }: UsedDifference, nameWidth: number, messages: Messages, style: Style): string[] {
  const { diff: phrases } = messages;
  const { sign, tone } = signs[change];
  const told = { changed: changedText(object.kind, changes, phrases), added: phrases.added, gone: phrases.gone, unknown: phrases.unknown(why) }[change];
  const head = flowParts([`${paint(style, tone, sign)} ${padTo(nameOf(object), nameWidth)}`, told], style.columns, '    ');
  const users = usedBy.slice(0, style.wide ? usedBy.length : mostUsers).map(({ object: user, restart, uses }) => ({ name: nameOf(user), restart, isLater: uses.every(({ reads }) => reads === 'later') }));
  const usersText = usedBy.length === 0 ? [] : wrapWords(phrases.usedBy(users, usedBy.length - users.length), style.columns === undefined ? undefined : style.columns - 2).map((line) => `  ${line}`);
  return [...head, ...usersText, ...renderObjectChanges(changes, style, phrases)];
}

function changedText(kind: string, changes: ObjectDifference['changes'], phrases: Messages['diff']): string {
  const isData = (kind === 'ConfigMap' || kind === 'Secret') && changes.every(({ path }) => /^(data|binaryData)\[/.test(path));
  const counted = isData ? phrases.keysChanged(changes.length) : phrases.fieldsChanged(changes.length);
  return kind === 'Secret' && changes.some(({ hidden }) => hidden) ? `${counted}, ${phrases.valuesNotShown}` : counted;
}
