import type { Context } from '../core/context.ts';
import { tlsOf, type ClientCertificate, type Endpoint } from './endpoint.ts';
import { chooseProxy } from './proxy.ts';

export interface UpgradeRequest {
  /** Path below the server's base, starting with `/`. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Subprotocol of the WebSocket. */
  protocol: string;
}

/**
 * Opens a WebSocket to the API server by Bun's own client: it takes our certificates and headers (Bun puts it in the place
 * of the package ws too, which client-node uses).
 * @returns undefined when the server did not agree; what it said, a plain request tells
 * @throws the reason of the signal
 */
export async function openWebSocket(
  url: string,
  protocol: string,
  headers: readonly [name: string, value: string][],
  endpoint: Endpoint,
  certificate: ClientCertificate | undefined,
  { env }: Pick<Context, 'env'>,
  signal: AbortSignal,
): Promise<WebSocket | undefined> {
  const proxy = chooseProxy(endpoint, env);
  const options: Bun.WebSocketOptions = {
    protocols: [protocol],
    headers: Object.fromEntries(headers),
    tls: tlsOf(endpoint, certificate),
    ...(proxy === undefined ? {} : { proxy: proxy.href }),
  };
  const socket = new WebSocket(url.replace(/^http/, 'ws'), options as never);
  return new Promise((resolve, reject) => {
    const stop = () => {
      socket.close();
      reject(signal.reason as Error);
    };
    const settle = (result: WebSocket | undefined) => {
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.addEventListener('open', () => settle(socket), { once: true });
    socket.addEventListener('error', () => settle(undefined), { once: true });
  });
}
