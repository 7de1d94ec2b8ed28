import http, { type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import type { ClientCertificate, Endpoint, Wire, WireRequest, WireResponse } from './endpoint.ts';

/** The way for what fetch cannot do or must not do (transport.ts): node:https, through a tunnel where there is a proxy. */
export function openNodeWire(endpoint: Endpoint, certificate: ClientCertificate | undefined, proxy: URL | undefined): Wire {
  const secure = endpoint.server.startsWith('https:');
  const tls = {
    ca: endpoint.certificateAuthority,
    cert: certificate?.certificate,
    key: certificate?.key,
    servername: endpoint.tlsServerName,
    rejectUnauthorized: !endpoint.insecureSkipTlsVerify,
  };
  const closing = new AbortController();
  const agent = openAgent(secure ? tls : undefined, proxy, closing.signal);
  const options = secure ? { agent, ...tls } : { agent };
  const close = () => {
    agent.destroy();
    closing.abort();
  };
  return { send: (request) => sendOnce(secure ? https.request : http.request, request, options), close };
}

/** @param closing ends a question to the proxy that is still open: it would keep the process alive */
function openAgent(tls: https.AgentOptions | undefined, proxy: URL | undefined, closing: AbortSignal): http.Agent {
  if (proxy === undefined) return tls ? new https.Agent({ keepAlive: true, ...tls }) : new http.Agent({ keepAlive: true });
  if (proxy.protocol.startsWith('socks')) {
    // As in Go the proxy resolves the name, which is what the h says to this package.
    return new SocksProxyAgent(proxy.href.replace(/^socks5:/, 'socks5h:'), { keepAlive: true });
  }
  const proxyRequestOptions: http.RequestOptions = { signal: closing };
  const options = { keepAlive: true, proxy: proxy.href, proxyRequestOptions };
  return tls ? new HttpsProxyAgent({ ...options, ...tls }) : new HttpProxyAgent(options);
}

function sendOnce(open: typeof https.request, request: WireRequest, options: RequestOptions): Promise<WireResponse> {
  const { method, url, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = open(url, { ...options, method, headers: collectHeaders(headers, body) }, (incoming) => resolve(wrapIncoming(incoming)));
    const abort = () => outgoing.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    outgoing.on('error', reject);
    outgoing.on('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    outgoing.end(body);
  });
}

/**
 * Node writes an array as one header line for each value. The length is named by us: without it Bun sends the body of a
 * DELETE unannounced (Bun 1.4.5, measured), and the server deletes without ever seeing the preconditions in it.
 */
function collectHeaders(headers: [string, string][], body: string | undefined): Record<string, string | string[]> {
  const collected: Record<string, string | string[]> = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  for (const [name, value] of headers) {
    const before = collected[name];
    collected[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return collected;
}

// No Accept-Encoding is sent on this way, so nothing comes packed.
function wrapIncoming(incoming: IncomingMessage): WireResponse {
  return {
    status: incoming.statusCode ?? 0,
    header: (name) => {
      const value = incoming.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    async readText() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks).toString('utf8');
    },
    async *readBytes() {
      for await (const chunk of incoming) yield chunk as Uint8Array;
    },
  };
}
