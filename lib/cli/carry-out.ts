import { formatDuration } from '../core/durations.ts';
import type { OutputFormat } from '../output/document.ts';
import { fullName } from '../output/names.ts';
import type { Progress } from '../output/progress-lines.ts';
import { nextCommand, putBackLines } from '../output/runs.ts';
import type { RunReport } from '../procedure/requests.ts';
import type { EmitRunEvent } from '../run/events.ts';
import { displayName } from '../run/object-ref.ts';
import { isWorkloadTarget, isWritten } from '../run/plan.ts';
import type { Plan, PlannedTarget } from '../run/plan.ts';
import { flagsForHints } from './command-line.ts';
import type { CommandEnvironment } from './environment.ts';
import { print, say } from './print.ts';

/** Shows a run on stderr while it goes on, and what came of it on stdout at the end. */
export async function carryOut(plan: Plan, args: { output: OutputFormat }, env: CommandEnvironment, run: (emit: EmitRunEvent) => Promise<RunReport>): Promise<void> {
  const progress = await openProgress(plan, env);
  env.progress.say = progress.say;
  let report: RunReport;
  try {
    report = await run((event) => {
      if (event.type === 'run-started') env.progress.runId = event.runId;
      progress.emit(event);
    });
  } finally {
    delete env.progress.say;
    await progress.stop();
  }
  await printReport(report, args, env);
}

async function openProgress(plan: Plan, env: CommandEnvironment): Promise<Progress> {
  const { context, messages, errStyle, terminal } = env;
  const input = { plan, messages, stream: context.streams.stderr, now: context.now };
  if (errStyle.isTerminal && context.env['TERM'] !== 'dumb') {
    const { showLive } = await import('../output/progress-live.ts');
    return showLive({ ...input, style: errStyle, rows: () => terminal?.rows() ?? 24 });
  }
  const { showLines } = await import('../output/progress-lines.ts');
  return showLines(input);
}

async function printReport(report: RunReport, args: { output: OutputFormat }, env: CommandEnvironment): Promise<void> {
  const { run: labels } = env.messages;
  const { plan } = report.run;
  const changed = plan.targets.filter(isWritten);
  await print(
    {
      document: { apiVersion: 'retrace/v1', kind: 'RunReport', ...report },
      names: changed.map(({ object }) => fullName(object)),
      table: () => changed.map((target) => `${doneText(target, plan.purpose, env)}\n`).join(''),
    },
    args.output,
    env,
  );
  await say(`${labels.run} ${report.run.id}   ${labels.finished(formatDuration(report.tookMs))}   ${labels.evidenceIn(report.run.directory)}`, env);
  for (const line of putBackLines(plan, env.messages)) await say(line, env);
  const next = nextCommand(report.run);
  if (plan.purpose === 'revert') return;
  if (changed.some(({ object }) => object.namespace !== '')) await say(labels.proveThis(`kubectl verify --run ${report.run.id}${flagsForHints(env)}`), env);
  if (next !== undefined) await say(labels.undoThis(next), env);
}

function doneText(target: PlannedTarget, purpose: Plan['purpose'], { messages }: CommandEnvironment): string {
  const name = displayName(target.object);
  if (purpose === 'revert') return messages.run.reverted(name);
  return isWorkloadTarget(target) ? messages.run.rolledBack(name, messages.plan.revision(target.to.number, target.to.hash)) : messages.objects.done(target.verb, name);
}

/** Says that there is nothing to do; with -o json or yaml the plan itself says so. */
export async function printNothingToDo(plan: Plan, args: { output: OutputFormat }, env: CommandEnvironment): Promise<void> {
  const { run: labels, plan: planLabels, objects } = env.messages;
  const unchanged = (target: PlannedTarget) =>
    isWorkloadTarget(target) ? labels.unchanged(displayName(target.object), planLabels.revision(target.to.number, target.to.hash)) : objects.untouched(target.verb, displayName(target.object));
  const table = () => plan.targets.map((target) => `${unchanged(target)}\n`).join('');
  await print({ document: plan, names: plan.targets.map(({ object }) => fullName(object)), table }, args.output, env);
}
