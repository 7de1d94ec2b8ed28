import { expect, test } from 'vitest';
import type { Finding } from '../../../lib/checks/finding.ts';
import { judgeReceivers } from '../../../lib/checks/receive.ts';
import type { ReceiverFacts } from '../../../lib/checks/receive.ts';
import type { ReceiveScrape } from '../../../lib/formats/receive.ts';
import { recordedReceive } from './recorded.ts';

const question = { now: '2026-11-25T03:00:15.000Z', stableForMs: 30_000, namespace: 'thanos' };
const brief = (found: readonly Finding[]) => found.map(({ code, verdict }) => `${code} ${verdict}`);
const receiver = (...scrapes: [ReceiveScrape, ReceiveScrape]): ReceiverFacts => ({ pod: 'receive-0', namespace: 'thanos', scrapes });

test('a recorded receiver that takes all', () => {
  const found = judgeReceivers([receiver(recordedReceive('receive-healthy1'), recordedReceive('receive-healthy2'))], question);
  expect(found).toEqual([{ code: 'receive-accepts', verdict: 'pass', params: { receivers: 1, requests: 10, samples: 20_000, overMs: 15_000 } }]);
});

test('a recorded receiver whose limit refuses all, which no shipped alert looks at', () => {
  const found = judgeReceivers([receiver(recordedReceive('receive-limit-1'), recordedReceive('receive-limit-2'))], question);
  expect(found).toEqual([{ code: 'receive-refuses', verdict: 'fail', params: { receiver: 'receive-0', code: '413', requests: 8, of: 8, overMs: 15_000 } }]);
});

test('a recorded receiver that two agents send the same series: a warning, for the series decide', () => {
  const found = judgeReceivers([receiver(recordedReceive('receive-conflict-1'), recordedReceive('receive-conflict-2'))], question);
  expect(found).toEqual([{ code: 'receive-conflicts', verdict: 'warn', params: { receiver: 'receive-0', code: '409', requests: 4, of: 8, overMs: 15_000 } }]);
});

const scrape = (second: number, answers: Record<string, number>, more: Partial<ReceiveScrape> = {}): ReceiveScrape => ({ at: new Date(Date.parse('2026-11-25T03:00:00Z') + second * 1000).toISOString(), startedAt: '2026-11-25T01:00:00.000Z', answers, samples: { '200': (answers['200'] ?? 0) * 500 }, ...more });
const first = scrape(0, { '200': 100 });

test.each<[string, ReceiveScrape, string[]]>([
  ['well', scrape(15, { '200': 200 }), ['receive-accepts pass']],
  ['some 503 among many', scrape(15, { '200': 200, '503': 5 }), ['receive-errors warn']],
  ['many 503', scrape(15, { '200': 200, '503': 6 }), ['receive-errors fail']],
  ['nothing but 500', scrape(15, { '200': 100, '500': 3 }), ['receive-errors fail']],
  ['a tenant over its limit', scrape(15, { '200': 200, '429': 1 }), ['receive-refuses fail']],
  ['not to be read', scrape(15, { '200': 200, '400': 1 }), ['receive-refuses fail']],
  ['each code by itself', scrape(15, { '200': 200, '409': 1, '413': 1 }), ['receive-conflicts warn', 'receive-refuses fail']],
  ['nothing came', scrape(15, { '200': 100 }), ['receive-quiet inconclusive']],
  ['restarted', scrape(15, { '200': 900 }, { startedAt: '2026-11-25T03:00:05.000Z' }), ['receive-restarted pending']],
  ['counters back', scrape(15, { '200': 1 }), ['receive-restarted pending']],
  ['only earlier errors', scrape(15, { '200': 200 }), ['receive-accepts pass']],
])('%s', (_name, second, expected) => expect(brief(judgeReceivers([receiver(first, second)], question))).toEqual(expected));

test('one of two has no request of its own: senders keep their connections', () => {
  const quiet = receiver(first, scrape(15, { '200': 100 }));
  expect(brief(judgeReceivers([quiet, receiver(first, scrape(15, { '200': 200 }))], question))).toEqual(['receive-accepts pass']);
});

test('none at all: nothing to say', () => expect(judgeReceivers([], question)).toEqual([]));
