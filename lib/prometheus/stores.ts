import { objectAt, objectsAt, textAt } from '../core/fields.ts';
import { redactText } from '../core/redaction.ts';
import { askApi } from './api.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * The stores behind a Thanos Query that it cannot reach, with why. It leaves them out of its answers without a warning
 * (thanos pkg/query/endpointset.go), and forgets them after five minutes (--store.unhealthy-timeout).
 * @throws as askApi
 */
export async function listLostStores(query: Endpoint): Promise<string[]> {
  const { data } = await askApi(query, '/api/v1/stores');
  return Object.keys(objectAt(data) ?? {}).flatMap((type) =>
    objectsAt(data, type).flatMap((store) => {
      const lastError = textAt(store, 'lastError') ?? '';
      return lastError === '' ? [] : [`${type} ${textAt(store, 'name') ?? ''}: ${redactText(lastError)}`];
    }),
  );
}
