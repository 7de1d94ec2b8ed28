import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { formatHolder, judgeLease, leaseSpec, parseHolder, readLease } from '../../../lib/run/shared/lease.ts';
import type { Claim, Holder } from '../../../lib/run/shared/lease.ts';

const me: Holder = { runId: 'r-aaaaaa', token: 'h-111111', pid: 7, who: 'jin@laptop' };
const nowMs = Date.parse('2026-11-22T03:11:00Z');

function claim(change: Partial<Claim> = {}): Claim {
  return { me, continues: [{ runId: me.runId, token: me.token }], takeOver: false, nowMs, isProcessAlive: () => false, ...change };
}

/** Held since `ageMs` ago. */
function heldBy(holder: Holder, ageMs: number) {
  return readLease({ spec: leaseSpec(holder, nowMs - ageMs, { transitions: 0 }) } as unknown as KubeObject);
}

describe('a lock', () => {
  it('names run, user and host, and is read back', () => {
    expect(formatHolder(me)).toBe('r-aaaaaa/h-111111/7/jin@laptop');
    expect(parseHolder(formatHolder({ ...me, who: 'CORP/jin@laptop' }))).toEqual({ ...me, who: 'CORP/jin@laptop' });
    expect(parseHolder('kube-scheduler-0')).toBeUndefined();
  });

  it.each([
    ['that nobody has is taken', readLease(undefined), claim(), 'take'],
    ['that is ours is ours', heldBy(me, 0), claim(), 'mine'],
    ['of a dead process of this run, here, is taken at once', heldBy({ ...me, pid: 6 }, 0), claim(), 'take'],
    ['of a living process of this run, here, is live', heldBy({ ...me, pid: 6 }, 0), claim({ isProcessAlive: () => true }), 'live'],
    ['of the same run on another machine is live', heldBy({ ...me, token: 'h-222222' }, 0), claim(), 'live'],
    ['of the same run on another machine is taken once expired', heldBy({ ...me, token: 'h-222222' }, 61_000), claim(), 'take'],
    ['of another run is live, whatever is asked', heldBy({ ...me, runId: 'r-bbbbbb' }, 59_000), claim({ takeOver: true }), 'live'],
    ['of another run that has expired is not taken by itself', heldBy({ ...me, runId: 'r-bbbbbb' }, 61_000), claim(), 'expired'],
    ['of another run that has expired is taken with --take-over', heldBy({ ...me, runId: 'r-bbbbbb' }, 61_000), claim({ takeOver: true }), 'take'],
    [
      'of the run that is taken back is taken, when its process here is dead',
      heldBy({ ...me, runId: 'r-bbbbbb', token: 'h-333333' }, 0),
      claim({ continues: [{ runId: me.runId, token: me.token }, { runId: 'r-bbbbbb', token: 'h-333333' }] }),
      'take',
    ],
  ])('%s', (_name, facts, wanted, verdict) => {
    expect(judgeLease(facts, wanted)).toBe(verdict);
  });
});
