import { spawn } from 'node:child_process';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { parseJson, stringifyJson } from '../core/json.ts';
import type { ClusterAccess, ExecPlugin } from './access-entry.ts';
import type { BoughtCredential } from './bought-credential.ts';

/**
 * Runs a credential plugin by the client.authentication.k8s.io protocol. Own code because client-node's runs it without
 * KUBERNETES_EXEC_INFO, with a closed stdin (a plugin cannot ask for a password), without the install hint, and never
 * anew after a 401 (client-node 2.0.1, src/exec_auth.ts).
 * @throws RetraceError credentials.plugin when it is not there, fails or answers with something else
 */
export async function runExecPlugin(plugin: ExecPlugin, access: ClusterAccess, context: Context): Promise<BoughtCredential> {
  const interactive = plugin.interactiveMode !== 'Never' && context.streams.stdin.isTTY;
  if (plugin.interactiveMode === 'Always' && !interactive) throw makeError(plugin, 'it asks questions, and there is no terminal');
  const info = stringifyJson({
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(plugin.provideClusterInfo ? { cluster: describeCluster(access, plugin.clusterConfig) } : {}) },
  });
  const { code, stdout, stderr } = await runCommand(plugin, { ...context.env, ...plugin.env, KUBERNETES_EXEC_INFO: info }, interactive, context);
  if (code !== 0) throw makeError(plugin, `exit code ${code ?? 'unknown'}: ${stderr.trim().slice(-400)}`);
  return readCredential(plugin, stdout);
}

function describeCluster({ endpoint }: ClusterAccess, config: unknown): Record<string, unknown> {
  const { server, tlsServerName, certificateAuthority, insecureSkipTlsVerify, proxyUrl } = endpoint;
  return {
    server,
    'tls-server-name': tlsServerName,
    'insecure-skip-tls-verify': insecureSkipTlsVerify || undefined,
    'certificate-authority-data': certificateAuthority === undefined ? undefined : Buffer.from(certificateAuthority).toString('base64'),
    'proxy-url': proxyUrl,
    config,
  };
}

interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

function runCommand(plugin: ExecPlugin, env: NodeJS.ProcessEnv, interactive: boolean, context: Context): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // The plugin's own words go to the person only where it may hold a conversation; otherwise they are for the error.
    const stdio = [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'] as const;
    const child = spawn(plugin.command, plugin.args, { env, cwd: context.cwd, stdio: [...stdio], signal: context.signal });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: Error & { code?: string }) => {
      if (context.signal.aborted) return reject(context.signal.reason);
      reject(makeError(plugin, error.code === 'ENOENT' ? 'not found' : error.message, error));
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

function readCredential(plugin: ExecPlugin, stdout: string): BoughtCredential {
  let answer: unknown;
  try {
    answer = parseJson(stdout);
  } catch (error) {
    throw makeError(plugin, 'its answer is not JSON', error);
  }
  const { apiVersion, status } = (answer ?? {}) as { apiVersion?: unknown; status?: Record<string, unknown> };
  if (apiVersion !== plugin.apiVersion) throw makeError(plugin, `it answers in ${String(apiVersion)}, the kubeconfig says ${plugin.apiVersion}`);
  const token = textOf(status?.['token']);
  const certificate = textOf(status?.['clientCertificateData']);
  const key = textOf(status?.['clientKeyData']);
  if (token === undefined && (certificate === undefined || key === undefined)) throw makeError(plugin, 'it gave neither a token nor a client certificate');
  const expires = new Date(textOf(status?.['expirationTimestamp']) ?? Number.NaN);
  return {
    token,
    certificate: certificate !== undefined && key !== undefined ? { certificate, key } : undefined,
    expiresAt: Number.isNaN(expires.getTime()) ? undefined : expires,
  };
}

function makeError(plugin: ExecPlugin, detail: string, cause?: unknown): RetraceError {
  const command = [plugin.command, ...plugin.args].join(' ');
  return new RetraceError('credentials.plugin', { command, detail, hint: plugin.installHint }, { cause });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
