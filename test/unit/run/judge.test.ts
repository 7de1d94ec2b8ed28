import { describe, expect, it } from 'vitest';
import { judgeRollout } from '../../../lib/run/wait/judge.ts';
import type { PodView, RolloutView } from '../../../lib/run/wait/rollout-view.ts';

const now = 1_000_000;
const options = { nowMs: now, stableForMs: 10_000, stuckAfterMs: 5_000 };

function pod(ordinal: number, change: Partial<PodView> = {}): PodView {
  return {
    name: `web-${ordinal}`,
    uid: `uid-${ordinal}`,
    hash: 'good',
    ordinal,
    ready: true,
    sinceMs: now - 60_000,
    terminating: false,
    ended: false,
    ...change,
  };
}

function rollout(pods: PodView[], change: Partial<RolloutView> = {}): RolloutView {
  return {
    kind: 'StatefulSet',
    name: 'web',
    observed: true,
    updateHash: 'good',
    wanted: pods.length,
    strategy: 'RollingUpdate',
    partition: 0,
    minReadyMs: 0,
    pods,
    ...change,
  };
}

const crashing: Partial<PodView> = { hash: 'bad', ready: false, reason: 'CrashLoopBackOff' };

describe('a roll-out is judged pod by pod', () => {
  it('is done when every pod is of the right revision and has been Ready for long enough', () => {
    const verdict = judgeRollout(rollout([pod(0), pod(1), pod(2)]), options);
    expect(verdict).toMatchObject({ done: true, waitingFor: [], stuck: undefined });
  });

  it('waits for a pod that is Ready but not yet for long enough, and says when to look again', () => {
    const verdict = judgeRollout(rollout([pod(0), pod(1, { sinceMs: now - 3_000 })]), options);
    expect(verdict.done).toBe(false);
    expect(verdict.nextLookMs).toBe(now + 7_000);
    expect(verdict.waitingFor).toEqual(['web-1: Ready, not yet for long enough']);
  });

  it('takes minReadySeconds where they are longer than --stable-for', () => {
    const view = rollout([pod(0, { sinceMs: now - 20_000 })], { minReadyMs: 30_000 });
    expect(judgeRollout(view, options).done).toBe(false);
  });

  it('is not done before the controller has seen the template', () => {
    const verdict = judgeRollout(rollout([pod(0)], { observed: false }), options);
    expect(verdict.done).toBe(false);
    expect(verdict.waitingFor).toEqual(['statefulset/web: template not yet observed']);
  });

  it('is not done while a pod is missing or one too many is there', () => {
    expect(judgeRollout(rollout([pod(0)], { wanted: 2 }), options).waitingFor).toEqual(['1 of 2 pods not there yet']);
    expect(judgeRollout(rollout([pod(0), pod(1)], { wanted: 1 }), options).waitingFor).toEqual(['1 pods more than the 1 wanted']);
  });

  it('is done at once for a workload scaled to nothing', () => {
    expect(judgeRollout(rollout([]), options).done).toBe(true);
  });

  it('does not believe a healthy pod of another revision', () => {
    const verdict = judgeRollout(rollout([pod(0), pod(1, { hash: 'bad' })]), options);
    expect(verdict.done).toBe(false);
    expect(verdict.waitingFor).toEqual(['web-1: Ready, not yet for long enough, of another revision']);
    expect(verdict.stuck).toBeUndefined();
  });

  it('leaves ordinals below the partition the revision that they have', () => {
    expect(judgeRollout(rollout([pod(0, { hash: 'old' }), pod(1)], { partition: 1 }), options).done).toBe(true);
  });

  it('does not wait for a Deployment pod that is going away', () => {
    const view = rollout([pod(0), pod(1, { hash: 'bad', terminating: true })], { kind: 'Deployment', wanted: 1 });
    expect(judgeRollout(view, options).done).toBe(true);
  });
});

describe('a pod that blocks the roll-out', () => {
  it('is the not-Ready pod of another revision (kubernetes#67250)', () => {
    const verdict = judgeRollout(rollout([pod(0), pod(1), pod(2, crashing)]), options);
    expect(verdict.stuck?.name).toBe('web-2');
    expect(verdict.done).toBe(false);
  });

  it('is not touched before it has been not Ready for a while', () => {
    const verdict = judgeRollout(rollout([pod(0), pod(1, { ...crashing, sinceMs: now - 1_000 })]), options);
    expect(verdict.stuck).toBeUndefined();
    expect(verdict.nextLookMs).toBe(now + 4_000);
  });

  it('is taken one at a time, highest ordinal first, none while another goes down', () => {
    const two = [pod(0, crashing), pod(1), pod(2, crashing)];
    expect(judgeRollout(rollout(two), options).stuck?.name).toBe('web-2');
    const oneGoing = [pod(0, crashing), pod(1), pod(2, { ...crashing, terminating: true })];
    expect(judgeRollout(rollout(oneGoing), options).stuck).toBeUndefined();
  });

  it('is never a healthy pod, nor one of the right revision, nor one that was not yet judged by the new template', () => {
    expect(judgeRollout(rollout([pod(0, { hash: 'bad' })]), options).stuck).toBeUndefined();
    expect(judgeRollout(rollout([pod(0, { ...crashing, hash: 'good' })]), options).stuck).toBeUndefined();
    expect(judgeRollout(rollout([pod(0, crashing)], { observed: false }), options).stuck).toBeUndefined();
    expect(judgeRollout(rollout([pod(0, crashing)], { updateHash: undefined }), options).stuck).toBeUndefined();
  });

  it('is left to the controller of a Deployment or DaemonSet, which replaces unhealthy pods first', () => {
    expect(judgeRollout(rollout([pod(0, crashing)], { kind: 'Deployment' }), options).stuck).toBeUndefined();
    expect(judgeRollout(rollout([pod(0, crashing)], { kind: 'DaemonSet' }), options).stuck).toBeUndefined();
  });

  it('is replaced under OnDelete for every kind, while healthy pods are left and named', () => {
    const view = rollout([pod(0, { hash: 'bad' }), pod(1, crashing)], { kind: 'DaemonSet', strategy: 'OnDelete' });
    const verdict = judgeRollout(view, options);
    expect(verdict.stuck?.name).toBe('web-1');
    expect(verdict.leftAsTheyAre).toEqual(['web-0']);
  });

  it('does not keep an OnDelete roll-out waiting for healthy pods of the old revision', () => {
    expect(judgeRollout(rollout([pod(0, { hash: 'bad' }), pod(1)], { strategy: 'OnDelete' }), options).done).toBe(true);
  });
});
