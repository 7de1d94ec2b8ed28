import { sleep } from '../core/time.ts';
import type { Context } from '../core/context.ts';
import { isError } from '../core/errors.ts';
import type { KubeFlags } from './access-entry.ts';
import { openExchange, type Exchange } from './exchange.ts';
import { failureOf } from './failures.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { hasNoEffect, waitBeforeRetry } from './retry.ts';
import type { Connection, KubeRequest, KubeResponse } from './types.ts';

const defaultTimeoutMs = 30_000;

/**
 * Chooses cluster and user (kubeconfig, flags, in-cluster) and gives the way to its API server. Nothing is sent yet.
 * @param flagsForHints see Connection
 * @throws RetraceError kubeconfig.* or file.unreadable
 */
export async function connect(flags: KubeFlags, context: Context, flagsForHints = ''): Promise<Connection> {
  const access = await loadKubeconfig(flags, context);
  const limitMs = flags.requestTimeoutMs ?? defaultTimeoutMs;
  const exchange = openExchange(access, context, { userAgent: flags.userAgent ?? 'retrace', timeoutMs: limitMs === 0 ? Infinity : limitMs });
  const { contextName, named = {}, namespace, endpoint, user } = access;
  const isCertificateUnchecked = endpoint.insecureSkipTlsVerify && endpoint.server.startsWith('https:');
  const facts = { contextName, named, flagsForHints, server: endpoint.server, defaultNamespace: namespace, userName: user.name, isCertificateUnchecked };
  return makeConnection(exchange, context, facts, context.signal);
}

type ConnectionFacts = Pick<Connection, 'contextName' | 'named' | 'flagsForHints' | 'server' | 'defaultNamespace' | 'userName' | 'isCertificateUnchecked'>;

function makeConnection(exchange: Exchange, context: Context, facts: ConnectionFacts, interrupt: AbortSignal | undefined): Connection {
  return {
    ...facts,
    request: (request) =>
      hasNoEffect(request)
        ? requestUntilDeadline(exchange, context, request, interrupt)
        : exchange.send(request, exchange.startLimit(), undefined),
    stream: (request) => exchange.open(request, interrupt),
    upgrade: (request) => exchange.upgrade(request, interrupt),
    clockOffsetMs: exchange.clockOffsetMs,
    uninterrupted: () => makeConnection(exchange, context, facts, undefined),
    close: exchange.close,
  };
}

async function requestUntilDeadline(exchange: Exchange, context: Context, request: KubeRequest, interrupt: AbortSignal | undefined): Promise<KubeResponse> {
  const endMs = exchange.startLimit();
  let before: unknown;
  for (let attempt = 0; ; attempt++) {
    try {
      return await exchange.send(request, endMs, interrupt);
    } catch (error) {
      // The limit cut the last of several attempts: what went wrong before says more than that it took too long.
      if (before !== undefined && failureOf(error)?.reason === 'Timeout') throw before;
      before = error;
      // A certificate that has expired, a missing right: no number of attempts helps.
      const failure = isError(error, 'server.unreachable') || isError(error, 'server.error') ? failureOf(error) : undefined;
      const waitMs = failure && request.retry !== 'none' ? waitBeforeRetry(failure, attempt, exchange.hasAnswered(), context.random()) : undefined;
      if (waitMs === undefined || context.now().getTime() + waitMs >= endMs) throw error;
      // When it is aborted in its sleep, the next attempt says so before it sends anything.
      await sleepUntilAborted(waitMs, [interrupt, request.signal]);
    }
  }
}

function sleepUntilAborted(durationMs: number, signals: (AbortSignal | undefined)[]): Promise<void> {
  const live = signals.filter((signal) => signal !== undefined);
  return live.length > 1 ? sleep(durationMs, AbortSignal.any(live)) : sleep(durationMs, live[0]);
}
