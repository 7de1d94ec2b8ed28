import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import {
  containerStatesOf, isPodEnded, isPodOfRevision, isPodReady, isPodTerminating, ordinalOf, podProblemOf, readyChangedAt, revisionLabelOf,
} from '../../../lib/formats/pod.ts';

function pod(status: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { metadata: { name: 'thanos-receive-2', creationTimestamp: '2026-11-22T03:00:00Z', ...metadata }, status };
}
const crashing = pod({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-11-22T03:12:10Z' }],
  containerStatuses: [
    {
      name: 'receive', ready: false, restartCount: 6,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-11-22T03:20:00Z', message: 'unknown long flag' } },
    },
  ],
});
const ready = pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-22T03:05:00Z' }] });
const waiting = (reason: string): JsonObject => pod({ phase: 'Pending', containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state: { waiting: { reason } } }] });

describe('what keeps a pod from being Ready', () => {
  const table: [string, JsonObject, ReturnType<typeof podProblemOf>][] = [
    ['a crash loop, with how it ended before', crashing, { reason: 'CrashLoopBackOff', container: 'receive', restarts: 6, exitCode: 1 }],
    ['an image that cannot be pulled', waiting('ImagePullBackOff'), { reason: 'ImagePullBackOff', container: 'c', restarts: 0 }],
    ['a pod that is being created is no problem', waiting('ContainerCreating'), undefined],
    ['out of memory', pod({ containerStatuses: [{ name: 'c', ready: false, restartCount: 1, state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }] }), { reason: 'OOMKilled', container: 'c', restarts: 1, exitCode: 137 }],
    ['an init container before the others', pod({ initContainerStatuses: [{ name: 'i', restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } }], containerStatuses: [{ name: 'c', state: { waiting: { reason: 'PodInitializing' } } }] }), { reason: 'CrashLoopBackOff', container: 'i', restarts: 2 }],
    ['a finished init container is none', pod({ initContainerStatuses: [{ name: 'i', state: { terminated: { exitCode: 0, reason: 'Completed' } } }], containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state: { running: {} } }] }), { reason: 'NotReady', container: 'c', restarts: 0 }],
    ['no node', pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] }), { reason: 'Unschedulable' }],
    ['evicted by the kubelet', pod({ phase: 'Failed', reason: 'Evicted' }), { reason: 'Evicted' }],
    ['a Ready pod has none', ready, undefined],
    ['nothing reported yet', pod({}), undefined],
  ];
  test.each(table)('%s', (_name, given, problem) => expect(podProblemOf(given)).toEqual(problem));

  test('the container before is told with its end', () => {
    expect(containerStatesOf(crashing)).toEqual([
      {
        container: 'receive', role: 'app', state: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container', ready: false, restarts: 6,
        previous: { reason: 'Error', exitCode: 1, finishedAt: '2026-11-22T03:20:00Z' },
      },
    ]);
  });
});

describe('a pod', () => {
  test('Ready only by its condition', () => {
    expect(isPodReady(ready)).toBe(true);
    expect(isPodReady(crashing)).toBe(false);
    expect(isPodReady(pod({}))).toBe(false);
  });

  test('Ready has changed at the transition, or when the pod was made', () => {
    expect(readyChangedAt(crashing)).toBe('2026-11-22T03:12:10Z');
    expect(readyChangedAt(pod({}))).toBe('2026-11-22T03:00:00Z');
  });

  test('terminating and ended', () => {
    expect(isPodTerminating(pod({}, { deletionTimestamp: 'x' }))).toBe(true);
    expect(isPodTerminating(ready)).toBe(false);
    expect([isPodEnded(pod({ phase: 'Failed' })), isPodEnded(pod({ phase: 'Succeeded' })), isPodEnded(ready)]).toEqual([true, true, false]);
  });

  test('ordinal by label, else by name', () => {
    expect(ordinalOf(ready)).toBe(2);
    expect(ordinalOf(pod({}, { name: 'x-9', labels: { 'apps.kubernetes.io/pod-index': '4' } }))).toBe(4);
    expect(ordinalOf(pod({}, { name: 'web-6fff58c554-abcde' }))).toBeUndefined();
  });

  test('revision by hash (DaemonSet, Deployment) or by name (StatefulSet)', () => {
    const sts = pod({}, { labels: { 'controller-revision-hash': 'thanos-receive-64696cc595' } });
    const deploy = pod({}, { labels: { 'pod-template-hash': '64696cc595' } });
    const revision = { name: 'thanos-receive-64696cc595', hash: '64696cc595' };
    expect([isPodOfRevision(sts, revision), isPodOfRevision(deploy, revision), isPodOfRevision(ready, revision)]).toEqual([true, true, false]);
    expect(isPodOfRevision(sts, { name: 'other-64696cc595', hash: 'receive-64696cc595' })).toBe(false);
    expect(revisionLabelOf(ready)).toBeUndefined();
  });
});
