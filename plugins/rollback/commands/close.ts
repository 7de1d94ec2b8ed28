import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { runId } from '../run-positional.ts';

export const close = defineCommand({
  name: 'close',
  summary: 'End a run where it stands: what it did stays, it cannot be resumed any more',
  positional: runId,
  flags: { ...outputFlags, ...commonFlags },
  examples: [{ describe: 'Keep what was done', command: 'kubectl rollback close r-7k2m4d' }],
  exitCodes: [5, 6, 11],
  async run(args, env) {
    const [{ closeRun }, { print }] = await Promise.all([import('../../../lib/procedure/runs.ts'), import('../../../lib/cli/print.ts')]);
    const run = await closeRun(args.words[0]!, env.context);
    await print({ document: run, names: [run.id], table: () => `${env.messages.run.closed(run.id)}\n` }, args.output, env);
  },
});
