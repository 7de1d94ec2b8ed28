import type { QueueScrape, SenderScrape } from '../../formats/remote-write.ts';

/** What happened in one queue between two scrapes. */
export interface Movement {
  remoteName: string;
  url: string;
  overMs: number;
  /** Samples that arrived, that were refused for good, and that went back for another try. */
  arrived: number;
  refused: number;
  retried: number;
  /** Left out by reason, without what write_relabel_configs leave out on purpose. */
  dropped: Record<string, number>;
  /** How often a shard had no room. */
  waits: number;
  pending: number;
  state: QueueState;
  /** From the newest sample that left to the newest that there is; undefined while none left. */
  lagMs?: number;
  /** From the newest sample that left, or from the start of the process, to now. */
  sinceSentMs: number;
  /** Seconds of data that left in one second: above 1 it catches up. */
  pace: number;
  /** Until nothing is behind at this pace; undefined when it does not catch up. */
  etaMs?: number;
  /** All shards that it may have are in use and it wants more. */
  isCapped: boolean;
  /** What the expression of the shipped alert PrometheusRemoteWriteBehind gives; it fires above 120 s. Undefined when it gives nothing. */
  alertMs?: number;
  /** Nothing waits but what a batch collects, and the reader is where the WAL is written. */
  isEmpty: boolean;
}

/**
 * `flows`: what comes leaves. `idle`: nothing came for it, proved. `silent`: nothing left, and what it should have sent is not known.
 * `blind`: samples are written and its reader reads none. `stopped`: something waits and nothing leaves. `behind`: something
 * leaves, more waits. `future`: a sample of the future has left, so its gauges tell nothing any more.
 */
export type QueueState = 'flows' | 'idle' | 'silent' | 'blind' | 'stopped' | 'behind' | 'future';

/** prometheus config/config.go DefaultQueueConfig.BatchSendDeadline: a batch that is not full goes after it. */
export const batchDeadlineMs = 5000;
/** Batch deadline, a scrape and a request: newer than that nothing can be behind. */
const caughtUpMs = 15_000;
/** Clocks that differ by less are taken for one. */
const clockSlackMs = 60_000;
/** promql lookback: without a sample for so long a series is gone, so this sender has none. */
const staleMs = 300_000;
/** DefaultQueueConfig.MaxSamplesPerSend, where the metric is missing. */
const usualBatch = 2000;
const expectedReason = 'dropped_series';

/**
 * Compares a queue in two scrapes of one process. No single metric is believed: `samples_total` rises through retries in a
 * total outage, the sent timestamp moves with refused batches, and the newest that a shard took stands still when they are
 * full (all measured), so lag is of the newest sample that there is at all, or of the clock.
 * @returns undefined when a counter went back: the queue was made anew, and what it held then is not known
 */
export function measureQueue(before: SenderScrape, after: SenderScrape, a: QueueScrape, b: QueueScrape): Movement | undefined {
  const grown = (from = 0, to = 0) => to - from;
  const attempts = grown(a.attempts, b.attempts);
  const succeeded = grown(a.succeeded, b.succeeded);
  const refused = grown(a.failed, b.failed);
  const retried = grown(a.retried, b.retried);
  const waits = grown(a.enqueueRetries, b.enqueueRetries);
  const dropped = Object.entries(b.dropped).map(([reason, count]) => [reason, grown(a.dropped[reason], count)] as const);
  const isReset = [attempts, succeeded, refused, retried, waits, ...dropped.map(([, count]) => count)].some((count) => count < 0) || Object.keys(a.dropped).some((reason) => !(reason in b.dropped));
  if (isReset) return undefined;

  const nowMs = Date.parse(after.at);
  const overMs = Math.max(1, nowMs - Date.parse(before.at));
  const sentMs = b.sentAt === undefined ? undefined : Date.parse(b.sentAt);
  // One sample of the future keeps this gauge there for good (prometheus storage/remote/max_timestamp.go): then the clock counts.
  const seenMs = after.seenAt === undefined ? nowMs : Math.min(nowMs, Date.parse(after.seenAt));
  const lagMs = sentMs === undefined ? undefined : Math.max(0, seenMs - sentMs);
  const sinceSentMs = Math.max(0, nowMs - (sentMs ?? Date.parse(after.startedAt ?? before.at)));
  const pace = sentMs === undefined || a.sentAt === undefined ? 0 : Math.max(0, sentMs - Date.parse(a.sentAt)) / overMs;
  const arrived = b.attempts === undefined ? succeeded : Math.max(0, attempts - retried - refused);
  const batch = Math.max(b.maxSamplesPerSend ?? usualBatch, (arrived * batchDeadlineMs) / overMs);
  const segmentsBehind = after.walSegment === undefined || b.readSegment === undefined ? 0 : after.walSegment - b.readSegment;
  const isEmpty = b.pending <= batch && waits === 0 && segmentsBehind <= 1;
  const alertMs = alertLag(after, b);
  const behindMs = Math.max(0, nowMs - (sentMs ?? nowMs) - batchDeadlineMs);

  const stateOf = (): QueueState => {
    if (sentMs !== undefined && sentMs > nowMs + clockSlackMs) return 'future';
    const isFrozen = a.sentAt === b.sentAt;
    // Nothing but retries: an outage that has only begun has no lag yet.
    if (isFrozen && refused === 0 && retried > 0) return 'stopped';
    if (lagMs !== undefined && lagMs <= caughtUpMs && sinceSentMs <= staleMs) return 'flows';
    if (isFrozen && attempts + succeeded === 0 && b.pending === 0 && a.pending === 0) return restOf(before, after, a, b);
    // What waits in both scrapes has waited longer than any batch does.
    if (isFrozen && refused === 0 && a.pending > 0 && b.pending > 0) return 'stopped';
    // What left between the scrapes was new then, though a newer one may not be for this queue (prometheus#9698, #12832).
    return isFrozen || sentMs === undefined || sentMs >= Date.parse(before.at) - caughtUpMs ? 'flows' : 'behind';
  };
  return {
    remoteName: b.remoteName,
    url: b.url,
    overMs,
    arrived,
    refused,
    retried,
    dropped: Object.fromEntries(dropped.filter(([reason, count]) => count > 0 && reason !== expectedReason)),
    waits,
    pending: b.pending,
    state: stateOf(),
    ...(lagMs === undefined ? {} : { lagMs }),
    sinceSentMs,
    pace,
    ...(pace > 1 ? { etaMs: behindMs / (pace - 1) } : {}),
    isCapped: b.shards !== undefined && b.shards === b.shardsMax && (b.shardsDesired ?? 0) > b.shardsMax,
    ...(alertMs === undefined ? {} : { alertMs }),
    isEmpty,
  };
}

/** Nothing leaves and nothing waits: because nothing came for this queue, or because nobody reads what came? */
function restOf(before: SenderScrape, after: SenderScrape, a: QueueScrape, b: QueueScrape): QueueState {
  if (before.appended === undefined || after.appended === undefined) return 'silent';
  if (after.appended === before.appended) return 'idle';
  if (a.recordsRead === undefined || b.recordsRead === undefined) return 'silent';
  return b.recordsRead > a.recordsRead ? 'idle' : 'blind';
}

/** prometheus documentation/prometheus-mixin/alerts.libsonnet: since 3.7 the queue's own two gauges, before it the global one. */
function alertLag({ seenAt }: SenderScrape, { acceptedAt, sentAt }: QueueScrape): number | undefined {
  const highest = acceptedAt ?? seenAt;
  return highest === undefined || sentAt === undefined ? undefined : Date.parse(highest) - Date.parse(sentAt);
}
