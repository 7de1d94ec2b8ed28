import { describe, expect, test } from 'vitest';
import { labelOf, lineOf, listRevisions } from '../../../lib/layers/workload/revisions.ts';
import { bad, factsOf, good, now, revisions, stuckRollout, templateOfImage } from './workload-facts.ts';
import type { FactsGiven } from './workload-facts.ts';

describe('history', () => {
  test('newest last, with what changed, its pods and which is current', () => {
    const entries = listRevisions(stuckRollout(), now);
    expect(entries.map(({ number, hash, current, left, pods }) => ({ number, hash, current, left, pods }))).toEqual([
      { number: 5, hash: '5555555555', current: false, left: false, pods: { total: 0, ready: 0 } },
      { number: 6, hash: '64696cc595', current: false, left: false, pods: { total: 2, ready: 2 } },
      { number: 7, hash: '6fff58c554', current: true, left: false, pods: { total: 1, ready: 0 } },
    ]);
    expect(entries[0]!.changes).toEqual([]);
    expect(entries[2]!.changes).toEqual([
      { path: 'containers[receive].image', from: 'v0.41.0', to: 'v0.42.4' },
      { path: 'containers[receive].args[1]', to: '--receive.capnproto-address=0.0.0.0:19391' },
    ]);
    expect(entries[2]).toMatchObject({ name: 'thanos-receive-6fff58c554', ageSeconds: 540, images: ['quay.io/thanos/thanos:v0.42.4'], createdAt: '2026-11-22T03:12:00Z' });
    expect([labelOf(entries[1]!), lineOf(entries[1]!)]).toEqual(['6 (64696cc595)', '6 (64696cc595) thanos:v0.41.0']);
  });

  const kinds: FactsGiven['kind'][] = ['Deployment', 'StatefulSet', 'DaemonSet'];
  test.each(kinds)('%s: the same from its own kind of revision', (kind) => {
    const entries = listRevisions(factsOf({ kind, revisions, pods: [{ name: 'a-0', hash: '64696cc595' }] }), now);
    expect(entries.map(({ hash, current, pods }) => [hash, current, pods.ready])).toEqual([['5555555555', false, 0], ['64696cc595', false, 1], ['6fff58c554', true, 0]]);
  });

  test('numbers sort as numbers', () => {
    const many = [2, 10, 9].map((number) => ({ number, hash: `h${number}`, template: templateOfImage(`v${number}`), created: `03:0${number % 10}:00` }));
    expect(listRevisions(factsOf({ kind: 'Deployment', revisions: many }), now).map(({ number }) => number)).toEqual([2, 9, 10]);
  });

  test('a change cause is shown, an empty one is not', () => {
    const caused = revisions.map((revision) => ({ ...revision, annotations: { 'kubernetes.io/change-cause': revision.number === 6 ? 'kubectl set env sts/x TOKEN=abc --record' : '' } }));
    expect(listRevisions(factsOf({ revisions: caused }), now).map(({ changeCause }) => changeCause)).toEqual([undefined, 'kubectl set env sts/x TOKEN=<redacted> --record', undefined]);
  });

  test('a template that no revision has yet: none is current', () => {
    const facts = factsOf({ revisions, spec: { template: templateOfImage('v9') } });
    expect(listRevisions(facts, now).some(({ current }) => current)).toBe(false);
  });

  test('of two revisions that mean the same, the newer is current', () => {
    const defaulted = { ...good, spec: { ...(good['spec'] as object), restartPolicy: 'Always' } };
    const facts = factsOf({ revisions: [{ number: 1, hash: 'a', template: good, created: '01:00:00' }, { number: 2, hash: 'b', template: defaulted, created: '02:00:00' }] });
    expect(listRevisions(facts, now).map(({ current }) => current)).toEqual([false, true]);
  });

  test('terminating pods do not count', () => {
    const facts = factsOf({ revisions, pods: [{ name: 'x-0', hash: '6fff58c554', terminating: true }] });
    expect(listRevisions(facts, now)[2]!.pods.total).toBe(0);
  });
});

describe('revisions that somebody went away from', () => {
  test('a higher number on an older object: someone went back over the one between', () => {
    // 1 good, 2 bad, undo: 1 became 3; 4 is the next bad one.
    const facts = factsOf({
      revisions: [
        { number: 2, hash: 'bad2', template: bad, created: '02:00:00' },
        { number: 3, hash: 'good1', template: good, created: '01:00:00' },
        { number: 4, hash: 'bad4', template: templateOfImage('v0.43'), created: '03:12:00' },
      ],
    });
    expect(listRevisions(facts, now).map(({ hash, left }) => [hash, left])).toEqual([['bad2', true], ['good1', false], ['bad4', false]]);
  });

  test('a run record says so, for this workload only', () => {
    const left = [{ uid: 'uid-workload', hash: '64696cc595', runId: 'r-7k2m4d' }, { uid: 'uid-other', hash: '5555555555' }];
    expect(listRevisions(stuckRollout(), now, left).map(({ left: was, leftByRun }) => [was, leftByRun])).toEqual([[false, undefined], [true, 'r-7k2m4d'], [false, undefined]]);
  });

  test('the current one is never left: somebody came back to it', () => {
    expect(listRevisions(stuckRollout(), now, [{ uid: 'uid-workload', hash: '6fff58c554' }])[2]!.left).toBe(false);
  });

  test('two created in the same second are not told apart', () => {
    const same = revisions.map((revision) => ({ ...revision, created: '03:00:00' }));
    expect(listRevisions(factsOf({ revisions: same }), now).some(({ left }) => left)).toBe(false);
  });
});

describe('time in force', () => {
  test('from a creation to the next one', () => {
    expect(listRevisions(stuckRollout(), now).map(({ inForceSeconds }) => inForceSeconds)).toEqual([38 * 86400 + 3 * 3600, 14 * 86400 + 720, 540]);
  });

  test('an unreadable time is no time', () => {
    const facts = factsOf({ revisions: [{ ...revisions[0]!, created: 'Tnever' }, revisions[2]!] });
    expect(listRevisions(facts, now).map(({ inForceSeconds, ageSeconds }) => [inForceSeconds, ageSeconds])).toEqual([[0, undefined], [540, 540]]);
  });
});
