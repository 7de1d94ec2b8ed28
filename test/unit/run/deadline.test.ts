import { describe, expect, it } from 'vitest';
import { Deadline } from '../../../lib/run/wait/deadline.ts';
import type { PodView, RolloutView } from '../../../lib/run/wait/rollout-view.ts';

function look(...pods: Partial<PodView>[]): RolloutView {
  return { pods } as unknown as RolloutView;
}

describe('the deadline of a wait', () => {
  it('is the time-out after the start when nothing moves', () => {
    const deadline = new Deadline(0, 60_000);
    for (const at of [1_000, 20_000, 59_000]) deadline.observe(look({ uid: 'a', ready: false }), at);
    expect(deadline.atMs()).toBe(60_000);
  });

  it('moves on while pods come, become Ready, go down or are gone', () => {
    const deadline = new Deadline(0, 60_000);
    deadline.observe(look({ uid: 'a', ready: true }), 0);
    deadline.observe(look({ uid: 'a', ready: true, terminating: true }), 50_000);
    expect(deadline.atMs()).toBe(110_000);
    deadline.observe(look(), 100_000);
    expect(deadline.atMs()).toBe(160_000);
    deadline.observe(look({ uid: 'b', ready: false }), 150_000);
    deadline.observe(look({ uid: 'b', ready: true }), 200_000);
    expect(deadline.atMs()).toBe(260_000);
  });

  it('is not moved by a pod that becomes Ready again and again', () => {
    const deadline = new Deadline(0, 60_000);
    for (let at = 0; at < 100_000; at += 5_000) deadline.observe(look({ uid: 'a', ready: at % 10_000 === 0 }), at);
    expect(deadline.atMs()).toBe(60_000);
  });

  it('waits at most 150 s for one more move, however long the time-out', () => {
    const deadline = new Deadline(0, 600_000);
    deadline.observe(look({ uid: 'a' }), 0);
    deadline.observe(look({ uid: 'b' }), 590_000);
    expect(deadline.atMs()).toBe(740_000);
  });
});
