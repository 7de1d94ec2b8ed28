import type { JsonObject } from '../../core/json.ts';
import type { KubeObject } from '../../kube/types.ts';

/** One Lease of this name in every namespace that a run writes. */
export const leaseName = 'retrace';

/** How long a lock holds without being renewed; long enough for a slow API server, short enough to wait out a dead laptop. */
export const leaseDurationMs = 60_000;

/** Who holds a lock: a run, in the run directory that has the token, worked on by one process. */
export interface Holder {
  runId: string;
  /** Of the run directory: tells two machines, or two homes of one machine, apart. */
  token: string;
  pid: number;
  /** `user@host` */
  who: string;
}

/** As `holderIdentity`: `r-7k2m4d/h-3f9k2m/12345/jin@laptop`. */
export function formatHolder({ runId, token, pid, who }: Holder): string {
  return [runId, token, pid, who].join('/');
}

/** Undefined for a holder that Retrace did not write. */
export function parseHolder(text: string): Holder | undefined {
  const [, runId, token, pid, who] = /^(r-[0-9a-z]+)\/([0-9a-z-]+)\/(\d+)\/(.+)$/s.exec(text) ?? [];
  return runId === undefined ? undefined : { runId, token: token!, pid: Number(pid), who: who! };
}

/** What a Lease says. */
export interface LeaseFacts {
  /** Empty when nobody holds it. */
  holderIdentity: string;
  holder: Holder | undefined;
  since: string;
  /** Milliseconds of the server's clock. */
  untilMs: number;
}

/** Reads a Lease; one without times, or a missing one, is held by nobody or has expired long ago. */
export function readLease(lease: KubeObject | undefined): LeaseFacts {
  const spec = (lease?.spec ?? {}) as { holderIdentity?: string; acquireTime?: string; renewTime?: string; leaseDurationSeconds?: number };
  const holderIdentity = spec.holderIdentity ?? '';
  const renewedMs = Date.parse(spec.renewTime ?? spec.acquireTime ?? '');
  return {
    holderIdentity,
    holder: parseHolder(holderIdentity),
    since: spec.acquireTime ?? '',
    untilMs: Number.isNaN(renewedMs) ? 0 : renewedMs + (spec.leaseDurationSeconds ?? 0) * 1000,
  };
}

export interface Claim {
  me: Holder;
  /** Runs that this one goes on with, and the token of their directory here: the run itself, and the one that it takes back. */
  continues: readonly { runId: string; token: string | undefined }[];
  takeOver: boolean;
  /** Server time. */
  nowMs: number;
  isProcessAlive(pid: number): boolean;
}

/**
 * Whether a lock may be taken. `mine`: this very process has it. `take`: nobody, a dead process of our own run, or an expired
 * one with --take-over. `expired`: another run's, no longer renewed. `live`: somebody works.
 */
export function judgeLease(facts: LeaseFacts, claim: Claim): 'mine' | 'take' | 'expired' | 'live' {
  const { holder, holderIdentity, untilMs } = facts;
  if (holderIdentity === '') return 'take';
  if (holderIdentity === formatHolder(claim.me)) return 'mine';
  const isExpired = claim.nowMs > untilMs;
  const own = holder && claim.continues.find(({ runId }) => runId === holder.runId);
  // A process of our own directory is known by its pid, so nobody waits for the lock of a run that died here.
  if (own && own.token === holder.token) return claim.isProcessAlive(holder.pid) && !isExpired ? 'live' : 'take';
  if (!isExpired) return 'live';
  return own || claim.takeOver ? 'take' : 'expired';
}

/** RFC 3339 with microseconds, as Lease times are (metav1.MicroTime). */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** The spec of a Lease held from now on. `durationMs` short for a lock that is kept but no longer worked under. */
export function leaseSpec(me: Holder, nowMs: number, before: { acquiredAt?: string; transitions: number; durationMs?: number }): JsonObject {
  return {
    holderIdentity: formatHolder(me),
    leaseDurationSeconds: (before.durationMs ?? leaseDurationMs) / 1000,
    acquireTime: before.acquiredAt ?? microTime(nowMs),
    renewTime: microTime(nowMs),
    leaseTransitions: before.transitions,
  };
}
