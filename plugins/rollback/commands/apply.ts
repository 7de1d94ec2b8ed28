import { defineCommand } from '../../../lib/cli/define-command.ts';
import { text } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags, dryRunFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { RetraceError } from '../../../lib/core/errors.ts';

export const apply = defineCommand({
  name: 'apply',
  summary: 'Carry out a saved plan; refused when what it was based on has changed',
  details: 'The plan names its cluster: its kubeconfig context is used when no --context is given, and another cluster is refused.',
  flags: {
    filename: { group: 'Target', alias: 'f', value: text('FILE'), describe: 'Plan saved with plan -o json or -o yaml; - for standard input' },
    ...dryRunFlags,
    ...safetyFlags,
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
  },
  beginsChange: true,
  examples: [
    { describe: 'Carry out a plan that somebody has looked at', command: 'kubectl rollback apply -f plan.json' },
    { describe: 'In a pipeline', command: 'kubectl rollback apply -f plan.json --yes -o json' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    const { filename } = args;
    if (filename === undefined) throw new RetraceError('usage.missing-target', { command: 'kubectl rollback apply -f plan.json' });
    const [{ readPlanFile }, { withConnection, serverNow, rememberedCluster }, { nextCommandLine, planAsTalk, printPlan }, { confirmPlan, requireSomebodyToAsk }] = await Promise.all([
      import('../../../lib/procedure/plan-file.ts'),
      import('../connection.ts'),
      import('../show-plan.ts'),
      import('../../../lib/cli/prompts.ts'),
    ]);
    const plan = await readPlanFile(filename, env.context);
    if (args.dryRun !== 'none') return printPlan(plan, env.context.now(), args, env);
    const withYes = nextCommandLine('apply', env, ['--yes']);
    requireSomebodyToAsk(args, env, withYes);
    await withConnection(
      args,
      env,
      async (connection) => {
        const { carryOut, printNothingToDo } = await import('../carry-out.ts');
        if (plan.targets.every(({ action }) => action === 'noop')) return printNothingToDo(plan, args, env);
        const { executePlan } = await import('../../../lib/procedure/execute.ts');
        await env.context.streams.stderr.write(`${planAsTalk(plan, serverNow(connection, env), env)}\n`);
        await confirmPlan(plan, args, env, withYes);
        await carryOut(plan, args, env, (emit) => executePlan(plan, connection, env.context, emit));
      },
      rememberedCluster(plan.cluster),
    );
  },
});
