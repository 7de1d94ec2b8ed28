import { queryInstant } from '../prometheus/api.ts';
import { listStores, type QueriedStore } from '../prometheus/stores.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { askEach, endpointNeeds, notAsked } from './components.ts';
import type { Asked } from './components.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

export interface QueryFacts extends Asked {
  /** Series of `up` that it gave, of all replicas. */
  series?: number;
  warnings?: string[];
  /** Of a Thanos Query. */
  stores?: QueriedStore[];
}

/** Ready pods that a Query beside them may be expected to see, by namespace and role. */
export interface ReadyStores {
  namespace: string;
  type: string;
  ready: number;
}

/** Of one querier, every replica, raw, and with what is missing told instead of refused (verify of Thanos: pkg/api/query/v1.go). */
const thanosQuery = { dedup: 'false', partial_response: 'true', max_source_resolution: '0s' };

/**
 * Every Prometheus and Thanos Query answers a real query without a warning, and every store behind a Query is reached. A lost
 * store is dropped from later answers without any warning (thanos pkg/query/endpointset.go): only the list of stores shows it.
 */
export const query = defineCheck({
  name: 'query',
  decides: 'now',
  sources: ['thanos-io/thanos pkg/query/endpointset.go', 'thanos-io/thanos docs/components/query.md (partial response)', 'prometheus/prometheus web/api/v1/api.go'],
  needs: endpointNeeds,
  async observe(scene): Promise<{ components: QueryFacts[]; ready: ReadyStores[] }> {
    const components = await askEach(scene, ['prometheus', 'query'], async (endpoint, { role }) => {
      const isThanos = role === 'query';
      const [{ samples, warnings }, stores] = await Promise.all([queryInstant(endpoint, 'count(up)', isThanos ? thanosQuery : {}), isThanos ? listStores(endpoint) : undefined]);
      return { series: samples[0]?.value ?? 0, warnings, ...(stores === undefined ? {} : { stores }) };
    });
    const stores = (await scene.components()).filter(({ ready, hasStoreApi }) => ready && hasStoreApi);
    const ready = new Map<string, ReadyStores>();
    for (const { namespace, role } of stores) {
      const known = ready.get(`${namespace}/${role}`);
      ready.set(`${namespace}/${role}`, { namespace, type: role, ready: (known?.ready ?? 0) + 1 });
    }
    return { components, ready: [...ready.values()] };
  },
  judge({ components, ready }, question) {
    const failed = components.flatMap((component) => judgeRefusal(component, question));
    const others = notAsked(components.filter((component) => judgeRefusal(component, question).length === 0));
    const answered = components.filter(({ error }) => error === undefined);
    const found = [...failed, ...others, ...answered.flatMap((component) => judgeAnswer(component, ready, question))];
    if (answered.length === 0 || found.some(({ verdict }) => verdict !== 'warn')) return found;
    return [...found, finding('queries-answered', 'pass', { components: answered.length, stores: new Set(answered.flatMap(({ stores = [] }) => stores.map(({ name }) => name))).size })];
  },
});

/** Fails when it says itself that it cannot answer; one that cannot be reached proves nothing. */
function judgeRefusal({ error, ...place }: QueryFacts, question: Question): Finding[] {
  if (error?.code !== 'endpoint.refused') return [];
  const { status, detail } = error.params as { status: number; detail: string };
  return status >= 500 ? [finding('query-failed', 'fail', { component: nameFor(place, question), status, detail })] : [];
}

function judgeAnswer({ series = 0, warnings = [], stores, ...place }: QueryFacts, ready: readonly ReadyStores[], question: Question): Finding[] {
  const component = nameFor(place, question);
  if (stores?.length === 0) return [finding('query-storeless', 'fail', { component })];
  const lost = (stores ?? []).filter(({ lastError }) => lastError !== '').map(({ name, type, lastError }) => finding('store-lost', 'inconclusive', { component, store: name, type, detail: lastError }));
  const warned = warnings.length > 0 ? [finding('query-warned', 'inconclusive', { component, warnings })] : [];
  const expected = stores === undefined ? [] : ready.filter(({ namespace }) => namespace === place.namespace);
  // Of a store that is dead for five minutes nothing else is left (--store.unhealthy-timeout). A ruler need not be queried.
  const fewer = expected.flatMap(({ type, ready }) => {
    const seen = stores!.filter((store) => store.type === type).length;
    return seen < ready ? [finding('stores-fewer', type === 'rule' && seen === 0 ? 'warn' : 'inconclusive', { component, type, seen, ready })] : [];
  });
  const empty = series === 0 && [...lost, ...warned, ...fewer].length === 0 ? [finding('query-empty', 'warn', { component })] : [];
  return [...lost, ...warned, ...fewer, ...empty];
}
