import { redactText } from '../core/redaction.ts';
import { parseExposition } from './exposition/parser.ts';
import type { Sample } from './exposition/sample.ts';

/** One remote-write queue of a sender as one scrape shows it. Counters are since the queue was made, which a reload does anew. */
export interface QueueScrape {
  /** `name` of the block, or the first six digits of the MD5 of its YAML (prometheus storage/remote/write.go). */
  remoteName: string;
  /** Without its credentials: up to 2.30.0 Prometheus itself does not hide them (prometheus#9383). */
  url: string;
  /** Samples put into requests, counted again at each retry. Undefined up to 2.22, which count what arrived. */
  attempts?: number;
  /** Samples that arrived; up to 2.22 only. */
  succeeded?: number;
  /** Given up: the receiver refused them for good. */
  failed: number;
  retried: number;
  /** By reason; up to 2.49 no reason is told, and all of them are under ``. `dropped_series` is what write_relabel_configs leave out. */
  dropped: Record<string, number>;
  /** How often a shard had no room: the receiver is too slow, or gone. */
  enqueueRetries: number;
  /** In the shards; what waits in the WAL is not in it. */
  pending: number;
  shards?: number;
  shardsMax?: number;
  shardsDesired?: number;
  maxSamplesPerSend?: number;
  /** Time of the newest sample that left, RFC 3339: refused ones count as well since 2.33 (prometheus#10102). Undefined before the first. */
  sentAt?: string;
  /** Time of the newest sample that a shard took (3.7 and later): it stands still when the shards are full. */
  acceptedAt?: string;
  /** Segment of the WAL that its reader is in. */
  readSegment?: number;
  /** Records of samples that its reader has read. */
  recordsRead?: number;
}

/** What one scrape of a Prometheus, as a server or an agent, tells of its remote write. */
export interface SenderScrape {
  /** When it was scraped by the clock that also stamps the samples, RFC 3339. */
  at: string;
  version?: string;
  /** Start of the process, RFC 3339. */
  startedAt?: string;
  /** Time of the newest sample that was appended at all, whichever queue wants it (deprecated in 3.7, still there). */
  seenAt?: string;
  /** Samples appended since the start. */
  appended?: number;
  /** Segment that is written. */
  walSegment?: number;
  queues: QueueScrape[];
}

type Counted = 'attempts' | 'succeeded' | 'failed' | 'retried' | 'enqueueRetries' | 'pending' | 'shards' | 'shardsMax' | 'shardsDesired' | 'maxSamplesPerSend' | 'sentAt' | 'acceptedAt';

/**
 * Metrics of a queue behind `prometheus_remote_storage_`. Floats, native histograms and exemplars are all samples that can be
 * lost; metadata is not. Names of before 2.23 stand beside those of today. Source: prometheus storage/remote/queue_manager.go.
 */
const queueMetrics: Record<string, Counted> = {
  succeeded_samples_total: 'succeeded', failed_samples_total: 'failed', retried_samples_total: 'retried', pending_samples: 'pending',
  enqueue_retries_total: 'enqueueRetries',
  shards: 'shards', shards_max: 'shardsMax', shards_desired: 'shardsDesired', max_samples_per_send: 'maxSamplesPerSend',
  queue_highest_sent_timestamp_seconds: 'sentAt', queue_highest_timestamp_seconds: 'acceptedAt',
  ...Object.fromEntries(
    ['samples', 'histograms', 'exemplars'].flatMap((kind): [string, Counted][] => [[`${kind}_total`, 'attempts'], [`${kind}_failed_total`, 'failed'], [`${kind}_retried_total`, 'retried'], [`${kind}_pending`, 'pending']]),
  ),
};

const droppedMetric = /^(dropped_samples_total|(samples|histograms|exemplars)_dropped_total)$/;
const prefix = 'prometheus_remote_storage_';

/** Gathers what a scrape tells of remote write, sample by sample. */
export class SenderReader {
  readonly #queues = new Map<string, QueueScrape>();
  readonly #readers = new Map<string, { segment?: number; records?: number }>();
  readonly #global: Omit<SenderScrape, 'at' | 'queues'> = {};

  /** @param at time of the scrape by the sender's clock, RFC 3339 */
  finish(at: string): SenderScrape {
    const queues = [...this.#queues.values()].map((queue) => {
      const { segment, records } = this.#readers.get(queue.remoteName) ?? {};
      return { ...queue, ...(segment === undefined ? {} : { readSegment: segment }), ...(records === undefined ? {} : { recordsRead: records }) };
    });
    return { at, ...this.#global, queues };
  }

  take(sample: Sample): void {
    const { name, value } = sample;
    if (name.startsWith(prefix)) return this.#takeRemote(name.slice(prefix.length), sample);
    const global = this.#global;
    if (name === 'process_start_time_seconds') setTime(global, 'startedAt', value);
    else if (name === 'prometheus_build_info') global.version = sample.label('version') ?? '';
    else if (name === 'prometheus_tsdb_wal_segment_current') global.walSegment = value;
    else if (name === 'prometheus_agent_samples_appended_total' || name === 'prometheus_tsdb_head_samples_appended_total') global.appended = (global.appended ?? 0) + value;
    else if (name === 'prometheus_wal_watcher_current_segment') this.#readerOf(sample).segment = value;
    else if (name === 'prometheus_wal_watcher_records_read_total' && /samples|exemplars/.test(sample.label('type') ?? '')) {
      const reader = this.#readerOf(sample);
      reader.records = (reader.records ?? 0) + value;
    }
  }

  #takeRemote(metric: string, sample: Sample): void {
    const { value } = sample;
    if (metric === 'highest_timestamp_in_seconds') return setTime(this.#global, 'seenAt', value);
    const field = queueMetrics[metric];
    if (field === 'sentAt' || field === 'acceptedAt') return setTime(this.#queueOf(sample), field, value);
    if (field !== undefined) {
      const queue = this.#queueOf(sample);
      queue[field] = (queue[field] ?? 0) + value;
    } else if (droppedMetric.test(metric)) {
      const { dropped } = this.#queueOf(sample);
      const reason = sample.label('reason') ?? '';
      dropped[reason] = (dropped[reason] ?? 0) + value;
    }
  }

  #queueOf(sample: Sample): QueueScrape {
    // `queue` until 2.14 (prometheus#6043).
    const url = sample.label('url') ?? sample.label('queue') ?? '';
    const remoteName = sample.label('remote_name') ?? url;
    const key = JSON.stringify([remoteName, url]);
    const known = this.#queues.get(key);
    if (known) return known;
    const made: QueueScrape = { remoteName: redactText(remoteName), url: redactText(url), failed: 0, retried: 0, dropped: {}, enqueueRetries: 0, pending: 0 };
    this.#queues.set(key, made);
    return made;
  }

  #readerOf(sample: Sample): { segment?: number; records?: number } {
    const consumer = redactText(sample.label('consumer') ?? '');
    const reader = this.#readers.get(consumer) ?? {};
    this.#readers.set(consumer, reader);
    return reader;
  }
}

/** All of a scrape that is there as one text. @throws ExpositionError */
export function readSender(text: string, at: string): SenderScrape {
  const reader = new SenderReader();
  parseExposition(text, (sample) => reader.take(sample));
  return reader.finish(at);
}

/** The latest time that a Date can hold: a sample may be stamped with more. */
const latestMs = 8.64e15;

/** Absent until 2.53 and 0 since 2.54 both mean that there was none yet (prometheus#8060, #14437). */
function setTime<K extends string>(target: { [field in K]?: string }, field: K, seconds: number): void {
  if (seconds > 0) target[field] = new Date(Math.min(Math.round(seconds * 1000), latestMs)).toISOString();
}
