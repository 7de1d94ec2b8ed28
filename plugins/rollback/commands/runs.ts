import { defineCommand } from '../../../lib/cli/define-command.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';

export const runs = defineCommand({
  name: 'runs',
  summary: 'Runs of this machine and of the namespace, newest first',
  details: 'Runs of other machines are read from their records in the cluster. When it cannot be asked, the runs of this machine are shown.',
  flags: {
    allNamespaces: { group: 'Target', alias: 'A', describe: 'Runs of all namespaces' },
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
  },
  examples: [
    { describe: 'What was done here, and how it ended', command: 'kubectl rollback runs' },
    { describe: 'What anybody did in this cluster', command: 'kubectl rollback runs -A' },
  ],
  exitCodes: [11],
  async run(args, env) {
    const [{ listRuns }, { listAllRuns }, { withConnection }, { askCluster }, { listOf }, { print, say }, { renderRuns }] = await Promise.all([
      import('../../../lib/run/run-store.ts'),
      import('../../../lib/procedure/shared-runs.ts'),
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/cli/ask-cluster.ts'),
      import('../../../lib/output/document.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/runs.ts'),
    ]);
    const found = await askCluster(
      env,
      () => withConnection(args, env, (connection) => listAllRuns(connection, args.allNamespaces ? undefined : (args.namespace ?? connection.defaultNamespace), env.context)),
      () => listRuns(env.context),
    );
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
