import { objectAt, objectsAt, textAt } from '../core/fields.ts';
import { redactText } from '../core/redaction.ts';
import { askApi } from './api.ts';
import type { Endpoint } from './endpoint.ts';

/** A store behind a Thanos Query. */
export interface QueriedStore {
  name: string;
  /** `receive`, `sidecar`, `store`, `rule`, `query`. */
  type: string;
  /** Why it could not be reached the last time; empty when it could. */
  lastError: string;
}

/**
 * The stores behind a Thanos Query. One that it cannot reach it leaves out of its answers without a warning (thanos
 * pkg/query/endpointset.go), and forgets after five minutes (--store.unhealthy-timeout).
 * @throws as askApi
 */
export async function listStores(query: Endpoint): Promise<QueriedStore[]> {
  const { data } = await askApi(query, '/api/v1/stores');
  return Object.keys(objectAt(data) ?? {}).flatMap((type) => objectsAt(data, type).map((store) => ({ name: textAt(store, 'name') ?? '', type, lastError: redactText(textAt(store, 'lastError') ?? '') })));
}

/** Those that it cannot reach, each with why. @throws as askApi */
export async function listLostStores(query: Endpoint): Promise<string[]> {
  return (await listStores(query)).flatMap(({ name, type, lastError }) => (lastError === '' ? [] : [`${type} ${name}: ${lastError}`]));
}
