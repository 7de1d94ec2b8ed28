import { resolve } from 'node:path';
import { RetraceError } from '../core/errors.ts';
import type { KubeFlags } from './access-entry.ts';
import type { Endpoint } from './endpoint.ts';
import { readNamedFile, resolveEntryPath, type NamedEntry } from './kubeconfig-file.ts';

export type Entry = NamedEntry;

/** The `cluster` entry of a kubeconfig with kubectl's flags laid over it. */
export async function readClusterEntry(entry: Entry, flags: KubeFlags, cwd: string, path: string): Promise<Endpoint> {
  const { fields } = entry;
  const server = flags.server ?? fields['server'];
  if (typeof server !== 'string' || server === '') throw new RetraceError('kubeconfig.broken', { path, detail: 'the cluster has no server' });
  const parsed = URL.canParse(server) ? new URL(server) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new RetraceError('kubeconfig.broken', { path, detail: `${server} is not an http or https URL` });
  }
  const insecure = flags.insecureSkipTlsVerify ?? (flags.certificateAuthority === undefined && fields['insecure-skip-tls-verify'] === true);
  const certificateAuthority = flags.insecureSkipTlsVerify ? undefined : await readAuthority(entry, flags, cwd, path);
  if (insecure && certificateAuthority !== undefined) {
    throw new RetraceError('kubeconfig.broken', { path, detail: 'certificate-authority and insecure-skip-tls-verify exclude each other' });
  }
  return {
    server: server.replace(/\/+$/, ''),
    certificateAuthority,
    tlsServerName: flags.tlsServerName ?? textOf(fields['tls-server-name']),
    insecureSkipTlsVerify: insecure,
    proxyUrl: textOf(fields['proxy-url']),
  };
}

/** `config` of the extension by which a cluster hands its own settings to an exec plugin. */
export function readExecExtension(entry: Entry): unknown {
  const extensions: unknown = entry.fields['extensions'];
  if (!Array.isArray(extensions)) return undefined;
  const found = (extensions as { name?: unknown; extension?: unknown }[]).find(({ name }) => name === 'client.authentication.k8s.io/exec');
  return found?.extension;
}

async function readAuthority(entry: Entry, flags: KubeFlags, cwd: string, path: string): Promise<string | undefined> {
  if (flags.certificateAuthority !== undefined) return readNamedFile(resolve(cwd, flags.certificateAuthority));
  return readDataOrFile(entry, 'certificate-authority', path);
}

/**
 * PEM from `KEY-data` (base64) or, without it, from the file that `KEY` names.
 * @returns undefined when the entry has neither
 */
export async function readDataOrFile(entry: Entry, key: string, path: string): Promise<string | undefined> {
  const data = textOf(entry.fields[`${key}-data`]);
  if (data !== undefined) {
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (!text.includes('-----BEGIN')) throw new RetraceError('kubeconfig.broken', { path, detail: `${key}-data is not the base64 of a PEM file` });
    return text;
  }
  const file = textOf(entry.fields[key]);
  return file === undefined ? undefined : readNamedFile(resolveEntryPath(entry, file));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
