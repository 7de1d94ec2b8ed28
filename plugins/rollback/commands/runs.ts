import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';

export const runs = defineCommand({
  name: 'runs',
  summary: 'Runs of this machine, newest first',
  flags: { ...outputFlags, ...commonFlags },
  examples: [{ describe: 'What was done here, and how it ended', command: 'kubectl rollback runs' }],
  exitCodes: [11],
  async run(args, env) {
    const [{ listRuns }, { listOf }, { print, say }, { renderRuns }] = await Promise.all([
      import('../../../lib/run/run-store.ts'),
      import('../../../lib/output/document.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/runs.ts'),
    ]);
    const found = await listRuns(env.context);
    const newestFirst = found.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
    const isForPeople = args.output === 'table' || args.output === 'wide';
    if (found.length === 0 && isForPeople) return say(env.messages.run.noRuns, env);
    await print(
      {
        document: listOf('Run', newestFirst),
        names: newestFirst.map(({ id }) => id),
        table: () => renderRuns(newestFirst, env.messages, env.outStyle, env.context.now()),
      },
      args.output,
      env,
    );
  },
});
