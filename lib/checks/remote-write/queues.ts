import type { SenderScrape } from '../../formats/remote-write.ts';
import type { ScrapedTwice } from '../two-scrapes.ts';
import type { Movement } from './movement.ts';
import { measureQueue } from './movement.ts';

/** A sender with two scrapes of it. */
export type SenderFacts = Pick<ScrapedTwice<SenderScrape>, 'pod' | 'namespace' | 'scrapes'>;

/** What two scrapes of a sender tell: its queues, or why they tell nothing of one. */
export type QueueView = { movement: Movement } | { remoteName: string; url: string; why: 'restart' | 'reload' };

/**
 * Every queue of a sender. A restart or a reload between the scrapes makes counters begin anew, with another name for a queue
 * that has none of its own; what was in a queue then is told by no counter (prometheus#8809). Pure.
 */
export function viewQueues({ scrapes: [before, after] }: SenderFacts): QueueView[] {
  const isRestarted = before.startedAt !== after.startedAt;
  const keyOf = ({ remoteName, url }: { remoteName: string; url: string }) => JSON.stringify([remoteName, url]);
  const known = new Map(before.queues.map((queue) => [keyOf(queue), queue]));
  const still = new Set(after.queues.map(keyOf));
  const here = after.queues.map((queue): QueueView => {
    const earlier = known.get(keyOf(queue));
    const movement = isRestarted || earlier === undefined ? undefined : measureQueue(before, after, earlier, queue);
    return movement ? { movement } : { remoteName: queue.remoteName, url: queue.url, why: isRestarted ? 'restart' : 'reload' };
  });
  const gone = before.queues.filter((queue) => !still.has(keyOf(queue))).map(({ remoteName, url }): QueueView => ({ remoteName, url, why: isRestarted ? 'restart' : 'reload' }));
  return [...here, ...gone];
}
