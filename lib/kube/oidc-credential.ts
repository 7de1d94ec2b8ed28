import type { RequestOptions } from 'node:https';
import { RetraceError } from '../core/errors.ts';
import type { UserEntry } from './access-entry.ts';
import type { BoughtCredential } from './bought-credential.ts';

/**
 * A token of the old `auth-provider: oidc` form, renewed at the identity provider by client-node when it has expired.
 * client-node is loaded here and nowhere on the usual way: it costs 20 ms of every start (measured).
 * @throws RetraceError credentials.plugin for another provider (kubectl 1.26 took gcp and azure out) or a failed renewal
 */
export async function readOidcToken(provider: NonNullable<UserEntry['authProvider']>, userName: string): Promise<BoughtCredential> {
  const command = `auth-provider ${provider.name}`;
  if (provider.name !== 'oidc') throw new RetraceError('credentials.plugin', { command, detail: 'this provider is no part of kubectl since 1.26', hint: '' });
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server: 'https://unused.invalid' }],
    users: [{ name: userName, authProvider: provider }],
    contexts: [{ name: 'context', cluster: 'cluster', user: userName }],
    currentContext: 'context',
  });
  const options: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new RetraceError('credentials.plugin', { command, detail: error instanceof Error ? error.message : String(error), hint: '' }, { cause: error });
  }
  const headers = options.headers as Record<string, string>;
  const token = headers['Authorization']?.replace(/^Bearer /, '');
  if (token === undefined) throw new RetraceError('credentials.plugin', { command, detail: 'the token has expired and cannot be renewed', hint: '' });
  return { token, certificate: undefined, expiresAt: readExpiry(token) };
}

function readExpiry(token: string): Date | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
  } catch {
    // Not every provider's token is a JWT; without a known end it is good until the server says 401.
    return undefined;
  }
}
