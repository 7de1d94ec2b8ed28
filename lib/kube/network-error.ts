import { RetraceError, type ErrorParams } from '../core/errors.ts';
import { KubeFailure } from './failures.ts';
import type { KubeRequest } from './types.ts';

type UnreachableKind = ErrorParams['server.unreachable']['kind'];

// Bun's fetch and node:https name the same trouble alike, but their sentences advise on Bun ("pass verbose: true"):
// where we know the code we use our own plain words.
const plainWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke before the answer was complete',
  EPIPE: 'the connection broke while the request was sent',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'the connection timed out',
  EPROTO: 'the TLS handshake failed: the server speaks no TLS here, or wants a client certificate that we do not have',
  FailedToOpenSocket: 'no connection could be opened',
};

// Nothing of the request has left for the server with these.
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'FailedToOpenSocket']);

/** A rejected client certificate shows as an alert in the handshake where a proxy in front of the API server checks it. */
const certificateAlert = /alert (?:certificate|bad certificate|unknown ca)|ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA)|CERTIFICATE_REQUIRED/i;

/** The way that a request took, for the message. */
interface Way {
  server: string;
  proxy: string | undefined;
}

/**
 * The expected error for a request that got no whole answer.
 * @param error what fetch or node:https threw
 */
export function makeNetworkError(request: KubeRequest, error: unknown, isWrite: boolean, { user, ...way }: Way & { user: string }): RetraceError {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const kind = kindOf(code, text);
  const detail = plainWords[code] ?? (code !== '' && !text.includes(code) ? `${text} (${code})` : text);
  const arrived = isWrite && !neverSent.has(code) && kind !== 'tls' && kind !== 'dns';
  const cause = makeFailure(request, code, detail, arrived, error);
  if (certificateAlert.test(text) || certificateAlert.test(code)) {
    return new RetraceError('credentials.rejected', { server: way.server, user, detail }, { cause });
  }
  return new RetraceError('server.unreachable', { ...way, detail, kind }, { cause });
}

/** The expected error for a request that took longer than the request timeout. */
export function makeTimeoutError(request: KubeRequest, timeoutMs: number, isWrite: boolean, way: Way): RetraceError {
  const detail = `no answer to ${request.method} ${request.path} within ${timeoutMs / 1000}s`;
  const cause = makeFailure(request, 'Timeout', detail, isWrite, undefined);
  return new RetraceError('server.unreachable', { ...way, detail, kind: 'timeout' }, { cause });
}

function makeFailure(request: KubeRequest, reason: string, message: string, arrived: boolean, cause: unknown): KubeFailure {
  const { method, path } = request;
  const facts = { method, path, status: undefined, reason, message, causes: [], retryAfterSeconds: undefined, mayHaveArrived: arrived };
  return new KubeFailure(facts, { cause });
}

function kindOf(code: string, text: string): UnreachableKind {
  if (/^(ENOTFOUND|EAI_)|DNS/.test(code)) return 'dns';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (/CERT|SSL|TLS|EPROTO|SIGNED|UNABLE_TO|CRL/.test(code) || /certificate|handshake|TLS/i.test(text)) return 'tls';
  return 'network';
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}
