import type { ClientCertificate, Endpoint, Wire, WireRequest } from './endpoint.ts';
import { openFetchWire } from './fetch-wire.ts';
import { openNodeWire } from './node-wire.ts';

/**
 * One endpoint with one identity, over the wire that is right for each request. Bun's fetch has two habits that an API
 * server must not see (both measured with Bun 1.4.5, held by test/unit/kube/transport.test.ts):
 * - repeated headers become one (`Impersonate-Group: a, b` is one group of that name);
 * - a PUT or DELETE on a kept-alive connection that breaks is sent again, up to six times: after a lost answer our own
 *   write would come back as a conflict with itself.
 * Both go through node:https, which does neither. It knows no proxy, so behind one a PUT or DELETE takes a fetch
 * without kept-alive connections, which cannot repeat it either.
 */
export function openTransport(endpoint: Endpoint, certificate: ClientCertificate | undefined, env: Readonly<Record<string, string | undefined>>): Wire {
  const behindProxy = endpoint.proxyUrl !== undefined || namesProxy(env);
  const opened = new Map<string, Wire>();
  const wire = (name: string, open: () => Wire): Wire => {
    const known = opened.get(name) ?? open();
    opened.set(name, known);
    return known;
  };
  const choose = (request: WireRequest): Wire => {
    const repeatable = request.method === 'PUT' || request.method === 'DELETE';
    if (hasRepeatedHeader(request) || (repeatable && !behindProxy)) return wire('node', () => openNodeWire(endpoint, certificate));
    if (repeatable) return wire('single', () => openFetchWire(endpoint, certificate, false));
    return wire('fetch', () => openFetchWire(endpoint, certificate, true));
  };
  return {
    send: (request) => choose(request).send(request),
    close: () => opened.forEach((each) => each.close()),
  };
}

function hasRepeatedHeader({ headers }: WireRequest): boolean {
  return new Set(headers.map(([name]) => name)).size < headers.length;
}

// Whether NO_PROXY exempts this host is fetch's business: to be wrong here costs one handshake for a write, no more.
function namesProxy(env: Readonly<Record<string, string | undefined>>): boolean {
  return ['https_proxy', 'http_proxy', 'all_proxy'].some((name) => Boolean(env[name] ?? env[name.toUpperCase()]));
}
