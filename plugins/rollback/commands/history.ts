import { flagsForHints } from '../../../lib/cli/command-line.ts';
import { defineCommand } from '../../../lib/cli/define-command.ts';
import { text } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';

export const history = defineCommand({
  name: 'history',
  summary: 'Revisions of workloads, what changed in each, and which pods carry them; states that are kept of other objects',
  positional: { name: 'TYPE/NAME', required: false, many: true, describe: 'Which workloads or other objects; all workloads of the namespace when none is named' },
  flags: {
    allNamespaces: { group: 'Target', alias: 'A', describe: 'All namespaces' },
    selector: { group: 'Target', alias: 'l', value: text('SELECTOR'), describe: 'Only workloads with these labels' },
    ...repositoryFlags,
    ...identityFlags,
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
  },
  exclusive: [['allNamespaces', 'namespace']],
  examples: [
    { describe: 'Revisions of one StatefulSet', command: 'kubectl rollback history sts/thanos-receive -n monitoring' },
    { describe: 'What a ConfigMap can go back to', command: 'kubectl rollback history cm/thanos-receive-hashring -n monitoring' },
    { describe: 'Every workload of the namespace, with full image names', command: 'kubectl rollback history -n monitoring -o wide' },
  ],
  exitCodes: [4, 5, 10, 130],
  async run(args, env) {
    const [{ readHistory }, { withConnection }, { listOf }, { print, say }, { renderHistory }] = await Promise.all([
      import('../../../lib/procedure/history.ts'),
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/output/document.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/history.ts'),
    ]);
    await withConnection(args, env, async (connection) => {
      const namespace = args.namespace ?? connection.defaultNamespace;
      const request = {
        targets: args.words,
        namespace,
        allNamespaces: args.allNamespaces,
        flagsForHints: flagsForHints(env),
        snapshots: { repo: args.repo, repoConfig: args.repoConfig, identity: args.identity },
        ...(args.selector === undefined ? {} : { selector: args.selector }),
      };
      const reports = await readHistory(request, connection, env.context);
      const isOne = reports.length === 1 && args.words.length > 0;
      const names = reports.flatMap((report) => ('states' in report ? report.states.map(({ to }) => to) : report.revisions.map(({ name }) => `${revisionType(report.target.kind)}/${name}`)));
      await print(
        { document: isOne ? reports[0] : listOf('History', reports), names, table: () => renderHistory(reports, env.messages, env.outStyle) },
        args.output,
        env,
      );
      const isForPeople = args.output === 'table' || args.output === 'wide';
      if (reports.length === 0 && isForPeople) await say(env.messages.run.noRevisions(args.allNamespaces ? undefined : namespace), env);
    });
  },
});

function revisionType(kind: string): string {
  return kind === 'Deployment' ? 'replicaset.apps' : 'controllerrevision.apps';
}
