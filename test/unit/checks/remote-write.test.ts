import { describe, expect, test } from 'vitest';
import type { Question } from '../../../lib/checks/check.ts';
import type { Finding } from '../../../lib/checks/finding.ts';
import { judgeDrained } from '../../../lib/checks/remote-write/drained.ts';
import { judgeSenders } from '../../../lib/checks/remote-write/judge.ts';
import { worstOf } from '../../../lib/checks/verdict.ts';
import type { QueueScrape, SenderScrape } from '../../../lib/formats/remote-write.ts';
import { recordedSender } from './recorded.ts';

const question = (now: string, since?: string): Question => ({ now, stableForMs: 30_000, namespace: 'monitoring', ...(since === undefined ? {} : { since }) });
const senderOf = (before: SenderScrape, after: SenderScrape) => ({ pod: 'agent-0', namespace: 'monitoring', scrapes: [before, after] as [SenderScrape, SenderScrape] });
const brief = (found: readonly Finding[]) => found.map(({ code, verdict }) => `${code} ${verdict}`);
const judge = (before: SenderScrape, after: SenderScrape, since?: string) => judgeSenders([senderOf(before, after)], question(after.at, since));

describe('recorded from real processes', () => {
  const judged = (before: string, after: string, ...only: string[]) => judge(recordedSender(before, ...only), recordedSender(after, ...only));

  test('a healthy agent passes, its idle queue beside it', () => {
    expect(judged('agent-healthy1', 'agent-healthy2', 'central', 'idle')).toEqual([{ code: 'queues-flow', verdict: 'pass', params: { queues: 1, idle: 1, arrived: 10_000, sinceSentMs: 1000, overMs: 15_000 } }]);
  });

  test.each([['agent', 'central', 86_000, 25_000], ['server', '77d8c0', 88_000, 20_000]])('a total outage of an %s fails while the shipped alert stays silent', (kind, queue, forMs, silentAlertMs) => {
    const found = judged(`${kind}-outage2`, `${kind}-outage3`, queue);
    expect(found).toMatchObject([{ code: 'queue-stopped', verdict: 'fail', params: { forMs, pending: 13_999, retried: 12_000, silentAlertMs } }]);
  });

  test('a shorter one is pending until a restart of the receiver would be over', () => {
    const [found] = judged('agent-outage1', 'agent-outage2', 'central');
    expect(found).toMatchObject({ code: 'queue-stopped', verdict: 'pending', dueAt: '2026-11-25T07:32:20.000Z' });
  });

  test('a queue that never sent anything is stopped since the start of its process', () => {
    expect(judged('agent-outage1', 'agent-outage2', 'limited')).toMatchObject([{ code: 'queue-stopped', verdict: 'fail', params: { forMs: 100_880 } }]);
  });

  test('everything refused with 413 and half of it with 409: lag says nothing, loss does', () => {
    const found = judged('agent-refused1', 'agent-refused2');
    expect(found).toMatchObject(['conflict', 'limited'].map((queue) => ({ code: 'queue-refused', verdict: 'fail', params: { queue: `agent-0/${queue}`, samples: 8000, arrived: 0, overMs: 15_000, lagMs: 2000 } })));
  });

  test('catching up after the outage is pending with the time that it takes, whatever its empty shards say', () => {
    const [found] = judged('agent-outage3', 'agent-back1', 'central');
    expect(found).toMatchObject({ code: 'queue-behind', verdict: 'pending', params: { lagMs: 68_000, pace: 7, etaMs: 10_500, silentAlertMs: 4000 }, dueAt: '2026-11-25T07:32:59.500Z' });
    expect(brief(judged('agent-outage2', 'agent-back2', 'central'))).toEqual(['queues-flow pass']);
  });

  test('a restart between the scrapes shows no loss and is not called well', () => {
    expect(brief(judged('agent-refused2', 'agent-restarted'))).toEqual(['queue-new pending', 'queue-new pending']);
  });

  test('drained: a healthy one past a time before its last batch; none in an outage, while it catches up or while it loses', () => {
    const verdict = (before: string, after: string, pastAt: string, ...only: string[]) => {
      const scrapes = [recordedSender(before, ...only), recordedSender(after, ...only)] as const;
      return brief(judgeDrained([senderOf(...scrapes)], pastAt, question(scrapes[1].at)));
    };
    expect(verdict('agent-healthy1', 'agent-healthy2', '2026-11-25T07:31:06Z', 'central', 'idle')).toEqual(['queues-drained pass']);
    expect(verdict('agent-healthy1', 'agent-healthy2', '2026-11-25T07:31:21Z', 'central')).toEqual(['queue-drains pending']);
    expect(verdict('agent-outage2', 'agent-outage3', '2026-11-25T07:30:50Z', 'central')).toEqual(['queue-stopped fail']);
    expect(verdict('agent-outage3', 'agent-back1', '2026-11-25T07:30:50Z', 'central')).toEqual(['queue-behind pending']);
    expect(verdict('agent-back1', 'agent-back2', '2026-11-25T07:32:40Z', 'central')).toEqual(['queue-drains pending']);
    expect(verdict('agent-refused1', 'agent-refused2', '2026-11-25T07:35:20Z', 'conflict')).toEqual(['queue-refused fail']);
  });
});

describe('by the rules', () => {
  const atMs = Date.parse('2026-11-25T03:00:00Z');
  const time = (seconds: number) => new Date(atMs + seconds * 1000).toISOString();
  const queueAt = (more: Partial<QueueScrape>): QueueScrape => ({ remoteName: 'central', url: 'http://central/api/v1/receive', attempts: 1000, failed: 0, retried: 0, dropped: {}, enqueueRetries: 0, pending: 100, shards: 1, shardsMax: 50, shardsDesired: 1, maxSamplesPerSend: 2000, sentAt: time(-3), acceptedAt: time(-1), readSegment: 5, recordsRead: 10, ...more });
  const before = (queue: Partial<QueueScrape> = {}, more: Partial<SenderScrape> = {}): SenderScrape => ({ at: time(0), version: '3.16.0', startedAt: time(-100_000), seenAt: time(-1), appended: 1000, walSegment: 5, queues: [queueAt(queue)], ...more });
  const after = (queue: Partial<QueueScrape> = {}, more: Partial<SenderScrape> = {}): SenderScrape => ({ ...before(), at: time(15), seenAt: time(14), appended: 2000, queues: [queueAt({ attempts: 2000, sentAt: time(12), acceptedAt: time(14), recordsRead: 25, ...queue })], ...more });

  const table: [string, SenderScrape, SenderScrape, string[]][] = [
    ['well', before(), after(), ['queues-flow pass']],
    ['well, scraped once in a minute: nothing new came', before({ sentAt: time(-20), pending: 0 }, { seenAt: time(-20) }), after({ sentAt: time(-20), attempts: 1000, recordsRead: 10, pending: 0 }, { seenAt: time(-20), appended: 1000 }), ['queues-flow pass']],
    ['a queue for one series of many: what it sends is new, though newer ones are not for it', before({ sentAt: time(-40), pending: 0 }), after({ sentAt: time(-5), pending: 0 }), ['queues-flow pass']],
    ['what came for that queue has only just come', before({ sentAt: time(-40), pending: 0 }), after({ sentAt: time(-40), attempts: 1000, pending: 3 }), ['queues-flow pass']],
    ['nothing for this queue, and its reader reads on', before({ sentAt: time(-500), pending: 0 }), after({ sentAt: time(-500), attempts: 1000, pending: 0 }), ['sender-idle inconclusive']],
    ['nothing appended at all', before({ sentAt: time(-500), pending: 0 }, { seenAt: time(-500) }), after({ sentAt: time(-500), attempts: 1000, pending: 0 }, { seenAt: time(-500), appended: 1000 }), ['sender-idle inconclusive']],
    ['its reader reads nothing of what is written', before({ sentAt: time(-500), pending: 0 }), after({ sentAt: time(-500), attempts: 1000, pending: 0, recordsRead: 10 }), ['queue-blind fail']],
    ['an old one that does not tell what it reads', before({ sentAt: time(-500), pending: 0, recordsRead: undefined! }), after({ sentAt: time(-500), attempts: 1000, pending: 0, recordsRead: undefined! }), ['queue-silent inconclusive']],
    ['a request that hangs: nothing is retried, what waits has waited longer than a batch does', before({ sentAt: time(-70) }), after({ sentAt: time(-70), attempts: 1000, pending: 900 }), ['queue-stopped fail']],
    ['an outage that has only begun: nothing but retries, and no lag yet', before({ sentAt: time(1) }), after({ sentAt: time(1), attempts: 1500, retried: 500 }), ['queue-stopped pending']],
    ['nothing but retries, and the global time missing', before({ sentAt: time(-70) }, { seenAt: undefined! }), after({ sentAt: time(-70), attempts: 3000, retried: 2000 }, { seenAt: undefined! }), ['queue-stopped fail']],
    ['refused with lag 0', before(), after({ failed: 900 }), ['queue-refused fail']],
    ['refused by 2.32, whose sent time stands still then', before({ sentAt: time(-70) }), after({ sentAt: time(-70), failed: 1000 }), ['queue-refused fail']],
    ['dropped by a bug', before(), after({ dropped: { unintentionally_dropped_series: 3, dropped_series: 900 } }), ['queue-dropped fail']],
    ['dropped for its age', before({ dropped: { too_old: 1 } }), after({ dropped: { too_old: 4 } }), ['queue-dropped fail']],
    ['left out on purpose', before(), after({ dropped: { dropped_series: 900 } }), ['queues-flow pass']],
    ['dropped, by a version that does not say why', before(), after({ dropped: { '': 9 } }), ['queues-flow pass', 'queue-dropped warn']],
    ['dropped more often than it told before: made anew', before({ dropped: { too_old: 4 } }), after(), ['queue-new pending']],
    ['far behind and catching up', before({ sentAt: time(-300) }), after({ sentAt: time(-240), pending: 9000 }), ['queue-behind pending']],
    ['far behind and no faster than time', before({ sentAt: time(-300) }), after({ sentAt: time(-285), pending: 9000 }), ['queue-falls-behind fail']],
    ['a little behind and no faster', before({ sentAt: time(-40) }), after({ sentAt: time(-26), pending: 9000 }), ['queue-falls-behind pending']],
    ['a sample of next year was sent', before({ sentAt: time(3e7) }), after({ sentAt: time(3e7) }), ['queue-future inconclusive']],
    ['a sample of next year was seen: it makes nobody late', before({}, { seenAt: time(3e7) }), after({}, { seenAt: time(3e7) }), ['queues-flow pass']],
    ['reloaded: counters back', before({ attempts: 9000 }), after(), ['queue-new pending']],
    ['reloaded: another name', before({ remoteName: 'a1b2c3' }), after({ remoteName: 'd4e5f6' }), ['queue-new pending', 'queue-new pending']],
    ['restarted, though its counters look like growth', before({ attempts: 0 }, { startedAt: time(-500) }), after({}, { startedAt: time(5) }), ['queue-new pending']],
    ['2.22: what arrived is counted, not what was tried', before({ attempts: undefined!, succeeded: 10, acceptedAt: undefined! }), after({ attempts: undefined!, succeeded: 500, acceptedAt: undefined! }), ['queues-flow pass']],
    ['without a queue', before({}, { queues: [] }), after({}, { queues: [] }), []],
  ];
  test.each(table)('%s', (_name, first, second, expected) => expect(brief(judge(first, second))).toEqual(expected));

  test('all shards in use and more wanted is said', () => {
    expect(judge(before({ sentAt: time(-300) }), after({ sentAt: time(-240), pending: 9000, shards: 50, shardsDesired: 80.5 }))).toMatchObject([{ params: { isCapped: true, etaMs: 83_333.33333333333, pace: 4 } }]);
  });

  test('lag is by the clock where a sample of the future was seen', () => {
    expect(judge(before(), after({ failed: 900 }, { seenAt: time(3e7) }))).toMatchObject([{ params: { lagMs: 3000 } }]);
  });

  test('an alert that would fire is not called silent', () => {
    const [found] = judge(before({ sentAt: time(-300) }), after({ sentAt: time(-300), attempts: 2000, retried: 1000 }));
    expect(found).toMatchObject({ code: 'queue-stopped', verdict: 'fail' });
    expect(found!.params).not.toHaveProperty('silentAlertMs');
  });

  test('a process that the change restarted is told with what its counters kept, and is no failure', () => {
    const started = { startedAt: time(-200) };
    const found = judge(before({ failed: 40 }, started), after({ failed: 40 }, started), time(-100));
    expect(brief(found)).toEqual(['queues-flow pass', 'sender-restarted warn', 'queue-refused-earlier warn']);
    expect(found[2]).toMatchObject({ params: { samples: 40 } });
    expect(worstOf(found.map(({ verdict }) => verdict))).toBe('warn');
    expect(brief(judge(before({ failed: 40 }), after({ failed: 40 }), time(-100)))).toEqual(['queues-flow pass']);
  });

  describe('drained', () => {
    const drained = (first: SenderScrape, second: SenderScrape) => brief(judgeDrained([senderOf(first, second)], time(0), question(second.at)));
    test.each<[string, SenderScrape, SenderScrape, string[]]>([
      ['newer than the time has left, and only a batch waits', before(), after(), ['queues-drained pass']],
      ['exactly everything that there is has left, though older', before({ sentAt: time(-20), pending: 0 }, { seenAt: time(-20) }), after({ sentAt: time(-20), attempts: 1000, pending: 0 }, { seenAt: time(-20), appended: 1000 }), ['queues-drained pass']],
      ['nothing for this queue', before({ sentAt: time(-500), pending: 0 }), after({ sentAt: time(-500), attempts: 1000, pending: 0 }), ['queues-drained pass']],
      ['one shard is full: the newest of all shards says nothing of it', before(), after({ enqueueRetries: 1 }), ['queue-drains pending']],
      ['one shard tries a batch again', before(), after({ attempts: 2500, retried: 500 }), ['queue-drains pending']],
      ['the reader is two segments behind', before(), after({}, { walSegment: 7 }), ['queue-drains pending']],
      ['more waits than a batch collects', before(), after({ pending: 2001 }), ['queue-drains pending']],
      ['a fast sender: what comes in five seconds is a batch', before(), after({ attempts: 31_000, pending: 9000 }), ['queues-drained pass']],
      ['dropped while it drains', before(), after({ dropped: { too_old: 1 } }), ['queue-dropped fail']],
    ])('%s', (_name, first, second, expected) => expect(drained(first, second)).toEqual(expected));
  });
});
