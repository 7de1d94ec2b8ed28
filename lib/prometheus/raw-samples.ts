import { redactText } from '../core/redaction.ts';
import { MatrixReader, type MatrixSeries } from '../formats/matrix.ts';
import { MatrixError } from '../formats/matrix-value.ts';
import { errorOf, refused, unreadable } from './api.ts';
import type { Endpoint, Query } from './endpoint.ts';

/** Unix time in milliseconds. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/**
 * What makes Thanos answer with what is stored: every replica, an error instead of what is left when a store is missing, no
 * downsampled data (thanos pkg/api/query/v1.go). Prometheus passes over them.
 */
export const rawQuery: Query = { dedup: 'false', partial_response: 'false', max_source_resolution: '0s' };

/**
 * The real times of the samples that a selector has in a range: an instant query of a range selector, for `query_range` shows
 * only what it looks back for (prometheus docs/querying/api.md).
 * @param selector PromQL: `up{cluster="c1"}`
 * @param onSeries called for each series, whose times are valid only then
 * @returns the warnings: any of them means that series may be missing
 * @throws endpoint.refused with what the place says; endpoint.unreadable for a broken answer; endpoint.unreachable
 */
export async function readRawSamples(endpoint: Endpoint, selector: string, range: TimeRange, onSeries: (series: MatrixSeries) => void): Promise<string[]> {
  const path = '/api/v1/query';
  const answer = await endpoint.get(path, { query: `${selector}[${range.toMs - range.fromMs}ms]`, time: secondsText(range.toMs), ...rawQuery });
  if (answer.status !== 200) throw refused(endpoint, path, answer, errorOf(await answer.text()));
  const reader = new MatrixReader(onSeries);
  try {
    for await (const chunk of answer.bytes()) reader.write(chunk);
    const { status, error, warnings } = reader.end();
    if (status === 'error') throw refused(endpoint, path, answer, error ?? status);
    return warnings.map(redactText);
  } catch (error) {
    if (error instanceof MatrixError) throw unreadable(endpoint, path, error.message);
    throw error;
  }
}

/** As the API takes a time, exact to the millisecond. */
export function secondsText(timeMs: number): string {
  return (timeMs / 1000).toFixed(3);
}
