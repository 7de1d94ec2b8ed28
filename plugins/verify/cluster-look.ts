import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { parseDuration } from '../../lib/core/durations.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import { quoteForShell } from '../../lib/core/shell.ts';
import { serverNowMs } from '../../lib/kube/server-time.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { readSharedRecord, readSharedRun } from '../../lib/procedure/shared-runs.ts';
import { chooseChecks, verify } from '../../lib/procedure/verify.ts';
import type { Verification, VerifyRequest, WaitRequest } from '../../lib/procedure/verify.ts';
import { findEmptyNamespace } from '../../lib/procedure/verify-scope.ts';
import { verifyCommand } from './next-commands.ts';
import type { LookArgs } from './verify-flags.ts';

/** What the flags ask for, as far as it is the same for every cluster. */
export interface Asked {
  only: string[];
  gate: string[];
  strict: boolean;
  stableForMs: number;
  series: string;
  since: { agoMs: number } | { at: string } | undefined;
}

/** Reads the flags before any cluster is asked. @throws verify.unknown-check, usage.value */
export function readAsked(args: LookArgs): Asked {
  const asked = { only: args.check ?? [], gate: args.gate ?? [], strict: args.strict, stableForMs: args.stableFor, series: args.series };
  chooseChecks('--check', asked.only);
  chooseChecks('--gate', asked.gate);
  return { ...asked, since: args.since === undefined ? undefined : readSince(args.since) };
}

/** `10m` (ago) or a time. @throws usage.value */
function readSince(text: string): Asked['since'] {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return { agoMs };
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(atMs)) throw new RetraceError('usage.value', { flag: '--since', value: text, expected: 'how long ago, as 10m, or a time, as 2026-11-22T03:12:00Z' });
  return { at: new Date(atMs).toISOString() };
}

/**
 * Verifies one cluster: once, or as `wait` says.
 * @throws verify.empty-namespace, namespace.unknown where nothing is to be verified; run.*; what verify throws
 */
export async function lookAtCluster(args: LookArgs, asked: Asked, connection: Connection, env: CommandEnvironment, wait?: WaitRequest): Promise<Verification> {
  const { since, ...common } = asked;
  const request: VerifyRequest = { ...common, ...(await readScope(args, since, connection, env)), ...(wait === undefined ? {} : { wait }) };
  const seen = await verify(request, connection, env.context);
  const empty = seen.checks.every(({ verdict }) => verdict === 'skipped') ? await whyNothing(args, seen, connection, env) : undefined;
  if (empty) throw empty;
  return seen;
}

/** Nothing that could be proved was there: asked only then, it costs no round trip where something is. */
async function whyNothing(args: LookArgs, { namespaces = [] }: Verification, connection: Connection, env: CommandEnvironment): Promise<RetraceError | undefined> {
  if (namespaces.length !== 1 || args.run !== undefined) return undefined;
  return findEmptyNamespace(connection, namespaces[0]!, (name) => verifyCommand(env, ['allNamespaces', 'namespace'], [`-n ${quoteForShell(name)}`]));
}

type Scope = Pick<VerifyRequest, 'namespaces' | 'since' | 'run'>;

async function readScope(args: LookArgs, since: Asked['since'], connection: Connection, env: CommandEnvironment): Promise<Scope> {
  const given = args.namespace.length > 0 ? args.namespace : [connection.defaultNamespace];
  if (args.run !== undefined) return { run: args.run, ...(await scopeOfRun(args.run, given[0]!, connection, env)) };
  const at = since === undefined ? undefined : 'at' in since ? since.at : new Date((await serverTime(connection, env)) - since.agoMs).toISOString();
  return { namespaces: args.allNamespaces ? undefined : [...new Set(given)], ...(at === undefined ? {} : { since: at }) };
}

/** Ages are of the server's clock, which its first answer tells. */
async function serverTime(connection: Connection, env: CommandEnvironment): Promise<number> {
  await connection.request({ method: 'GET', path: '/version' });
  return serverNowMs(connection, env.context);
}

async function scopeOfRun(id: string, namespace: string, connection: Connection, env: CommandEnvironment): Promise<Scope> {
  const stored = await readSharedRun(id, connection, namespace, env.context);
  const record = await readSharedRecord(stored, connection, env.context);
  const namespaces = [...new Set(record.plan.targets.map(({ object }) => object.namespace).filter((name) => name !== ''))].sort();
  return { namespaces: namespaces.length > 0 ? namespaces : [namespace], since: record.endedAt ?? record.startedAt };
}
