import { nameFor } from '../check.ts';
import type { Question } from '../check.ts';
import { finding } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { Movement } from './movement.ts';
import { viewQueues } from './queues.ts';
import type { QueueView, SenderFacts } from './queues.ts';

/** A receiver that restarts is away for less; a failure ends a `--wait` at once. */
const failAfterMs = 60_000;
/** A change ends after its restarts: a stop without its receiver takes 2 minutes, a start with a long WAL some more. */
const changeMs = 600_000;
/** prometheus-mixin PrometheusRemoteWriteBehind: `> 120`. */
const alertFromMs = 120_000;

/** A queue as it is named, with where it goes. */
export interface QueueName {
  /** `prometheus-0/central`. */
  queue: string;
  url: string;
}

export function queueName({ pod, namespace }: SenderFacts, { remoteName, url }: { remoteName: string; url: string }, question: Question): QueueName {
  return { queue: `${nameFor({ name: pod, namespace }, question)}/${remoteName}`, url };
}

/**
 * What is wrong with one queue; nothing when it is well. Loss comes before lag: a batch that is refused for good moves the
 * sent timestamp as well, and lag is 0 while everything is lost. Pure.
 */
export function judgeQueue(sender: SenderFacts, view: QueueView, question: Question): Finding[] {
  if (!('movement' in view)) return [finding('queue-new', 'pending', { ...queueName(sender, view, question), why: view.why })];
  const { movement } = view;
  const name = queueName(sender, movement, question);
  const { overMs, refused, arrived, dropped, lagMs } = movement;
  const lost = [
    ...(refused > 0 ? [finding('queue-refused', 'fail', { ...name, samples: refused, arrived, overMs, ...(lagMs === undefined ? {} : { lagMs }) })] : []),
    // Before 2.50 no reason is told, and what write_relabel_configs leave out is among them.
    ...Object.entries(dropped).map(([reason, samples]) => finding('queue-dropped', reason === '' ? 'warn' : 'fail', { ...name, samples, reason, overMs })),
  ];
  return [...lost, ...judgeState(name, movement, question)];
}

function judgeState(name: QueueName, movement: Movement, { now }: Question): Finding[] {
  const { state, sinceSentMs, pending, retried, waits, pace, etaMs, isCapped, overMs, alertMs } = movement;
  const dueIn = (ms: number) => new Date(Date.parse(now) + ms).toISOString();
  const silentAlert = alertMs !== undefined && alertMs <= alertFromMs ? { silentAlertMs: alertMs } : {};
  if (state === 'future') return [finding('queue-future', 'inconclusive', name)];
  if (state === 'silent') return [finding('queue-silent', 'inconclusive', { ...name, overMs })];
  const isLong = sinceSentMs >= failAfterMs;
  if (state === 'blind') return [finding('queue-blind', isLong ? 'fail' : 'pending', { ...name, overMs }, isLong ? undefined : dueIn(failAfterMs - sinceSentMs))];
  if (state === 'stopped') return [finding('queue-stopped', isLong ? 'fail' : 'pending', { ...name, forMs: sinceSentMs, pending, retried, waits, ...silentAlert }, isLong ? undefined : dueIn(failAfterMs - sinceSentMs))];
  if (state === 'behind') {
    const behind = { ...name, lagMs: sinceSentMs, pace, isCapped, ...silentAlert };
    return etaMs === undefined ? [finding('queue-falls-behind', isLong ? 'fail' : 'pending', behind)] : [finding('queue-behind', 'pending', { ...behind, etaMs }, dueIn(etaMs))];
  }
  return [];
}

/** What no counter of the running process tells: what the one before it had not sent, and what was refused before the first scrape. Pure. */
export function judgePast(sender: SenderFacts, { since, ...question }: Question): Finding[] {
  const [, { startedAt, queues }] = sender.scrapes;
  if (since === undefined || startedAt === undefined || Date.parse(startedAt) < Date.parse(since) - changeMs) return [];
  const [before] = sender.scrapes;
  const refused = queues.flatMap((queue) => {
    const samples = before.queues.find(({ remoteName, url }) => remoteName === queue.remoteName && url === queue.url)?.failed ?? 0;
    return samples > 0 ? [finding('queue-refused-earlier', 'warn', { ...queueName(sender, queue, question), samples, at: startedAt })] : [];
  });
  return [finding('sender-restarted', 'warn', { sender: nameFor({ name: sender.pod, namespace: sender.namespace }, question), at: startedAt }), ...refused];
}

/** Whether what comes to each queue of each sender leaves it. Pure. */
export function judgeSenders(senders: readonly SenderFacts[], question: Question): Finding[] {
  const found = senders.flatMap((sender) => judgeSender(sender, question));
  const movements = senders.flatMap((sender) => viewQueues(sender).flatMap((view) => ('movement' in view ? [view.movement] : [])));
  const flowing = movements.filter(({ state }) => state === 'flows');
  if (flowing.length === 0 || found.some(({ verdict }) => verdict !== 'warn')) return found;
  return [finding('queues-flow', 'pass', { queues: flowing.length, idle: movements.length - flowing.length, arrived: sum(flowing.map(({ arrived }) => arrived)), sinceSentMs: Math.max(...flowing.map(({ sinceSentMs }) => sinceSentMs)), overMs: Math.max(...flowing.map(({ overMs }) => overMs)) }), ...found];
}

function judgeSender(sender: SenderFacts, question: Question): Finding[] {
  const views = viewQueues(sender);
  const found = views.flatMap((view) => judgeQueue(sender, view, question));
  // Nothing came for any of them: that nothing is lost is not seen by looking.
  const isIdle = views.length > 0 && views.every((view) => 'movement' in view && view.movement.state === 'idle');
  const idle = isIdle ? [finding('sender-idle', 'inconclusive', { sender: nameFor({ name: sender.pod, namespace: sender.namespace }, question), overMs: Date.parse(sender.scrapes[1].at) - Date.parse(sender.scrapes[0].at) })] : [];
  return [...found, ...idle, ...judgePast(sender, question)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
