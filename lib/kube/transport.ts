import type { ClientCertificate, Endpoint, Wire, WireRequest } from './endpoint.ts';
import { openFetchWire } from './fetch-wire.ts';
import { openNodeWire } from './node-wire.ts';
import { chooseProxy, hasProxyVariable } from './proxy.ts';

/**
 * One endpoint with one identity, over the wire that is right for each request. Bun's fetch has three habits that an API
 * server must not see (all measured with Bun 1.4.5, held by test/unit/kube/transport.test.ts and proxy.test.ts):
 * - repeated headers become one (`Impersonate-Group: a, b` is one group of that name);
 * - a PUT or DELETE on a kept-alive connection that breaks is sent again, up to six times: after a lost answer our own
 *   write would come back as a conflict with itself;
 * - its own mind about proxies (proxy.ts).
 * What these touch goes through node:https, which has none of them.
 */
export function openTransport(endpoint: Endpoint, certificate: ClientCertificate | undefined, env: Readonly<Record<string, string | undefined>>): Wire {
  const proxy = chooseProxy(endpoint, env);
  const isFetchFree = proxy === undefined && !hasProxyVariable(env);
  const opened = new Map<string, Wire>();
  const wire = (name: string, open: () => Wire): Wire => {
    const known = opened.get(name) ?? open();
    opened.set(name, known);
    return known;
  };
  const choose = (request: WireRequest): Wire => {
    const isRepeatable = request.method === 'PUT' || request.method === 'DELETE';
    if (!isFetchFree || isRepeatable || hasRepeatedHeader(request)) return wire('node', () => openNodeWire(endpoint, certificate, proxy));
    return wire('fetch', () => openFetchWire(endpoint, certificate));
  };
  return {
    send: (request) => choose(request).send(request),
    close: () => opened.forEach((each) => each.close()),
  };
}

function hasRepeatedHeader({ headers }: WireRequest): boolean {
  return new Set(headers.map(([name]) => name)).size < headers.length;
}
