import { resolve } from 'node:path';
import { RetraceError } from '../core/errors.ts';
import type { ExecPlugin, Impersonation, KubeFlags, UserEntry } from './access-entry.ts';
import { readDataOrFile, readExecExtension, type Entry } from './cluster-entry.ts';
import { readNamedFile, resolveEntryCommand, resolveEntryPath } from './kubeconfig-file.ts';

/**
 * The `user` entry of a kubeconfig with kubectl's flags laid over it. A `--token` stands alone: kubectl would still send
 * the file's client certificate, and the API server would then believe the certificate and never look at the token.
 */
export async function readUserEntry(entry: Entry, name: string, cluster: Entry, flags: KubeFlags, cwd: string, path: string): Promise<UserEntry> {
  if (flags.token !== undefined) return { name: name || 'token', token: flags.token };
  const { fields } = entry;
  const user: UserEntry = { name };
  const readPem = (flag: string | undefined, field: string) => (flag === undefined ? readDataOrFile(entry, field, path) : readNamedFile(resolve(cwd, flag)));
  const certificate = await readPem(flags.clientCertificate, 'client-certificate');
  const key = await readPem(flags.clientKey, 'client-key');
  if ((certificate === undefined) !== (key === undefined)) {
    const lacking = key === undefined ? 'client-key' : 'client-certificate';
    throw new RetraceError('kubeconfig.broken', { path, detail: `user ${name} has no ${lacking}` });
  }
  if (certificate !== undefined && key !== undefined) Object.assign(user, { certificate, key });
  const tokenFile = textOf(fields['tokenFile']);
  Object.assign(user, pickTexts(fields, ['token', 'username', 'password']));
  if (tokenFile !== undefined) user.tokenFile = resolveEntryPath(entry, tokenFile);
  if (isFields(fields['exec'])) user.exec = readExecPlugin(entry, fields['exec'], cluster, name, path);
  if (isFields(fields['auth-provider'])) user.authProvider = readAuthProvider(entry, fields['auth-provider']);
  return user;
}

/** Whom to act as, by flags, else by the kubeconfig. (client-node reads only `as` of the four.) */
export function readImpersonation({ fields }: Entry, flags: KubeFlags): Impersonation {
  const groups = fields['as-groups'];
  const extra = isFields(fields['as-user-extra']) ? fields['as-user-extra'] : {};
  return {
    user: flags.as ?? textOf(fields['as']),
    uid: flags.asUid ?? textOf(fields['as-uid']),
    groups: flags.asGroup ?? (Array.isArray(groups) ? groups.map(String) : []),
    extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, Array.isArray(values) ? values.map(String) : [String(values)]])),
  };
}

function readExecPlugin(entry: Entry, exec: Record<string, unknown>, cluster: Entry, name: string, path: string): ExecPlugin {
  const command = textOf(exec['command']);
  if (command === undefined) throw new RetraceError('kubeconfig.broken', { path, detail: `the exec plugin of user ${name} has no command` });
  const env = (Array.isArray(exec['env']) ? exec['env'] : []) as { name?: unknown; value?: unknown }[];
  const mode = exec['interactiveMode'];
  return {
    apiVersion: textOf(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    command: resolveEntryCommand(entry, command),
    args: Array.isArray(exec['args']) ? exec['args'].map(String) : [],
    env: Object.fromEntries(env.map((variable) => [String(variable.name), String(variable.value ?? '')])),
    installHint: textOf(exec['installHint']) ?? '',
    interactiveMode: mode === 'Never' || mode === 'Always' ? mode : 'IfAvailable',
    provideClusterInfo: exec['provideClusterInfo'] === true,
    clusterConfig: readExecExtension(cluster),
  };
}

function readAuthProvider(entry: Entry, provider: Record<string, unknown>): NonNullable<UserEntry['authProvider']> {
  const config = isFields(provider['config']) ? provider['config'] : {};
  const texts = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]));
  const authority = texts['idp-certificate-authority'];
  if (authority) texts['idp-certificate-authority'] = resolveEntryPath(entry, authority);
  return { name: String(provider['name'] ?? ''), config: texts };
}

function pickTexts(fields: Record<string, unknown>, keys: string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (textOf(fields[key]) === undefined ? [] : [[key, String(fields[key])]])));
}

function isFields(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
