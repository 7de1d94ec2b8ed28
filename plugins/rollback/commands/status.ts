import { defineCommand } from '../../../lib/cli/define-command.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { runId } from '../run-positional.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'One run: how far each step came, why it stopped, what to type next',
  details: 'What others did with it is read from its record in the cluster. When the cluster cannot be asked, it is shown as this machine knows it.',
  positional: runId,
  flags: { ...outputFlags, ...commonFlags, ...clusterFlags },
  examples: [{ describe: 'How far did it come?', command: 'kubectl rollback status r-7k2m4d' }],
  exitCodes: [4, 5, 10, 11],
  async run(args, env) {
    const [{ findLocalRun, readSharedRecord }, { recordOf }, { withRun }, { askCluster }, { print }, { renderRun }] = await Promise.all([
      import('../../../lib/procedure/shared-runs.ts'),
      import('../../../lib/run/record.ts'),
      import('../known-run.ts'),
      import('../../../lib/cli/ask-cluster.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/runs.ts'),
    ]);
    const id = args.words[0]!;
    const local = await findLocalRun(id, env.context);
    const read = () => withRun(id, args, env, (run, connection) => readSharedRecord(run, connection, env.context), 'to-look');
    const run = local ? await askCluster(env, read, () => recordOf(local, env.context)) : await read();
    await print({ document: run, names: [run.id], table: () => renderRun(run, env.messages, env.outStyle, env.context.now()) }, args.output, env);
  },
});
