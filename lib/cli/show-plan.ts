import type { OutputFormat } from '../output/document.ts';
import { fullName } from '../output/names.ts';
import { renderPlan } from '../output/plan.ts';
import type { Plan } from '../run/plan.ts';
import { formatCommandLine } from './command-line.ts';
import type { CommandEnvironment } from './environment.ts';
import { print } from './print.ts';

// Flags that say how to show or to ask, not what to do.
const notForNext = ['output', 'dryRun', 'noColor', 'lang', 'v', 'yes', 'confirm', 'noInput', 'takeOver'];

/** The plan as data, with the command that carries it out as its last line. */
export async function printPlan(plan: Plan, now: Date, doIt: string, args: { output: OutputFormat }, env: CommandEnvironment): Promise<void> {
  const { messages, outStyle: style } = env;
  await print({ document: plan, names: plan.targets.map(({ object }) => fullName(object)), table: () => renderPlan({ plan, messages, style, now, doIt }) }, args.output, env);
}

/** The plan as talk, before the question. */
export function planAsTalk(plan: Plan, now: Date, env: CommandEnvironment): string {
  return renderPlan({ plan, messages: env.messages, style: env.errStyle, now });
}

/** The same targets and flags for another command: `kubectl rollback undo sts/x -n monitoring`. */
export function nextCommandLine(command: string, env: CommandEnvironment, add: readonly string[] = []): string {
  return formatCommandLine({ start: `kubectl ${env.plugin.name} ${command}`, words: env.words, flags: env.command.flags, given: env.given, without: notForNext, add });
}
