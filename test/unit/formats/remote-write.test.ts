import { expect, test } from 'vitest';
import { readSender } from '../../../lib/formats/remote-write.ts';
import { recordedSender } from '../checks/recorded.ts';

const at = '2026-11-25T07:00:00.000Z';

test('a recorded agent is read whole: three queues, times, segments, version', () => {
  const { queues, ...global } = recordedSender('agent-healthy2');
  expect(global).toEqual({ at: '2026-11-25T07:31:21Z', version: '3.16.0', startedAt: '2026-11-25T07:30:35.120Z', seenAt: '2026-11-25T07:31:20.000Z', appended: 22106, walSegment: 0 });
  expect(queues.map(({ remoteName }) => remoteName).sort()).toEqual(['central', 'idle', 'limited']);
  expect(queues.find(({ remoteName }) => remoteName === 'central')).toEqual({
    remoteName: 'central', url: 'http://someone:<redacted>@127.0.0.1:29291/api/v1/receive',
    attempts: 22000, failed: 0, retried: 0, dropped: {}, enqueueRetries: 0, pending: 106, shards: 1, shardsMax: 50, shardsDesired: 0.0036278069035241218, maxSamplesPerSend: 2000,
    sentAt: '2026-11-25T07:31:20.000Z', acceptedAt: '2026-11-25T07:31:20.000Z', readSegment: 0, recordsRead: 39,
  });
  const idle = queues.find(({ remoteName }) => remoteName === 'idle')!;
  expect(idle.dropped).toEqual({ dropped_series: 22106 });
  expect(idle.sentAt).toBeUndefined();
});

test('the names of before 2.23 are read, and what they count is told apart', () => {
  const labels = '{queue="0:http://u:geheim@h/w"}';
  const text = ['succeeded_samples_total', 'failed_samples_total', 'retried_samples_total', 'pending_samples', 'dropped_samples_total'].map((name, index) => `prometheus_remote_storage_${name}${labels} ${index + 1}`).join('\n');
  const [queue] = readSender(text, at).queues;
  expect(queue).toMatchObject({ succeeded: 1, failed: 2, retried: 3, pending: 4, dropped: { '': 5 } });
  expect(queue!.attempts).toBeUndefined();
});

test('a password in the address, which 2.30.0 and older show, is in nothing that is kept', () => {
  const text = 'prometheus_remote_storage_samples_total{remote_name="a",url="https://user:geheim@h/w?token=geheim2"} 1\n';
  expect(JSON.stringify(readSender(text, at))).not.toContain('geheim');
});

test('floats, native histograms and exemplars are samples; metadata is not', () => {
  const line = (kind: string, what: string, value: number) => `prometheus_remote_storage_${kind}_${what}{remote_name="a",url="u"} ${value}`;
  const text = ['samples', 'histograms', 'exemplars', 'metadata'].flatMap((kind) => [line(kind, 'failed_total', 1), line(kind, 'retried_total', 10), line(kind, 'pending', 100), line(kind, 'total', 1000)]).join('\n');
  expect(readSender(text, at).queues[0]).toMatchObject({ failed: 3, retried: 30, pending: 300, attempts: 3000 });
});

test.each([['0', undefined], ['NaN', undefined], ['1.5', '1970-01-01T00:00:01.500Z'], ['9.3e+17', '+275760-09-13T00:00:00.000Z']])('a sent time of %s', (value, expected) => {
  expect(readSender(`prometheus_remote_storage_queue_highest_sent_timestamp_seconds{remote_name="a",url="u"} ${value}`, at).queues[0]!.sentAt).toBe(expected);
});
