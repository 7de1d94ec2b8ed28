import { defineCommand } from '../../../lib/cli/define-command.ts';
import { choice, pair, text, words } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';

export const create = defineCommand({
  name: 'create',
  summary: 'Capture the objects of namespaces, or of the whole cluster, in one file',
  details:
    'Secrets, and whatever else holds a credential, are encrypted to your key and those of your colleagues. With namespaces, the cluster-scoped objects that they need come along: CRDs, cluster roles, classes, volumes. What tells only of a moment (pods, events, leases) is never kept.',
  flags: {
    allNamespaces: { group: 'Target', alias: 'A', describe: 'All namespaces and all cluster-scoped objects' },
    selector: { group: 'Target', alias: 'l', value: text('SELECTOR'), describe: 'Only objects with these labels; Helm releases come with all their revisions' },
    kinds: { group: 'Target', value: words('KIND'), describe: 'Only these types: cm,sts,prometheusrules' },
    withoutKinds: { group: 'Target', value: words('KIND'), describe: 'Not these types' },
    tag: { group: 'Target', value: pair, repeat: true, describe: 'Tag to find it by, may be repeated; verified=good marks a good state' },
    gitTag: { group: 'Target', value: text('NAME'), describe: 'Also make this annotated tag in the Git work tree' },
    gitDir: { group: 'Target', value: text('DIR'), describe: 'Git work tree whose commit is recorded; with --git-tag the current directory when not given' },
    secrets: { group: 'Safety', value: choice('encrypt', 'omit'), fallback: 'encrypt', describe: 'omit: do not read Secrets, and leave out what else holds a credential' },
    ...repositoryFlags,
    ...identityFlags,
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
    namespace: { ...clusterFlags.namespace, repeat: true, describe: 'Namespace to capture, may be repeated' },
  },
  exclusive: [['allNamespaces', 'namespace']],
  examples: [
    { describe: 'Everything of one namespace', command: 'kubectl snapshot create -n monitoring' },
    { describe: 'Two namespaces, marked as a good state', command: 'kubectl snapshot create -n monitoring -n thanos --tag verified=good' },
    { describe: 'The whole cluster without Secrets', command: 'kubectl snapshot create -A --secrets=omit' },
  ],
  exitCodes: [4, 5, 10, 11, 12, 130],
  async run(args, env) {
    const { captureAndTell } = await import('../capture-and-tell.ts');
    await captureAndTell(args, env);
  },
});
