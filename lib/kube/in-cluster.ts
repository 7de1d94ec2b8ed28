import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Context } from '../core/context.ts';
import type { ClusterAccess, KubeFlags } from './access-entry.ts';
import { readImpersonation } from './user-entry.ts';

// The path is fixed by Kubernetes (service account admission mounts it there).
const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Access by the service account of the pod that we run in. The token file is rotated by the kubelet, so only its path is kept.
 * @returns undefined outside a pod
 */
export async function loadInCluster(flags: KubeFlags, context: Context, directory = accountDirectory): Promise<ClusterAccess | undefined> {
  const host = context.env['KUBERNETES_SERVICE_HOST'];
  const port = context.env['KUBERNETES_SERVICE_PORT'];
  const tokenFile = join(directory, 'token');
  if (!host || !port || (await readIfThere(tokenFile)) === undefined) return undefined;
  const namespace = (await readIfThere(join(directory, 'namespace')))?.trim();
  return {
    contextName: 'in-cluster',
    clusterName: 'in-cluster',
    source: directory,
    namespace: flags.namespace ?? (namespace || 'default'),
    endpoint: {
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      certificateAuthority: await readIfThere(join(directory, 'ca.crt')),
      tlsServerName: flags.tlsServerName,
      insecureSkipTlsVerify: false,
      proxyUrl: undefined,
    },
    user: flags.token === undefined ? { name: 'service account', tokenFile } : { name: 'token', token: flags.token },
    impersonation: readImpersonation({ fields: {}, directory }, flags),
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
