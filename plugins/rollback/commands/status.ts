import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { runId } from '../run-positional.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'One run: how far each step came, why it stopped, what to type next',
  positional: runId,
  flags: { ...outputFlags, ...commonFlags },
  examples: [{ describe: 'How far did it come?', command: 'kubectl rollback status r-7k2m4d' }],
  exitCodes: [5, 11],
  async run(args, env) {
    const [{ readRun }, { print }, { renderRun }] = await Promise.all([
      import('../../../lib/procedure/runs.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/runs.ts'),
    ]);
    const run = await readRun(args.words[0]!, env.context);
    await print({ document: run, names: [run.id], table: () => renderRun(run, env.messages, env.outStyle, env.context.now()) }, args.output, env);
  },
});
