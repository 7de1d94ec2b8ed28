import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { readUndoRequest, requireTargets, targets, undoFlags } from '../undo-flags.ts';

export const plan = defineCommand({
  name: 'plan',
  summary: 'Show what undo would do: where to, the difference, the steps, who would put it back',
  details: 'Changes nothing. The server is asked for a dry run. Saved with -o json or -o yaml, a plan can be carried out later with apply.',
  positional: targets,
  flags: { ...undoFlags, ...outputFlags, ...commonFlags },
  exclusive: [['to', 'toRevision']],
  examples: [
    { describe: 'What would an undo of this StatefulSet do?', command: 'kubectl rollback plan sts/thanos-receive -n monitoring' },
    { describe: 'To a revision of your choice, saved for apply', command: 'kubectl rollback plan sts/thanos-receive -n monitoring --to=6 -o json > plan.json' },
    { describe: 'Several workloads in one plan', command: 'kubectl rollback plan sts/thanos-receive deploy/thanos-query -n monitoring' },
  ],
  exitCodes: [4, 5, 10, 11, 130],
  async run(args, env) {
    requireTargets(args.words, env);
    const [{ planUndo }, { withConnection, serverNow }, { nextCommandLine, printPlan }] = await Promise.all([
      import('../../../lib/procedure/undo.ts'),
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/cli/show-plan.ts'),
    ]);
    await withConnection(args, env, async (connection) => {
      // Nobody is asked here: what would be is told with its command.
      const made = await planUndo(readUndoRequest(args, env, connection, args.restart === 'auto' ? 'auto' : 'never'), connection, env.context);
      await printPlan(made.plan, serverNow(connection, env), nextCommandLine('undo', env), args, env);
    });
  },
});
