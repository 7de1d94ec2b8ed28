import { BlockList, isIP } from 'node:net';
import { RetraceError } from '../core/errors.ts';
import type { Endpoint } from './endpoint.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to an API server, by kubectl's rules: `proxy-url` of the kubeconfig holds whatever NO_PROXY says
 * (client-go: http.ProxyURL); without it HTTPS_PROXY, or HTTP_PROXY for an http server, unless NO_PROXY exempts the host.
 * Own code because neither Bun nor a package has these rules (golang.org/x/net/http/httpproxy): Bun's fetch sends loopback
 * addresses through the proxy and lets NO_PROXY overrule an explicit proxy (1.4.5, measured).
 * @returns undefined for the direct way
 * @throws kubeconfig.broken when it is no URL of a proxy that we can use
 */
export function chooseProxy({ server, proxyUrl }: Pick<Endpoint, 'server' | 'proxyUrl'>, env: Environment): URL | undefined {
  if (proxyUrl !== undefined) return readProxy(proxyUrl, 'proxy-url');
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = read(env, name);
  if (value === '' || isExempt(url, read(env, 'NO_PROXY'))) return undefined;
  return readProxy(value, name);
}

/** True when the environment has a proxy for anything, with which Bun's fetch would have its own way; `proxy: ''` does not stop a FetchSession. */
export function hasProxyVariable(env: Environment): boolean {
  return ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].some((name) => read(env, name) !== '');
}

/** Host and port of a proxy as they may be shown; its URL may hold a password. */
export function nameProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function read(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || '';
}

function readProxy(value: string, source: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') throw new RetraceError('kubeconfig.broken', { path: source, detail: 'it is not the URL of a proxy' });
  if (!/^(https?|socks5h?):$/.test(url.protocol)) {
    throw new RetraceError('kubeconfig.broken', { path: source, detail: `a proxy is reached by http, https or socks5, not by ${url.protocol.slice(0, -1)}` });
  }
  return url;
}

/** By httpproxy's config.useProxy: loopback always; `*`; an address, a network, a name with its subdomains, `.name` for these only; with or without a port. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || isIn(host, '127.0.0.0/8') || host === '::1') return true;
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || isIn(host, entry) || isNamed(host, port, entry));
}

function isIn(host: string, network: string): boolean {
  const [, base, bits] = /^([^/]+)\/(\d+)$/.exec(network) ?? [];
  if (base === undefined || isIP(host) === 0 || isIP(base) !== isIP(host)) return false;
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(base, Math.min(Number(bits), family === 'ipv6' ? 128 : 32), family);
  return list.check(host, family);
}

function isNamed(host: string, port: string, entry: string): boolean {
  const [, bare = entry, wantedPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const name = bare.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  if (name === '' || isIP(host) !== 0) return name === host;
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}
