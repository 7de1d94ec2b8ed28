import type { Connection } from '../kube/types.ts';
import type { OutputFormat } from '../output/document.ts';
import { executePlan } from '../procedure/execute.ts';
import type { ExecuteChoice } from '../procedure/execute.ts';
import type { Plan } from '../run/plan.ts';
import { carryOut, printNothingToDo } from './carry-out.ts';
import { serverNow } from './connection.ts';
import type { CommandEnvironment } from './environment.ts';
import { confirmPlan, type Answers } from './prompts.ts';
import { planAsTalk } from './show-plan.ts';

/**
 * Shows a plan, asks, and carries it out; says so when there is nothing to do.
 * @throws RetraceError run.interrupted-before for a no, usage.confirm-* where nobody can be asked, and what a run throws
 */
export async function agreeAndCarryOut(
  plan: Plan,
  connection: Connection,
  args: Answers & ExecuteChoice & { output: OutputFormat },
  env: CommandEnvironment,
  commandWithYes: string,
): Promise<void> {
  if (plan.targets.every(({ action }) => action === 'noop')) return printNothingToDo(plan, args, env);
  await env.context.streams.stderr.write(`${planAsTalk(plan, serverNow(connection, env), env)}\n`);
  await confirmPlan(plan, args, env, commandWithYes);
  await carryOut(plan, args, env, (emit) => executePlan(plan, connection, env.context, emit, args));
}
