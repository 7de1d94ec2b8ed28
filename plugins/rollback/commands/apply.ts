import { defineCommand } from '../../../lib/cli/define-command.ts';
import { text } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags, dryRunFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { RetraceError } from '../../../lib/core/errors.ts';
import type { Connection } from '../../../lib/kube/types.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';
import { shareFlags } from '../../../lib/cli/share-flags.ts';

export const apply = defineCommand({
  name: 'apply',
  summary: 'Carry out a saved plan; refused when what it was based on has changed',
  details:
    'The plan names its cluster: its kubeconfig context is used when no --context is given, and another cluster is refused. ' +
    'What objects without revisions are to be is read again from where the plan says: from the snapshot, the manifest, the run. Owners are looked up again: one that the plan does not name is refused, for a plan made with --without-hold too.',
  flags: {
    filename: { group: 'Target', alias: 'f', value: text('FILE'), describe: 'Plan saved with plan -o json or -o yaml; - for standard input' },
    repoConfig: repositoryFlags.repoConfig,
    ...identityFlags,
    ...shareFlags,
    ...dryRunFlags,
    ...safetyFlags,
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
  },
  beginsChange: true,
  examples: [
    { describe: 'Carry out a plan that somebody has looked at', command: 'kubectl rollback apply -f plan.json' },
    { describe: 'In a pipeline', command: 'kubectl rollback apply -f plan.json --yes -o json' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    const { filename } = args;
    if (filename === undefined) throw new RetraceError('usage.missing-target', { command: 'kubectl rollback apply -f plan.json' });
    const [{ readPlanFile }, { withConnection, rememberedCluster, serverNow }, { nextCommandLine, printPlan }, { agreeAndCarryOut }, { requireSomebodyToAsk }] = await Promise.all([
      import('../../../lib/procedure/plan-file.ts'),
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/cli/show-plan.ts'),
      import('../../../lib/cli/agree.ts'),
      import('../../../lib/cli/prompts.ts'),
    ]);
    const plan = await readPlanFile(filename, env.context);
    if (args.dryRun === 'client') return printPlan(plan, env.context.now(), nextCommandLine('apply', env), args, env);
    const withYes = nextCommandLine('apply', env, ['--yes']);
    if (args.dryRun === 'none') requireSomebodyToAsk(args, env, withYes);
    // A kubeconfig may name programs to run: the one of a plan file is never used unless it is typed.
    const { kubeconfig: _typed, ...cluster } = plan.cluster;
    await withConnection(args, env, (connection) => (args.dryRun === 'none' ? agree(connection) : checkOnly(connection)), rememberedCluster(cluster));

    async function agree(connection: Connection): Promise<void> {
      const { findWantedAgain } = await import('../../../lib/procedure/wanted-again.ts');
      const wanted = await findWantedAgain(plan, { identity: args.identity, repoConfig: args.repoConfig }, connection, env.context);
      await agreeAndCarryOut(plan, connection, { ...args, ...(wanted ? { wanted } : {}) }, env, withYes);
    }

    async function checkOnly(connection: Connection): Promise<void> {
      const [{ checkCluster }, { checkFresh }] = await Promise.all([import('../../../lib/procedure/same-cluster.ts'), import('../../../lib/procedure/freshness.ts')]);
      await checkCluster(plan, connection);
      await checkFresh(plan, connection, env.context);
      await printPlan(plan, serverNow(connection, env), nextCommandLine('apply', env), args, env);
    }
  },
});
