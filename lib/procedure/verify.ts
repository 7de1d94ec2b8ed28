import type { AnyCheck, CheckResult } from '../checks/check.ts';
import { lookOnce } from '../checks/look.ts';
import { checks } from '../checks/registry.ts';
import { exitCodeOf, worstOf } from '../checks/verdict.ts';
import type { Verdict } from '../checks/verdict.ts';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { ExitCode } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import { sleep } from '../core/time.ts';
import { readClusterRef } from '../kube/cluster-identity.ts';
import type { ClusterRef } from '../kube/cluster-identity.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection } from '../kube/types.ts';

export interface VerifyRequest {
  /** Undefined for all. */
  namespaces: readonly string[] | undefined;
  /** RFC 3339. */
  since?: string;
  run?: string;
  /** Only these checks; all when empty. */
  only: readonly string[];
  /** Only these decide; those that can be decided now when empty. */
  gate: readonly string[];
  /** Every check decides, and a warning counts as a failure. */
  strict: boolean;
  stableForMs: number;
  /** PromQL: the series whose continuity is looked at. */
  series: string;
  /** Look again until everything that decides is decided; undefined: look once. */
  wait?: WaitRequest;
}

export interface WaitRequest {
  timeoutMs: number;
  /** How long all that decides must stay well, one look after the other. */
  forMs: number;
  onLook(seen: Verification): void;
}

/** What was seen of one cluster. */
export interface Verification {
  cluster: ClusterRef;
  namespaces?: readonly string[];
  since?: string;
  run?: string;
  /** The server's time of the look, RFC 3339. */
  now: string;
  verdict: Verdict;
  exitCode: ExitCode;
  checks: CheckResult[];
}

const betweenLooksMs = 2000;

/** @throws verify.unknown-check naming the flag */
export function chooseChecks(flag: string, names: readonly string[]): AnyCheck[] {
  const known = checks.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RetraceError('verify.unknown-check', { flag, name: unknown, near: nearNames(unknown, known), known });
  return checks.filter(({ name }) => names.includes(name));
}

/**
 * Looks at the cluster until what decides is decided, or once. Ends early with a failure: it does not become well by waiting.
 * @throws verify.unknown-check; server.unreachable and credentials.* when nothing at all can be looked at
 */
export async function verify(request: VerifyRequest, connection: Connection, context: Context): Promise<Verification> {
  const chosen = request.only.length > 0 ? chooseChecks('--check', request.only) : checks;
  const gating = chooseChecks('--gate', request.gate);
  const isGating = (check: AnyCheck) => request.strict || (request.gate.length > 0 ? gating.includes(check) : check.decides === 'now');
  const cluster = await readClusterRef(connection);
  const startedMs = serverNowMs(connection, context);
  const look = async (): Promise<Verification> => {
    const results = await lookOnce({ ...request, checks: chosen, isGating }, connection, context);
    return conclude(results.map((result) => judgeStrictly(result, request.strict)), request, cluster, new Date(serverNowMs(connection, context)).toISOString());
  };
  let wellSinceMs: number | undefined;
  for (;;) {
    const seen = await look();
    if (request.wait === undefined) return seen;
    request.wait.onLook(seen);
    const nowMs = Date.parse(seen.now);
    wellSinceMs = seen.exitCode === 0 ? (wellSinceMs ?? nowMs) : undefined;
    const isDecided = seen.exitCode === 0 ? nowMs - wellSinceMs! >= request.wait.forMs : seen.exitCode !== 8;
    if (isDecided || nowMs - startedMs >= request.wait.timeoutMs) return isDecided ? seen : { ...seen, exitCode: seen.exitCode === 0 ? 8 : seen.exitCode };
    await sleep(betweenLooksMs, context.signal);
    context.signal.throwIfAborted();
  }
}

/** What many checks say together. Pure. */
export function conclude(results: readonly CheckResult[], { namespaces, since, run }: Pick<VerifyRequest, 'namespaces' | 'since' | 'run'>, cluster: ClusterRef, now: string): Verification {
  const gating = results.filter((result) => result.gating).map(({ verdict }) => verdict);
  return {
    cluster,
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(since === undefined ? {} : { since }),
    ...(run === undefined ? {} : { run }),
    now,
    verdict: worstOf(gating),
    exitCode: exitCodeOf(gating),
    checks: [...results],
  };
}

function judgeStrictly(result: CheckResult, strict: boolean): CheckResult {
  return strict && result.verdict === 'warn' ? { ...result, verdict: 'fail' } : result;
}
