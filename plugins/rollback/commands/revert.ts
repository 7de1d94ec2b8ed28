import { defineCommand } from '../../../lib/cli/define-command.ts';
import { clusterFlags, commonFlags, dryRunFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import type { Connection } from '../../../lib/kube/types.ts';
import { runId } from '../run-positional.ts';

export const revert = defineCommand({
  name: 'revert',
  summary: "Back to the state before a run, which is the bad one; wants the target's name typed",
  positional: runId,
  flags: { ...dryRunFlags, ...safetyFlags, ...outputFlags, ...commonFlags, ...clusterFlags },
  beginsChange: true,
  examples: [
    { describe: 'What would it do?', command: 'kubectl rollback revert r-7k2m4d --dry-run=server' },
    { describe: 'In a script', command: 'kubectl rollback revert r-7k2m4d --confirm=thanos-receive' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    const [{ readRun }, { planRevert }, { withConnection, rememberedCluster, serverNow }, { nextCommandLine, printPlan }, { agreeAndCarryOut }, { requireSomebodyToAsk }] = await Promise.all([
      import('../../../lib/procedure/runs.ts'),
      import('../../../lib/procedure/revert.ts'),
      import('../connection.ts'),
      import('../show-plan.ts'),
      import('../agree.ts'),
      import('../../../lib/cli/prompts.ts'),
    ]);
    const run = await readRun(args.words[0]!, env.context);
    const isDryRun = args.dryRun !== 'none';
    const withConfirm = nextCommandLine('revert', env, [`--confirm=${run.plan.targets[0]?.object.name ?? 'NAME'}`]);
    if (!isDryRun) requireSomebodyToAsk(args, env, withConfirm);
    const remembered = rememberedCluster(run.plan.cluster);
    await withConnection(args, env, planAndDo, remembered);

    async function planAndDo(connection: Connection): Promise<void> {
      const plan = await planRevert(run.id, connection, env.context);
      await (isDryRun ? printPlan(plan, serverNow(connection, env), nextCommandLine('revert', env), args, env) : agreeAndCarryOut(plan, connection, args, env, withConfirm));
    }
  },
});
