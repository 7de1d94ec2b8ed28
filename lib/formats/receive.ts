import { parseExposition } from './exposition/parser.ts';
import type { Sample } from './exposition/sample.ts';

/** What one scrape of a Thanos Receive tells of what it was sent. Counters are since the start of the process. */
export interface ReceiveScrape {
  /** RFC 3339. */
  at: string;
  version?: string;
  /** Start of the process, RFC 3339. */
  startedAt?: string;
  /** Answers to write requests by status code; those that were refused before they were read (400, 413, 429) are only here. */
  answers: Record<string, number>;
  /** Samples of the requests that were read, by the status code of their answer. */
  samples: Record<string, number>;
}

/** Gathers it sample by sample, of all tenants together. Source: thanos pkg/receive/handler.go, pkg/extprom/http/instrument_server.go. */
export class ReceiveReader {
  readonly #scrape: Omit<ReceiveScrape, 'at'> = { answers: {}, samples: {} };

  take(sample: Sample): void {
    const { name, value } = sample;
    const scrape = this.#scrape;
    if (name === 'http_requests_total' && sample.label('handler') === 'receive') add(scrape.answers, sample);
    // A histogram of samples a request.
    else if (name === 'thanos_receive_write_samples_sum') add(scrape.samples, sample);
    else if (name === 'process_start_time_seconds') scrape.startedAt = new Date(Math.round(value * 1000)).toISOString();
    else if (name === 'thanos_build_info') scrape.version = sample.label('version') ?? '';
  }

  /** @param at time of the scrape by the receiver's clock, RFC 3339 */
  finish(at: string): ReceiveScrape {
    return { at, ...this.#scrape };
  }
}

/** All of a scrape that is there as one text. @throws ExpositionError */
export function readReceive(text: string, at: string): ReceiveScrape {
  const reader = new ReceiveReader();
  parseExposition(text, (sample) => reader.take(sample));
  return reader.finish(at);
}

function add(counts: Record<string, number>, sample: Sample): void {
  const code = sample.label('code') ?? '';
  counts[code] = (counts[code] ?? 0) + sample.value;
}
