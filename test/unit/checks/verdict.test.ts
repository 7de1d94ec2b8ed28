import { describe, expect, test } from 'vitest';
import type { Question } from '../../../lib/checks/check.ts';
import { resultOf } from '../../../lib/checks/look.ts';
import { pods, type PodFacts } from '../../../lib/checks/pods.ts';
import { exitCodeOf, worstOf, type Verdict } from '../../../lib/checks/verdict.ts';
import { RetraceError } from '../../../lib/core/errors.ts';

describe('the exit code of what decides', () => {
  test.each<[Verdict[], number]>([
    [['pass'], 0],
    [['pass', 'warn', 'skipped'], 0],
    [['pass', 'pending'], 8],
    [['pending', 'inconclusive', 'pass'], 9],
    [['fail', 'inconclusive', 'pending'], 3],
    // Nothing was there: nothing was proved.
    [['skipped', 'skipped'], 9],
    [[], 9],
  ])('%j → %i', (verdicts, exitCode) => expect(exitCodeOf(verdicts)).toBe(exitCode));

  test('of nothing the verdict is that nothing is there', () => expect(worstOf([])).toBe('skipped'));
});

const now = '2026-11-22T03:30:00Z';
const question = (more: Partial<Question> = {}): Question => ({ now, namespace: 'monitoring', stableForMs: 30_000, ...more });
const pod = (more: Partial<PodFacts> = {}): PodFacts => ({ name: 'p', namespace: 'monitoring', createdAt: '2026-11-22T03:00:00Z', phase: 'Running', ready: true, readyChangedAt: '2026-11-22T03:00:05Z', ended: false, restarts: [], ...more });
const judge = (facts: PodFacts, more: Partial<Question> = {}) => resultOf(pods, { pods: [facts] }, undefined, question(more), true);
const restart = (at: string, restarts: number) => ({ ready: true, restarts: [{ container: 'c', restarts, at }] });

describe('pods', () => {
  test.each<[string, PodFacts, Partial<Question>, Verdict, string[]]>([
    ['well for long', pod(), {}, 'pass', ['pods-ready']],
    ['Ready for too short', pod({ readyChangedAt: '2026-11-22T03:29:50Z' }), {}, 'pending', ['pod-fresh']],
    ['starting', pod({ ready: false, readyChangedAt: '2026-11-22T03:28:00Z' }), {}, 'pending', ['pod-starting']],
    ['not Ready for longer than any start takes', pod({ ready: false, problem: { reason: 'NotReady' } }), {}, 'fail', ['pod-starting']],
    ['an image that is not there', pod({ ready: false, problem: { reason: 'ImagePullBackOff', container: 'c' } }), {}, 'fail', ['pod-broken']],
    ['a loop between two crashes', pod(restart('2026-11-22T03:29:00Z', 3)), {}, 'fail', ['pod-restarts']],
    ['restarts of last week', pod(restart('2026-11-15T03:29:00Z', 9)), {}, 'pass', ['pods-ready']],
    ['many restarts of a pod that came with the change', pod(restart('2026-11-22T03:10:00Z', 2)), { since: '2026-11-22T02:59:00Z' }, 'fail', ['pod-restarts']],
    ['one restart after the change, well since', pod(restart('2026-11-22T03:10:00Z', 1)), { since: '2026-11-22T03:05:00Z' }, 'warn', ['pod-restarted', 'pods-ready']],
    ['one restart just now', pod(restart('2026-11-22T03:29:50Z', 1)), { since: '2026-11-22T03:05:00Z' }, 'pending', ['pod-restarted']],
    ['one restart before the change', pod(restart('2026-11-22T03:01:00Z', 1)), { since: '2026-11-22T03:05:00Z' }, 'pass', ['pods-ready']],
    ['ending', pod({ endingSince: '2026-11-22T03:29:00Z' }), {}, 'pending', ['pod-ending']],
    ['a Job that is done', pod({ ready: false, ended: true, phase: 'Succeeded', controller: 'Job' }), {}, 'skipped', []],
    ['a pod of a controller that ended badly', pod({ ready: false, ended: true, phase: 'Failed', controller: 'ReplicaSet' }), {}, 'warn', ['pod-failed']],
  ])('%s', (_name, facts, more, verdict, codes) => {
    const result = judge(facts, more);
    expect([result.verdict, result.findings.map(({ code }) => code)]).toEqual([verdict, codes]);
  });

  test('what is awaited says until when', () => expect(judge(pod({ readyChangedAt: '2026-11-22T03:29:50Z' })).dueAt).toBe('2026-11-22T03:30:20.000Z'));

  test('what could not be looked at is never well', () => {
    const error = new RetraceError('server.unreachable', { server: 'https://x', detail: 'refused', kind: 'network' });
    expect(resultOf(pods, undefined, error, question(), true)).toMatchObject({ verdict: 'inconclusive', findings: [{ code: 'not-observed' }] });
  });

  test('with several namespaces each pod is named with its own', () => {
    const { namespace: _one, ...several } = question();
    expect(resultOf(pods, { pods: [pod({ readyChangedAt: now })] }, undefined, several, true).findings[0]).toMatchObject({ params: { pod: 'monitoring/p' } });
  });
});
