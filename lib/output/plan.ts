import { formatDuration } from '../core/durations.ts';
import { displayName } from '../run/object-ref.ts';
import { isObjectTarget, isWorkloadTarget } from '../run/plan.ts';
import type { RevisionRef, WorkloadTarget } from '../run/plan.ts';
import { flowParts, labelledLines, padTo, widthOf } from './lines.ts';
import { imagesText } from './names.ts';
import type { Messages } from './messages/messages.ts';
import { renderChanges } from './plan-changes.ts';
import { renderNotes } from './plan-notes.ts';
import { renderObjects } from './plan-objects.ts';
import { renderSteps } from './plan-steps.ts';
import type { PlanView } from './plan-view.ts';
import { printableData } from './printable.ts';
import { paint } from './style.ts';

// The rest is a `kubectl get pods` away; three tell what kind of trouble it is.
const mostTroubled = 3;

/** A plan for people: where each target is, where it goes, what changes, the steps, and what it leaves undone. */
export function renderPlan(asked: PlanView): string {
  const view = { ...asked, plan: printableData(asked.plan) };
  const { plan, messages, style, doIt } = view;
  const lines: string[] = [];
  for (const target of plan.targets.filter(isWorkloadTarget)) lines.push(...renderTarget(target, view), '');
  const objects = plan.targets.filter(isObjectTarget);
  // A restore has one source; an undo of several objects may have one for each.
  for (const group of Map.groupBy(objects, ({ source }) => JSON.stringify(source)).values()) lines.push(...renderObjects(group, view), '');
  if (plan.steps.length > 0) lines.push(paint(style, 'strong', messages.plan.steps), ...renderSteps(view), '');
  const notes = renderNotes(view);
  if (notes.length > 0) lines.push(...notes, '');
  while (lines.at(-1) === '') lines.pop();
  if (doIt !== undefined && plan.steps.length > 0) lines.push(`${messages.plan.doIt}  ${doIt}`);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function renderTarget(target: WorkloadTarget, view: PlanView): string[] {
  const { plan, messages, style } = view;
  const { plan: labels } = messages;
  const name = displayName(target.object);
  const { contextName, server } = plan.cluster;
  const place = `${labels.context} ${contextName} (${server}), ${labels.namespace} ${target.object.namespace}`;
  const pods = target.seen === undefined ? '' : labels.pods(target.seen.wanted, target.seen.ready);
  const head = flowParts([paint(style, 'strong', name), place, pods], style.columns, '  ');
  const to = labels.revision(target.to.number, target.to.hash);
  if (target.action === 'noop') return [...head, labels.nothingToDo(name, to)];
  const from = target.from;
  const lines = [...head, ...renderOwner(target, view)];
  const troubled = (target.seen?.troubled ?? []).slice(0, mostTroubled).map(({ pod, reason }) => `${pod} ${reason}`);
  if (from !== undefined) lines.push(...row(labels.now, [...revisionParts(from, view), ...troubled], view));
  const goal = target.action === 'repair' ? labels.repairOnly : labels.chosenBy(target.chosenBy);
  lines.push(...row(plan.purpose === 'revert' ? labels.goTo : labels.backTo, [...revisionParts(target.to, view), goal], view));
  if (target.changes.length === 0) return lines;
  return [...lines, '', '  spec.template', ...renderChanges(target.changes, style)];
}

function renderOwner({ owners = [], seen }: WorkloadTarget, view: PlanView): string[] {
  const { messages, now, style } = view;
  const ago = (time: string | undefined) => (time === undefined ? undefined : formatDuration(now.getTime() - Date.parse(time)));
  const texts = owners.map((owner) => `${messages.owners.name(owner)}   ${messages.owners.evidence(owner, now)}`);
  const { program, ownersUnread, writtenBy, writtenAt, drivers = [] } = seen ?? {};
  if (texts.length === 0 && ownersUnread) texts.push(messages.plan.ownersUnread(ownersUnread));
  // Whoever wrote it may well write it again: "nobody" is not known then.
  if (texts.length === 0 && program) texts.push(messages.plan.unmarked(program.name, ago(program.at), program.name === writtenBy));
  if (texts.length === 0 && seen) texts.push(messages.plan.unowned(writtenBy, ago(writtenAt)));
  return [
    ...texts.flatMap((text, at) => labelledLines(at === 0 ? messages.plan.owner : '', labelWidthOf(messages), text, style.columns)),
    ...drivers.flatMap((driver) => row('', [messages.owners.driver(driver)], view)),
  ];
}

function revisionParts(revision: RevisionRef, { messages, style, now }: PlanView): string[] {
  const { plan: labels } = messages;
  const age = revision.createdAt === undefined ? '' : labels.made(formatDuration(now.getTime() - Date.parse(revision.createdAt)));
  return [labels.revision(revision.number, revision.hash), imagesText(revision.images, style.wide), age, revision.changeCause ?? ''];
}

/** A row of the head; every label has the room of the widest, which is another one in every language. */
function row(label: string, parts: readonly string[], { messages, style }: PlanView): string[] {
  const labelWidth = labelWidthOf(messages);
  const room = style.columns === undefined ? undefined : style.columns - labelWidth;
  return flowParts(parts, room).map((line, at) => padTo(at === 0 ? label : '', labelWidth) + line);
}

function labelWidthOf({ plan: { owner, now, backTo, goTo } }: Messages): number {
  return Math.max(...[owner, now, backTo, goTo].map(widthOf)) + 3;
}
