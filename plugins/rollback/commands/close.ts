import { defineCommand } from '../../../lib/cli/define-command.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { runId } from '../run-positional.ts';
import { localOnlyFlag } from '../../../lib/cli/share-flags.ts';

export const close = defineCommand({
  name: 'close',
  summary: 'End a run where it stands: what it did stays, it cannot be resumed any more',
  details: 'Gives back its lock and deletes what it keeps in Secrets; its record stays. With --local-only only the files of this machine know of it.',
  positional: runId,
  flags: { ...localOnlyFlag, ...outputFlags, ...commonFlags, ...clusterFlags },
  examples: [{ describe: 'Keep what was done', command: 'kubectl rollback close r-7k2m4d' }],
  exitCodes: [4, 5, 6, 10, 11],
  async run(args, env) {
    const [{ closeRun }, { withRun }, { print }] = await Promise.all([import('../../../lib/procedure/runs.ts'), import('../known-run.ts'), import('../../../lib/cli/print.ts')]);
    const id = args.words[0]!;
    const run = args.localOnly
      ? await closeRun(id, env.context, undefined)
      : await withRun(id, args, env, (_run, connection, namespace) => closeRun(id, env.context, { connection, namespace }), 'to-ask');
    await print({ document: run, names: [run.id], table: () => `${env.messages.run.closed(run.id)}\n` }, args.output, env);
  },
});
