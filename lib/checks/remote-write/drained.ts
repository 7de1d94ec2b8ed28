import type { Question } from '../check.ts';
import { finding } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { judgeQueue, queueName } from './judge.ts';
import type { Movement } from './movement.ts';
import { viewQueues } from './queues.ts';
import type { SenderFacts } from './queues.ts';

/**
 * Whether all that was there at a time has left every queue: what is still in one when its process ends is lost without a
 * counter (prometheus#8809). Never that nothing is pending: with steady traffic a batch always fills. Pure.
 * @param pastAt RFC 3339, by the clock of the senders
 */
export function judgeDrained(senders: readonly SenderFacts[], pastAt: string, question: Question): Finding[] {
  const found = senders.flatMap((sender) =>
    viewQueues(sender).flatMap((view) => {
      const wrong = judgeQueue(sender, view, question).filter(({ verdict }) => verdict !== 'warn');
      if (wrong.length > 0 || !('movement' in view)) return wrong;
      const { movement } = view;
      if (isDrained(movement, pastAt, sender)) return [];
      const { pending, waits, pace } = movement;
      const leftMs = Math.max(0, Date.parse(pastAt) - sentMsOf(movement, sender));
      const etaMs = pace > 0 ? leftMs / pace : undefined;
      const due = etaMs === undefined ? undefined : new Date(Date.parse(question.now) + etaMs).toISOString();
      return [finding('queue-drains', 'pending', { ...queueName(sender, movement, question), leftMs, pending, waits, ...(etaMs === undefined ? {} : { etaMs }) }, due)];
    }),
  );
  const queues = senders.reduce((count, { scrapes }) => count + scrapes[1].queues.length, 0);
  return found.length > 0 || queues === 0 ? found : [finding('queues-drained', 'pass', { queues, pastAt })];
}

/** Of a queue that loses nothing: all of it at once, for each alone is true in a total outage. */
function isDrained(movement: Movement, pastAt: string, sender: SenderFacts): boolean {
  const { state, isEmpty, lagMs, pending, retried } = movement;
  // What one shard tries again is not seen in the newest of all shards.
  if (!isEmpty || retried > 0) return false;
  if (state === 'idle') return true;
  // The newest of all has left, or one that is newer than what is asked for.
  return state === 'flows' && ((lagMs === 0 && pending === 0) || sentMsOf(movement, sender) >= Date.parse(pastAt));
}

function sentMsOf({ sinceSentMs }: Pick<Movement, 'sinceSentMs'>, { scrapes: [, after] }: SenderFacts): number {
  return Date.parse(after.at) - sinceSentMs;
}
