import type { KubeFailure } from './failures.ts';
import type { KubeRequest } from './types.ts';

// Trouble that only time or the person cures in another way: waiting half a minute for it helps nobody.
const hopeless = new Set(['ENOTFOUND', 'Timeout', 'EPROTO']);
const passing = new Set([429, 503, 504]);
const mostTriesOfTrouble = 4;
const mostTriesOfStranger = 2;

/**
 * How long to wait before a read is sent again; undefined = do not.
 * @param attempt 0 for the wait after the first attempt
 * @param hasAnswered whether this server has answered before: one that has is worth waiting for (a restart), one that
 *   never did is probably a wrong address
 * @param random in [0, 1), for jitter
 * @returns milliseconds
 */
export function waitBeforeRetry(failure: KubeFailure, attempt: number, hasAnswered: boolean, random: number): number | undefined {
  const { status, reason, retryAfterSeconds } = failure;
  const backOffMs = Math.min(5_000, 200 * 2 ** attempt) * (0.5 + random);
  if (status === undefined) {
    if (hopeless.has(reason) || /CERT|SIGNED|UNABLE_TO/.test(reason)) return undefined;
    return hasAnswered || attempt < mostTriesOfStranger ? backOffMs : undefined;
  }
  if (passing.has(status)) return retryAfterSeconds === undefined ? backOffMs : retryAfterSeconds * 1000 * (1 + random / 10);
  return status >= 500 && attempt < mostTriesOfTrouble ? backOffMs : undefined;
}

/** A request that can be sent twice and leaves nothing behind: reads, reviews, dry runs. Everything else is a write. */
export function hasNoEffect({ method, query, withoutEffect }: KubeRequest): boolean {
  return method === 'GET' || withoutEffect === true || query?.['dryRun'] === 'All';
}
