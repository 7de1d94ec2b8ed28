import { withConnection } from '../../lib/cli/connection.ts';
import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { print, say } from '../../lib/cli/print.ts';
import type { ExitCode } from '../../lib/core/errors.ts';
import { describeVerification, renderExplanation, renderVerification } from '../../lib/output/verify.ts';
import { tellChanges } from '../../lib/output/verify-changes.ts';
import { describeClusters, renderClusters } from '../../lib/output/verify-clusters.ts';
import { isReportFormat, renderReport } from '../../lib/output/verify-report.ts';
import { chooseChecks } from '../../lib/procedure/verify.ts';
import type { Verification, WaitRequest } from '../../lib/procedure/verify.ts';
import { connectionCheck, exitCodeOfAll, verifyClusters } from '../../lib/procedure/verify-clusters.ts';
import { chooseClusters, lookBy } from './chosen-clusters.ts';
import type { ChosenCluster } from './chosen-clusters.ts';
import { lookAtCluster, readAsked } from './cluster-look.ts';
import type { Asked } from './cluster-look.ts';
import { nextCommands } from './next-commands.ts';
import { failureOf } from './verdict-failure.ts';
import type { NamedResult } from './verdict-failure.ts';
import type { verifyFlags } from './verify-flags.ts';

type VerifyArgs = ArgsOf<typeof verifyFlags>;

/** Verifies the clusters that the flags name and prints the verdicts. @throws verify.* for what decides and is not well */
export async function verifyAndTell(args: VerifyArgs, env: CommandEnvironment): Promise<void> {
  const [explained] = args.explain === undefined ? [] : chooseChecks('--explain', [args.explain]);
  const asked = { ...readAsked(args), ...(explained ? { only: [explained.name] } : {}) };
  const clusters = await chooseClusters(args, env);
  if (clusters === undefined) await verifyOne(args, asked, env);
  else await verifyMany(clusters, args, asked, env);
}

async function verifyOne(args: VerifyArgs, asked: Asked, env: CommandEnvironment): Promise<void> {
  const seen = await withConnection(args, env, (connection) => lookAtCluster(args, asked, connection, env, waitFor(args, env, '')));
  const next = nextCommands(env);
  const table = () => explanationOf(seen, args, env) ?? renderVerification(seen, env.messages, env.outStyle, next);
  await printVerdicts(args, env, [seen], seen.exitCode, { document: describeVerification(seen), names: namesOf(seen, ''), table });
  if (seen.exitCode !== 0) throw failureOf(seen.exitCode, gatingOf(seen, '', next.explain), { ...undecided(args), again: next.wait, namespaces: seen.namespaces ?? [] });
}

async function verifyMany(clusters: readonly ChosenCluster[], args: VerifyArgs, asked: Asked, env: CommandEnvironment): Promise<void> {
  // The table comes when the last one is decided; who looks on wants to know of the others before.
  const isForPeople = args.output === 'table' || args.output === 'wide';
  const onSeen = ({ cluster: { name }, verdict }: Verification) => void (isForPeople && say(`${name}: ${env.messages.checks.verdict[verdict]}`, env));
  const looks = clusters.map((one) => lookBy(one, args, (connection, own) => lookAtCluster(args, asked, connection, own, waitFor(args, own, `${one.name}: `))));
  const all = await verifyClusters(looks, env.context, onSeen);
  const exitCode = exitCodeOfAll(all);
  const gating = all.flatMap((seen, at) => gatingOf(seen, `${clusters[at]!.name}/`, explainBy(clusters[at]!)));
  const failure = exitCode === 0 ? undefined : failureOf(exitCode, gating, { ...undecided(args), again: nextCommands(env).wait, namespaces: args.namespace });
  const undecisive = all.flatMap((seen, at) => seen.checks.filter((result) => !result.gating && result.verdict === 'fail').map(({ check }) => explainBy(clusters[at]!)(check)));
  const table = () => (args.explain === undefined ? renderClusters(all, exitCode, env.messages, env.outStyle, undecisive[0]) : all.map((seen) => explanationOf(seen, args, env)).join('\n'));
  await printVerdicts(args, env, all, exitCode, { document: describeClusters(all, exitCode), names: all.flatMap((seen, at) => namesOf(seen, `${clusters[at]!.name}/`)), table });
  if (failure) throw failure;
}

type Printable = Parameters<typeof print>[0];

async function printVerdicts({ output }: VerifyArgs, env: CommandEnvironment, seen: readonly Verification[], exitCode: ExitCode, printable: Printable): Promise<void> {
  if (isReportFormat(output)) await env.context.streams.stdout.write(renderReport(output, seen, exitCode, env.messages));
  else await print(printable, output, env);
}

function explanationOf(seen: Verification, { explain }: VerifyArgs, env: CommandEnvironment): string | undefined {
  if (explain === undefined) return undefined;
  const [check] = chooseChecks('--explain', [explain]);
  const [result] = seen.checks;
  return renderExplanation(seen, result!, result!.check === check!.name ? check!.sources : [], env.messages, env.outStyle);
}

function namesOf({ checks }: Verification, prefix: string): string[] {
  return checks.map(({ check, verdict }) => `${prefix}${check}/${verdict}`);
}

function gatingOf({ checks }: Verification, prefix: string, explain: (check: string) => string): NamedResult[] {
  return checks.filter(({ gating }) => gating).map((result) => ({ ...result, name: prefix + result.check, explain: explain(result.check) }));
}

/** Of the way to a cluster its own verification says all. */
function explainBy({ env }: ChosenCluster): (check: string) => string {
  const next = nextCommands(env);
  return (check) => (check === connectionCheck ? next.again : next.explain(check));
}

function waitFor(args: VerifyArgs, env: CommandEnvironment, prefix: string): WaitRequest | undefined {
  if (!args.wait && args.for === undefined) return undefined;
  const changes = tellChanges(env.messages);
  const onLook = (seen: Verification) => changes(seen).forEach((line) => void say(`${prefix}${line}`, env));
  return { timeoutMs: args.timeout, forMs: args.for ?? 0, onLook };
}

function undecided(args: VerifyArgs): { waitedMs?: number } {
  return args.wait || args.for !== undefined ? { waitedMs: args.timeout } : {};
}
