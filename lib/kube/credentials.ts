import { readFile } from 'node:fs/promises';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { ClusterAccess } from './access-entry.ts';
import type { ClientCertificate } from './endpoint.ts';
import type { BoughtCredential } from './bought-credential.ts';
import { runExecPlugin } from './exec-credential.ts';

/** What one request shows: an Authorization header, a client certificate, both or neither. */
export interface Identity {
  authorization: string | undefined;
  certificate: ClientCertificate | undefined;
}

/** Where identities come from; plugins and token files give a new one when the old one is used up. */
export interface Credentials {
  current(): Promise<Identity>;
  /**
   * Called after a 401: forgets what was read or bought.
   * @returns false when the next identity could only be the same one
   */
  renew(): boolean;
}

/** The credentials of a kubeconfig's user, by client-go's order: certificate and token first, a plugin only without them. */
export function openCredentials(access: ClusterAccess, context: Context): Credentials {
  const { user } = access;
  const certificate = user.certificate !== undefined && user.key !== undefined ? { certificate: user.certificate, key: user.key } : undefined;
  if (user.tokenFile !== undefined) return fileCredentials(user.tokenFile, user.token, certificate, context);
  if (user.token !== undefined) return fixedCredentials({ authorization: `Bearer ${user.token}`, certificate });
  if (user.username !== undefined) {
    const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return fixedCredentials({ authorization: `Basic ${pair}`, certificate });
  }
  if (user.exec) return boughtCredentials(() => runExecPlugin(user.exec!, access, context), certificate, context);
  if (user.authProvider) {
    const provider = user.authProvider;
    return boughtCredentials(async () => (await import('./oidc-credential.ts')).readOidcToken(provider, user.name), certificate, context);
  }
  return fixedCredentials({ authorization: undefined, certificate });
}

function fixedCredentials(identity: Identity): Credentials {
  return { current: async () => identity, renew: () => false };
}

// client-go reads a token file again after a minute at most: the kubelet writes a new one long before the old one ends.
const tokenFileFreshMs = 60_000;

function fileCredentials(path: string, fallback: string | undefined, certificate: ClientCertificate | undefined, context: Context): Credentials {
  let token: string | undefined;
  let readAtMs = 0;
  return {
    async current() {
      if (token === undefined || context.now().getTime() - readAtMs > tokenFileFreshMs) {
        token = (await readTokenFile(path, fallback ?? token)).trim();
        readAtMs = context.now().getTime();
      }
      return { authorization: `Bearer ${token}`, certificate };
    },
    renew: () => {
      token = undefined;
      return true;
    },
  };
}

async function readTokenFile(path: string, fallback: string | undefined): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (fallback !== undefined) return fallback;
    throw new RetraceError('file.unreadable', { path, detail: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}

function boughtCredentials(buy: () => Promise<BoughtCredential>, certificate: ClientCertificate | undefined, context: Context): Credentials {
  // Kept as a promise: requests that start together share one run of the plugin.
  let bought: Promise<BoughtCredential> | undefined;
  return {
    async current() {
      const known = await bought;
      if (known?.expiresAt !== undefined && known.expiresAt.getTime() <= context.now().getTime()) bought = undefined;
      bought ??= buy().catch((error: unknown) => {
        bought = undefined;
        throw error;
      });
      const credential = await bought;
      const authorization = credential.token === undefined ? undefined : `Bearer ${credential.token}`;
      return { authorization, certificate: credential.certificate ?? certificate };
    },
    renew: () => {
      bought = undefined;
      return true;
    },
  };
}
