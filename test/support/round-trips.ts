/** Counts how often a client had to wait for the API server before it could ask on. */

/** One request as the proxy saw it: arrival, end of the answer, and its status (0 when the connection was torn). */
export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly status: number;
}

/**
 * Length of the longest chain of requests of which each began after the one before had ended. Requests that overlap cost one waiting time
 * together, so this number, times the latency, is what a person waits at least.
 */
export function longestChain(requests: readonly Pick<RequestRecord, 'startMs' | 'endMs'>[]): number {
  const byStart = [...requests].sort((a, b) => a.startMs - b.startMs);
  const lengths: number[] = [];
  for (const [index, request] of byStart.entries()) {
    const before = byStart.slice(0, index).map((earlier, at) => (earlier.endMs <= request.startMs ? lengths[at]! : 0));
    lengths.push(1 + Math.max(0, ...before));
  }
  return Math.max(0, ...lengths);
}
