import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, dryRunFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { shareFlags } from '../../../lib/cli/share-flags.ts';
import { readUndoRequest, requireTargets, targets, undoFlags } from '../undo-flags.ts';

export const undo = defineCommand({
  name: 'undo',
  summary: 'Go back: plan, ask, keep evidence, change, wait until it holds',
  details:
    'Shows the plan and asks. Logs, events and objects that the undo destroys are kept first. A pod of an old revision that blocks the roll-out is evicted (kubernetes#67250). ' +
    'Stopped half way, by Ctrl-C or by a crash, it goes on with resume, from any machine: its lock (a Lease) and its record (a ConfigMap and a Secret) are in the namespace.',
  positional: targets,
  flags: { ...undoFlags, ...shareFlags, ...dryRunFlags, ...safetyFlags, ...outputFlags, ...commonFlags },
  exclusive: [['to', 'toRevision']],
  beginsChange: true,
  examples: [
    { describe: 'Back to the revision that the rules choose', command: 'kubectl rollback undo sts/thanos-receive -n monitoring' },
    { describe: 'To revision 6, without a question, with the reason for the record', command: 'kubectl rollback undo sts/thanos-receive -n monitoring --to=6 --yes --reason="receive crashes"' },
    { describe: 'A ConfigMap, and the pods that read it only when they start', command: 'kubectl rollback undo cm/thanos-receive-hashring -n monitoring --restart=auto' },
    { describe: 'Only show what it would do', command: 'kubectl rollback undo sts/thanos-receive -n monitoring --dry-run=server' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    requireTargets(args.words, env);
    const [{ planUndo }, { withConnection, serverNow }, { nextCommandLine, printPlan }, { agreeAndCarryOut }, { requireSomebodyToAsk }, { planWithRestarts }] = await Promise.all([
      import('../../../lib/procedure/undo.ts'),
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/cli/show-plan.ts'),
      import('../../../lib/cli/agree.ts'),
      import('../../../lib/cli/prompts.ts'),
      import('../../../lib/cli/ask-restarts.ts'),
    ]);
    const isDryRun = args.dryRun !== 'none';
    const withYes = nextCommandLine('undo', env, ['--yes']);
    if (!isDryRun) requireSomebodyToAsk(args, env, withYes);
    await withConnection(args, env, async (connection) => {
      const { plan, wanted } = await planWithRestarts(args, env, (restart) => planUndo({ ...readUndoRequest(args, env, connection, restart), isTried: args.dryRun !== 'client' }, connection, env.context));
      if (isDryRun) return printPlan(plan, serverNow(connection, env), nextCommandLine('undo', env), args, env);
      await agreeAndCarryOut(plan, connection, { ...args, wanted }, env, withYes);
    });
  },
});
