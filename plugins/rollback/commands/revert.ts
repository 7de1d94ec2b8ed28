import { defineCommand } from '../../../lib/cli/define-command.ts';
import { clusterFlags, commonFlags, dryRunFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import type { Connection } from '../../../lib/kube/types.ts';
import type { StoredRun } from '../../../lib/run/run-store.ts';
import { runId } from '../run-positional.ts';
import { shareFlags } from '../../../lib/cli/share-flags.ts';

export const revert = defineCommand({
  name: 'revert',
  summary: "Back to the state before a run, which is the bad one; wants the target's name typed",
  details: 'What an owner (operator, Helm, Argo CD, Flux) writes is refused, unless the run was itself made with --without-hold and the owners are the same.',
  positional: runId,
  flags: { withoutHold: { group: 'Safety', describe: 'Do it although an owner that the run does not name will put it back' }, ...shareFlags, ...dryRunFlags, ...safetyFlags, ...outputFlags, ...commonFlags, ...clusterFlags },
  beginsChange: true,
  examples: [
    { describe: 'What would it do?', command: 'kubectl rollback revert r-7k2m4d --dry-run=server' },
    { describe: 'In a script', command: 'kubectl rollback revert r-7k2m4d --confirm=thanos-receive' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    const [{ findLocalRun }, { planRevert }, { serverNow }, { withRun }, { nextCommandLine, printPlan }, { agreeAndCarryOut }, { requireSomebodyToAsk }] = await Promise.all([
      import('../../../lib/procedure/shared-runs.ts'),
      import('../../../lib/procedure/revert.ts'),
      import('../../../lib/cli/connection.ts'),
      import('../known-run.ts'),
      import('../../../lib/cli/show-plan.ts'),
      import('../../../lib/cli/agree.ts'),
      import('../../../lib/cli/prompts.ts'),
    ]);
    const isDryRun = args.dryRun !== 'none';
    const local = await findLocalRun(args.words[0]!, env.context);
    const withConfirm = nextCommandLine('revert', env, [`--confirm=${local?.plan.targets[0]?.object.name ?? 'NAME'}`]);
    if (!isDryRun) requireSomebodyToAsk(args, env, withConfirm);
    await withRun(args.words[0]!, args, env, planAndDo);

    async function planAndDo(run: StoredRun, connection: Connection, namespace: string): Promise<void> {
      const plan = await planRevert(run.id, connection, namespace, env.context, { withoutHold: args.withoutHold });
      await (isDryRun ? printPlan(plan, serverNow(connection, env), nextCommandLine('revert', env), args, env) : agreeAndCarryOut(plan, connection, args, env, withConfirm));
    }
  },
});
