import type { Impersonation } from './access-entry.ts';
import type { KubeRequest } from './types.ts';

/** Path and query of a request below the server's base URL; members without a value are left out. */
export function makeUrl(server: string, { path, query }: Pick<KubeRequest, 'path' | 'query'>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) search.append(key, String(value));
  return search.size === 0 ? `${server}${path}` : `${server}${path}?${search}`;
}

/** The header lines of one request. */
export function makeHeaders(request: KubeRequest, authorization: string | undefined, userAgent: string, impersonation: Impersonation): [string, string][] {
  const headers: [string, string][] = [
    ['Accept', request.accept ?? 'application/json'],
    ['User-Agent', userAgent],
  ];
  if (request.body !== undefined) headers.push(['Content-Type', request.contentType ?? 'application/json']);
  if (authorization !== undefined) headers.push(['Authorization', authorization]);
  if (impersonation.user !== undefined) headers.push(['Impersonate-User', impersonation.user]);
  if (impersonation.uid !== undefined) headers.push(['Impersonate-Uid', impersonation.uid]);
  for (const group of impersonation.groups) headers.push(['Impersonate-Group', group]);
  for (const [key, values] of Object.entries(impersonation.extra)) {
    for (const value of values) headers.push([`Impersonate-Extra-${encodeURIComponent(key)}`, value]);
  }
  return headers;
}

/** Texts of `Warning` headers (`299 - "text"`), which fetch joins into one. */
export function readWarnings(header: string | undefined): string[] {
  return [...(header ?? '').matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}
