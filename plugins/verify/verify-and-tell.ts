import { formatCommandLine } from '../../lib/cli/command-line.ts';
import { withConnection } from '../../lib/cli/connection.ts';
import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { print, say } from '../../lib/cli/print.ts';
import { parseDuration } from '../../lib/core/durations.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import { quoteForShell } from '../../lib/core/shell.ts';
import { serverNowMs } from '../../lib/kube/server-time.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { findingText, describeVerification, renderExplanation, renderVerification } from '../../lib/output/verify.ts';
import { readSharedRecord, readSharedRun } from '../../lib/procedure/shared-runs.ts';
import { chooseChecks, verify } from '../../lib/procedure/verify.ts';
import type { Verification, VerifyRequest } from '../../lib/procedure/verify.ts';
import { findEmptyNamespace } from '../../lib/procedure/verify-scope.ts';
import type { verifyFlags } from './verify-flags.ts';

type VerifyArgs = ArgsOf<typeof verifyFlags>;

/** Verifies the cluster that the flags name and prints the verdicts. @throws verify.* for what decides and is not well */
export async function verifyAndTell(args: VerifyArgs, env: CommandEnvironment): Promise<void> {
  const [explained] = args.explain === undefined ? [] : chooseChecks('--explain', [args.explain]);
  chooseChecks('--check', args.check ?? []);
  chooseChecks('--gate', args.gate ?? []);
  const sinceText = args.since === undefined ? undefined : readSince(args.since);
  await withConnection(args, env, async (connection) => {
    const request = { ...(await readRequest(args, sinceText, connection, env)), ...(explained ? { only: [explained.name] } : {}) };
    const [namespace] = request.namespaces ?? [];
    const empty = request.namespaces?.length === 1 && args.run === undefined ? await findEmptyNamespace(connection, namespace!, (name) => commandLine(env, ['allNamespaces', 'namespace'], [`-n ${quoteForShell(name)}`])) : undefined;
    if (empty) throw empty;
    const seen = await verify(request, connection, env.context);
    const next = { explain: (check: string) => commandLine(env, notAgain, [`--explain=${check}`]), wait: commandLine(env, ['output', 'wait', 'explain'], ['--wait']) };
    await print(
      {
        document: describeVerification(seen),
        names: seen.checks.map(({ check, verdict }) => `${check}/${verdict}`),
        table: () => (explained ? renderExplanation(seen, seen.checks[0]!, explained.sources, env.messages, env.outStyle) : renderVerification(seen, env.messages, env.outStyle, next)),
      },
      args.output,
      env,
    );
    if (seen.exitCode !== 0) throw failureOf(seen, request, next);
  });
}

// Flags of waiting and of choosing have no part in explaining one check.
const notAgain = ['output', 'wait', 'timeout', 'for', 'check', 'gate', 'strict', 'explain'];

function commandLine(env: CommandEnvironment, without: readonly string[], add: readonly string[]): string {
  return formatCommandLine({ start: 'kubectl verify', words: [], flags: env.command.flags, given: env.given, without, add });
}

/** `10m` (ago) or a time. @throws usage.value */
function readSince(text: string): { agoMs: number } | { at: string } {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return { agoMs };
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(atMs)) throw new RetraceError('usage.value', { flag: '--since', value: text, expected: 'how long ago, as 10m, or a time, as 2026-11-22T03:12:00Z' });
  return { at: new Date(atMs).toISOString() };
}

async function readRequest(args: VerifyArgs, since: ReturnType<typeof readSince> | undefined, connection: Connection, env: CommandEnvironment): Promise<VerifyRequest> {
  const wantsWait = args.wait || args.for !== undefined;
  const common = {
    only: args.check ?? [],
    gate: args.gate ?? [],
    strict: args.strict,
    stableForMs: args.stableFor,
    series: args.series,
    ...(wantsWait ? { wait: { timeoutMs: args.timeout, forMs: args.for ?? 0, onLook: tellLooks(env) } } : {}),
  };
  const given = args.namespace.length > 0 ? args.namespace : [connection.defaultNamespace];
  if (args.run !== undefined) return { ...common, run: args.run, ...(await scopeOfRun(args.run, given[0]!, connection, env)) };
  const at = since === undefined ? undefined : 'at' in since ? since.at : new Date((await serverTime(connection, env)) - since.agoMs).toISOString();
  return { ...common, namespaces: args.allNamespaces ? undefined : [...new Set(given)], ...(at === undefined ? {} : { since: at }) };
}

/** Ages are of the server's clock, which its first answer tells. */
async function serverTime(connection: Connection, env: CommandEnvironment): Promise<number> {
  await connection.request({ method: 'GET', path: '/version' });
  return serverNowMs(connection, env.context);
}

async function scopeOfRun(id: string, namespace: string, connection: Connection, env: CommandEnvironment): Promise<Pick<VerifyRequest, 'namespaces' | 'since'>> {
  const stored = await readSharedRun(id, connection, namespace, env.context);
  const record = await readSharedRecord(stored, connection, env.context);
  const namespaces = [...new Set(record.plan.targets.map(({ object }) => object.namespace).filter((name) => name !== ''))].sort();
  return { namespaces: namespaces.length > 0 ? namespaces : [namespace], since: record.endedAt ?? record.startedAt };
}

/** One line on stderr for each change of a verdict. */
function tellLooks(env: CommandEnvironment): (seen: Verification) => void {
  const told = new Map<string, string>();
  return ({ checks, now }) => {
    for (const { check, verdict, findings } of checks) {
      if (told.get(check) === verdict) continue;
      told.set(check, verdict);
      const [first] = findings;
      const evidence = first === undefined ? env.messages.checks.absent : findingText(first, env.messages, { now: new Date(now) });
      void say(`${check}: ${env.messages.checks.verdict[verdict]}   ${evidence}`, env);
    }
  };
}

function failureOf(seen: Verification, { wait, namespaces }: VerifyRequest, next: { explain(check: string): string; wait: string }): RetraceError {
  const gating = seen.checks.filter((result) => result.gating);
  const named = (verdict: Verification['verdict']) => gating.filter((result) => result.verdict === verdict);
  const names = (verdict: Verification['verdict']) => named(verdict).map(({ check }) => check);
  if (seen.exitCode === 3) return new RetraceError('verify.failed', { checks: names('fail'), explain: next.explain(names('fail')[0]!) });
  if (names('inconclusive').length > 0) return new RetraceError('verify.inconclusive', { checks: names('inconclusive'), explain: next.explain(names('inconclusive')[0]!) });
  if (seen.exitCode === 9) return new RetraceError('verify.nothing-proved', { namespaces: [...(namespaces ?? [])] });
  const dueAt = named('pending').flatMap((result) => result.dueAt ?? []).sort().at(-1);
  return new RetraceError('verify.pending', { checks: names('pending'), again: next.wait, ...(dueAt === undefined ? {} : { dueAt }), ...(wait === undefined ? {} : { waitedMs: wait.timeoutMs }) });
}
