import { expect, test } from 'vitest';
import { query } from '../../../lib/checks/query.ts';
import type { QueryFacts, ReadyStores } from '../../../lib/checks/query.ts';

const question = { now: '2026-11-22T03:10:00Z', namespace: 'monitoring', stableForMs: 30_000 };
const well: QueryFacts = { role: 'query', name: 'query-0', namespace: 'monitoring', way: 'port-forward', series: 4, warnings: [], stores: [{ name: '10.0.0.1:10901', type: 'receive', lastError: '' }] };
const server: QueryFacts = { role: 'prometheus', name: 'prometheus-0', namespace: 'monitoring', way: 'port-forward', series: 2, warnings: [] };
const receives = (ready: number, namespace = 'monitoring'): ReadyStores => ({ namespace, type: 'receive', ready });
const refused = (status: number): QueryFacts => ({ role: 'query', name: 'query-0', namespace: 'monitoring', error: { code: 'endpoint.refused', params: { status, detail: 'no' } } });

const cases: [string, QueryFacts[], ReadyStores[], { code: string; verdict: string; params?: object }[]][] = [
  ['none there', [], [receives(1)], []],
  ['all well', [well, server], [receives(1)], [{ code: 'queries-answered', verdict: 'pass', params: { components: 2, stores: 1 } }]],
  ['a store that was lost', [{ ...well, stores: [...well.stores!, { name: 'x:1', type: 'store', lastError: 'refused' }] }, server], [], [{ code: 'store-lost', verdict: 'inconclusive', params: { component: 'query-0', store: 'x:1', type: 'store', detail: 'refused' } }]],
  ['a warning in the answer', [{ ...well, warnings: ['partial'] }], [], [{ code: 'query-warned', verdict: 'inconclusive' }]],
  ['a store that nobody talks of any more', [well], [receives(2)], [{ code: 'stores-fewer', verdict: 'inconclusive', params: { component: 'query-0', type: 'receive', seen: 1, ready: 2 } }]],
  ['stores of another namespace are not expected', [well], [receives(1), receives(3, 'other')], [{ code: 'queries-answered', verdict: 'pass' }]],
  ['a ruler that is not queried', [well], [{ namespace: 'monitoring', type: 'rule', ready: 1 }], [{ code: 'stores-fewer', verdict: 'warn' }, { code: 'queries-answered', verdict: 'pass' }]],
  ['no store at all', [{ ...well, stores: [], series: 0 }], [], [{ code: 'query-storeless', verdict: 'fail' }]],
  ['no series', [{ ...server, series: 0 }], [], [{ code: 'query-empty', verdict: 'warn' }, { code: 'queries-answered', verdict: 'pass' }]],
  ['it answers 503', [refused(503), server], [], [{ code: 'query-failed', verdict: 'fail', params: { component: 'query-0', status: 503, detail: 'no' } }]],
  ['it wants a password', [refused(401), server], [], [{ code: 'not-observed', verdict: 'inconclusive' }]],
  ['it cannot be reached', [{ role: 'query', name: 'q', namespace: 'monitoring', error: { code: 'endpoint.unreachable', params: {} } }], [], [{ code: 'not-observed', verdict: 'inconclusive' }]],
];

test.each(cases)('%s', (_, components, ready, found) => {
  const judged = query.judge({ components, ready } as never, question);
  expect(judged).toMatchObject(found);
  expect(judged).toHaveLength(found.length);
});
