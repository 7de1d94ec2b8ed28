import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { stringifyJson } from '../core/json.ts';
import type { ClusterAccess } from './access-entry.ts';
import { readBody, readRefusalBody } from './body.ts';
import { describeExpiry, findBrokenPem } from './certificate.ts';
import { openCredentials, type Identity } from './credentials.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import type { ClientCertificate, Wire, WireResponse } from './endpoint.ts';
import { makeHeaders, makeUrl, readWarnings } from './headers.ts';
import { makeNetworkError, makeTimeoutError } from './network-error.ts';
import { chooseProxy, nameProxy } from './proxy.ts';
import { hasNoEffect } from './retry.ts';
import { makeStatusError } from './status.ts';
import { openWebSocket, type UpgradeRequest } from './upgrade.ts';
import { openTransport } from './transport.ts';
import type { KubeRequest, KubeResponse } from './types.ts';

export interface ExchangeOptions {
  userAgent: string;
  /** Infinity = no limit. */
  timeoutMs: number;
}

/** One request, one answer, with our identity; errors are expected errors. Knows nothing of retries. */
export interface Exchange {
  /** When a request that starts now must be over: milliseconds since the epoch. */
  startLimit(): number;
  send(request: KubeRequest, endMs: number, interrupt: AbortSignal | undefined): Promise<KubeResponse>;
  open(request: KubeRequest, interrupt: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>>;
  upgrade(request: UpgradeRequest, interrupt: AbortSignal | undefined): Promise<WebSocket>;
  hasAnswered(): boolean;
  clockOffsetMs(): number;
  close(): void;
}

/** Opens the way to one API server as one user. */
export function openExchange(access: ClusterAccess, context: Context, options: ExchangeOptions): Exchange {
  const { endpoint, user, impersonation } = access;
  const credentials = openCredentials(access, context);
  const proxy = chooseProxy(endpoint, context.env);
  let wire: { certificate: ClientCertificate | undefined; wire: Wire } | undefined;
  let shown: ClientCertificate | undefined;
  let answered = false;
  let offsetMs = 0;
  const nowMs = () => context.now().getTime();

  const wireFor = (certificate: ClientCertificate | undefined): Wire => {
    // A plugin may hand out a new certificate: connections that carry the old one must not be used for it.
    if (wire?.certificate?.certificate !== certificate?.certificate) {
      wire?.wire.close();
      wire = undefined;
    }
    wire ??= { certificate, wire: openTransport(endpoint, certificate, context.env) };
    return wire.wire;
  };

  const ask = async (request: KubeRequest, identity: Identity, signal: AbortSignal): Promise<WireResponse> => {
    const headers = makeHeaders(request, identity.authorization, options.userAgent, impersonation);
    const body = request.body === undefined ? undefined : stringifyJson(request.body);
    const sentMs = nowMs();
    shown = identity.certificate;
    const response = await wireFor(identity.certificate).send({ method: request.method, url: makeUrl(endpoint.server, request), headers, body, signal });
    answered = true;
    // The header has whole seconds: on average the server's clock stood half a second further.
    const dateMs = Date.parse(response.header('date') ?? '');
    if (!Number.isNaN(dateMs)) offsetMs = Math.round(dateMs + 500 - (sentMs + nowMs()) / 2);
    return response;
  };

  const refuse = async (request: KubeRequest, response: WireResponse): Promise<RetraceError> => {
    const text = await response.readText().catch(() => '');
    const answer = { status: response.status, body: readRefusalBody(text), retryAfter: response.header('retry-after') };
    const credentialDetail = response.status === 401 ? describeExpiry(shown, context.now()) : undefined;
    return makeStatusError(request, answer, !hasNoEffect(request), { server: endpoint.server, userName: user.name, credentialDetail });
  };

  /** Sends, and after a 401 once more with a new identity: the API server refuses before it looks at the request. */
  const askAsUser = async (request: KubeRequest, signal: AbortSignal): Promise<WireResponse> => {
    const identity = await credentials.current();
    let response = await ask(request, identity, signal);
    if (response.status === 401 && credentials.renew()) {
      await response.readText().catch(() => '');
      response = await ask(request, await credentials.current(), signal);
    }
    if (response.status >= 200 && response.status < 300) return response;
    throw await refuse(request, response);
  };

  const explain = (request: KubeRequest, error: unknown, deadline: Deadline): unknown => {
    if (deadline.isOver()) return makeTimeoutError(request, options.timeoutMs, !hasNoEffect(request), { server: endpoint.server, proxy: proxy && nameProxy(proxy) });
    if (deadline.signal.aborted) return deadline.signal.reason;
    if (error instanceof RetraceError) return error;
    const pem = findBrokenPem(endpoint, shown);
    if (pem !== undefined) return new RetraceError('kubeconfig.broken', { path: access.source, detail: `${pem} is not PEM` }, { cause: error });
    const failure = makeNetworkError(request, error, !hasNoEffect(request), { server: endpoint.server, user: user.name, proxy: proxy && nameProxy(proxy) });
    const detail = describeExpiry(shown, context.now());
    if (detail === undefined) return failure;
    return new RetraceError('credentials.rejected', { server: endpoint.server, user: user.name, detail }, { cause: failure.cause });
  };

  return {
    startLimit: () => nowMs() + options.timeoutMs,
    hasAnswered: () => answered,
    clockOffsetMs: () => offsetMs,
    close: () => wire?.wire.close(),
    async send(request, endMs, interrupt) {
      const deadline = startDeadline(endMs - nowMs(), [interrupt, request.signal]);
      try {
        deadline.signal.throwIfAborted();
        const response = await askAsUser(request, deadline.signal);
        const date = new Date(response.header('date') ?? Number.NaN);
        return {
          status: response.status,
          body: readBody(response.header('content-type'), await response.readText()),
          serverTime: Number.isNaN(date.getTime()) ? undefined : date,
          warnings: readWarnings(response.header('warning')),
        };
      } catch (error) {
        throw explain(request, error, deadline);
      } finally {
        deadline.release();
      }
    },
    async open(request, interrupt) {
      const deadline = startDeadline(options.timeoutMs, [interrupt, request.signal]);
      try {
        deadline.signal.throwIfAborted();
        const response = await askAsUser(request, deadline.signal);
        deadline.stopTimer();
        return readStream(response, deadline, (error) => explain(request, error, deadline));
      } catch (error) {
        deadline.release();
        throw explain(request, error, deadline);
      }
    },
    async upgrade({ path, query, protocol }, interrupt) {
      // application/json is not acceptable to a server that is to agree to something else (406).
      const request: KubeRequest = { method: 'GET', path, accept: '*/*', ...(query ? { query } : {}) };
      const deadline = startDeadline(options.timeoutMs, [interrupt]);
      try {
        deadline.signal.throwIfAborted();
        const identity = await credentials.current();
        shown = identity.certificate;
        const headers = makeHeaders(request, identity.authorization, options.userAgent, impersonation);
        const socket = await openWebSocket(makeUrl(endpoint.server, request), protocol, headers, endpoint, identity.certificate, context, deadline.signal);
        if (socket) return socket;
        // Without the upgrade the server says what is wrong: a right, a pod that is not there.
        await askAsUser(request, deadline.signal);
        throw new Error(`no WebSocket at ${path}`);
      } catch (error) {
        throw explain(request, error, deadline);
      } finally {
        deadline.release();
      }
    },
  };
}

async function* readStream(response: WireResponse, deadline: Deadline, explain: (error: unknown) => unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* response.readBytes();
  } catch (error) {
    throw explain(error);
  } finally {
    deadline.release();
  }
}
