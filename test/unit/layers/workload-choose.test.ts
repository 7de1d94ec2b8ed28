import { describe, expect, test } from 'vitest';
import { RetraceError } from '../../../lib/core/errors.ts';
import { chooseRevision } from '../../../lib/layers/workload/choose.ts';
import type { RevisionChoice } from '../../../lib/layers/workload/choose.ts';
import type { LeftRevision, WorkloadFacts } from '../../../lib/layers/workload/facts.ts';
import { listRevisions } from '../../../lib/layers/workload/revisions.ts';
import { bad, factsOf, good, now, revisions, stuckRollout, templateOfImage } from './workload-facts.ts';

function choose(facts: WorkloadFacts, choice: RevisionChoice = { kind: 'default' }, left: LeftRevision[] = []) {
  const { to, rule, action, previous, ruled } = chooseRevision(listRevisions(facts, now, left), facts, choice);
  return { to: to.hash, rule, action, previous: previous?.hash, ruled: ruled?.hash };
}

function refusal(run: () => unknown): { code: string; params: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof RetraceError) return { code: error.code, params: error.params };
    throw error;
  }
  throw new Error('it was not refused');
}

const leave = (hash: string): LeftRevision => ({ uid: 'uid-workload', hash });

describe('without --to', () => {
  test('a stuck roll-out goes back to what its Ready pods carry', () => {
    expect(choose(stuckRollout())).toMatchObject({ to: '64696cc595', rule: 'ready-pods', action: 'change' });
  });

  test('also when that is not the second-highest number', () => {
    // 6 was bad as well and never became Ready: the Ready pods still carry 5.
    const facts = stuckRollout({ pods: [{ name: 'x-0', hash: '5555555555' }, { name: 'x-1', hash: '5555555555' }, { name: 'x-2', hash: '6fff58c554', ready: false }] });
    expect(choose(facts)).toMatchObject({ to: '5555555555', rule: 'ready-pods', previous: '64696cc595' });
  });

  test('the most Ready pods win, then the newest', () => {
    const both = [{ name: 'x-0', hash: '5555555555' }, { name: 'x-1', hash: '64696cc595' }];
    expect(choose(stuckRollout({ pods: both })).to).toBe('64696cc595');
    expect(choose(stuckRollout({ pods: [...both, { name: 'x-2', hash: '5555555555' }] })).to).toBe('5555555555');
  });

  test('terminating Ready pods prove nothing', () => {
    const facts = stuckRollout({ pods: [{ name: 'x-0', hash: '64696cc595', terminating: true }, { name: 'x-1', hash: '6fff58c554', ready: false }] });
    expect(choose(facts).rule).toBe('longest-in-force');
  });

  test('a roll-out that is through goes back to what was in force longest', () => {
    const facts = stuckRollout({ pods: [{ name: 'x-0', hash: '6fff58c554' }, { name: 'x-1', hash: '6fff58c554' }, { name: 'x-2', hash: '6fff58c554' }] });
    expect(choose(facts)).toMatchObject({ to: '5555555555', rule: 'longest-in-force', previous: '64696cc595' });
  });

  test('never to a revision that was gone away from', () => {
    expect(choose(stuckRollout(), { kind: 'default' }, [leave('64696cc595')])).toMatchObject({ to: '5555555555', rule: 'longest-in-force' });
    const { code, params } = refusal(() => choose(stuckRollout(), { kind: 'default' }, [leave('64696cc595'), leave('5555555555')]));
    expect(code).toBe('revision.nothing-to-go-back-to');
    expect(params).toMatchObject({ known: ['5 (5555555555) thanos:v0.40.0', '6 (64696cc595) thanos:v0.41.0', '7 (6fff58c554) thanos:v0.42.4'] });
  });

  test('a second undo does not go back to the bad revision of the first, as kubectl does', () => {
    // 1 good, 2 bad, undo: 1 became 3 and is live.
    const facts = factsOf({ revisions: [{ number: 2, hash: 'bad2', template: bad, created: '02:00:00' }, { number: 3, hash: 'good1', template: good, created: '01:00:00' }], pods: [{ name: 'x-0', hash: 'good1' }] });
    expect(refusal(() => choose(facts)).code).toBe('revision.nothing-to-go-back-to');
    expect(choose(facts, { kind: 'previous' })).toMatchObject({ to: 'bad2', rule: 'previous', ruled: undefined });
  });

  test('never to a revision that means the live template', () => {
    const defaulted = { ...bad, spec: { ...(bad['spec'] as object), restartPolicy: 'Always' } };
    const facts = factsOf({ revisions: [{ number: 6, hash: 'same', template: defaulted, created: '01:00:00' }, { number: 7, hash: 'live', template: bad, created: '03:12:00' }] });
    expect(refusal(() => choose(facts)).code).toBe('history.empty');
  });

  const empty: [string, Parameters<typeof factsOf>[0], string][] = [
    ['one revision', { revisions: [revisions[2]!] }, '7 (6fff58c554)'],
    ['no revision', { revisions: [], spec: { template: bad } }, 'none'],
    ['revisionHistoryLimit 0', { revisions: [revisions[2]!], spec: { revisionHistoryLimit: 0 } }, 'revisionHistoryLimit: 0'],
  ];
  test.each(empty)('%s: nothing to go back to', (_name, given, detail) => {
    expect(refusal(() => choose(factsOf(given)))).toEqual({ code: 'history.empty', params: { target: 'statefulset/thanos-receive', detail } });
  });
});

describe('the template is right already, pods of the bad revision are stuck (kubernetes#67250)', () => {
  const pods = [
    { name: 'thanos-receive-0', hash: '64696cc595' },
    { name: 'thanos-receive-1', hash: '64696cc595' },
    { name: 'thanos-receive-2', hash: '6fff58c554', ready: false },
  ];
  // After kubectl rollout undo: 6 became 8.
  const undone = [revisions[0]!, revisions[2]!, { ...revisions[1]!, number: 8 }];

  test('then the default repairs, and does not go away from the good template', () => {
    expect(choose(factsOf({ revisions: undone, pods }))).toMatchObject({ to: '64696cc595', rule: 'current', action: 'repair' });
  });

  test('also with a history of that one revision', () => {
    expect(choose(factsOf({ revisions: [undone[2]!], pods }))).toMatchObject({ rule: 'current', action: 'repair' });
  });

  test('not for a template that no pod has tried: the pod of a first bad roll-out keeps the second from starting', () => {
    const second = { number: 8, hash: 'second888', template: templateOfImage('v0.43.0'), created: '03:20:00' };
    expect(choose(factsOf({ revisions: [...revisions, second], pods }))).toMatchObject({ to: '64696cc595', rule: 'ready-pods', action: 'change' });
    expect(choose(factsOf({ revisions: [...revisions, second], pods: pods.slice(2) }))).toMatchObject({ rule: 'longest-in-force', action: 'change' });
  });

  test('a single pod that is stuck: somebody went back, so the template is right', () => {
    expect(choose(factsOf({ revisions: undone, pods: pods.slice(2) }))).toMatchObject({ to: '64696cc595', rule: 'current', action: 'repair' });
  });

  test('not while a pod of the current revision is broken as well', () => {
    const both = [...pods.slice(1), { name: 'thanos-receive-0', hash: '64696cc595', ready: false }];
    expect(refusal(() => choose(factsOf({ revisions: undone.slice(1), pods: both }))).code).toBe('revision.nothing-to-go-back-to');
  });

  test('not after two bad roll-outs in a row: the pod of the first keeps the second from starting', () => {
    const twice = [...revisions.slice(1), { number: 8, hash: 'bad8', template: templateOfImage('v0.43'), created: '03:18:00' }];
    expect(choose(factsOf({ revisions: twice, pods }))).toMatchObject({ to: '64696cc595', rule: 'ready-pods', action: 'change' });
  });

  test('somebody went back to it, and no pod of it is there yet: repair', () => {
    const none = pods.map((pod) => ({ ...pod, hash: '6fff58c554', ready: false }));
    expect(choose(factsOf({ revisions: undone, pods: none }))).toMatchObject({ rule: 'current', action: 'repair' });
  });

  test('a controller that replaces such pods itself needs no repair', () => {
    expect(choose(factsOf({ kind: 'Deployment', revisions: undone, pods }))).toMatchObject({ action: 'change', rule: 'longest-in-force' });
    expect(choose(factsOf({ revisions: undone, pods, spec: { podManagementPolicy: 'Parallel' } }))).toMatchObject({ action: 'change' });
    expect(choose(factsOf({ kind: 'DaemonSet', revisions: undone, pods, spec: { updateStrategy: { type: 'OnDelete' } } }))).toMatchObject({ action: 'repair' });
  });

  test('a pod below the partition is not stuck', () => {
    const spec = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 3 } } };
    expect(choose(factsOf({ revisions: undone, pods, spec })).action).toBe('change');
  });

  test('a terminating or ended pod is not stuck', () => {
    const going = pods.map((pod) => (pod.ready === false ? { ...pod, terminating: true } : pod));
    const ended = pods.map((pod) => (pod.ready === false ? { ...pod, phase: 'Failed' } : pod));
    expect([choose(factsOf({ revisions: undone, pods: going })).action, choose(factsOf({ revisions: undone, pods: ended })).action]).toEqual(['change', 'change']);
  });

  test('asked for by name: repair, or nothing when all is well', () => {
    expect(choose(factsOf({ revisions: undone, pods }), { kind: 'revision', value: '8' })).toMatchObject({ action: 'repair', rule: 'asked' });
    expect(choose(factsOf({ revisions: undone, pods: pods.slice(0, 2) }), { kind: 'number', value: 8 })).toMatchObject({ action: 'noop' });
  });
});

describe('with --to', () => {
  const found: [RevisionChoice, string][] = [
    [{ kind: 'revision', value: '6' }, '64696cc595'],
    [{ kind: 'revision', value: '64696cc595' }, '64696cc595'],
    [{ kind: 'revision', value: '6469' }, '64696cc595'],
    [{ kind: 'revision', value: 'thanos-receive-5555555555' }, '5555555555'],
    [{ kind: 'number', value: 5 }, '5555555555'],
    [{ kind: 'number', value: 0 }, '64696cc595'],
    [{ kind: 'previous' }, '64696cc595'],
  ];
  test.each(found)('%j', (choice, hash) => expect(choose(stuckRollout(), choice).to).toBe(hash));

  const unknown: [RevisionChoice, string][] = [
    [{ kind: 'revision', value: '4' }, '4'],
    [{ kind: 'revision', value: '646' }, '646'],
    [{ kind: 'revision', value: 'thanos-receive' }, 'thanos-receive'],
    [{ kind: 'revision', value: '' }, ''],
    [{ kind: 'number', value: 4 }, '4'],
    [{ kind: 'number', value: -1 }, '-1'],
  ];
  test.each(unknown)('%j is not there, and the list says what is', (choice, wanted) => {
    expect(refusal(() => choose(stuckRollout(), choice))).toMatchObject({ code: 'revision.not-found', params: { wanted, target: 'statefulset/thanos-receive' } });
  });

  test('a prefix of two hashes is none of them', () => {
    const twins = [{ ...revisions[0]!, hash: '64696aaaaa' }, revisions[1]!, revisions[2]!];
    expect(refusal(() => choose(factsOf({ revisions: twins }), { kind: 'revision', value: '64696' })).code).toBe('revision.not-found');
  });

  test('a number wins over a hash that looks like it', () => {
    const odd = [{ ...revisions[0]!, hash: '6' }, revisions[1]!, revisions[2]!];
    expect(choose(factsOf({ revisions: odd }), { kind: 'revision', value: '6' }).to).toBe('64696cc595');
  });

  test('previous tells what the rules would choose', () => {
    const facts = stuckRollout({ pods: [{ name: 'x-0', hash: '5555555555' }] });
    expect(choose(facts, { kind: 'previous' })).toMatchObject({ to: '64696cc595', rule: 'previous', ruled: '5555555555' });
  });

  test('one that was left may be asked for', () => {
    expect(choose(stuckRollout(), { kind: 'number', value: 6 }, [leave('64696cc595')])).toMatchObject({ to: '64696cc595', rule: 'asked' });
  });

  test('nothing in the history', () => {
    expect(refusal(() => choose(factsOf({ revisions: [] }), { kind: 'revision', value: '6' })).code).toBe('history.empty');
    expect(refusal(() => choose(factsOf({ revisions: [revisions[2]!] }), { kind: 'previous' })).code).toBe('history.empty');
  });

  test('a change to a template with the same image is found by its digest', () => {
    const same = [{ number: 1, hash: 'a', template: templateOfImage('v1'), created: '01:00:00' }, { number: 2, hash: 'b', template: templateOfImage('v1', { priorityClassName: 'x' }), created: '02:00:00' }];
    expect(choose(factsOf({ revisions: same })).to).toBe('a');
  });
});
