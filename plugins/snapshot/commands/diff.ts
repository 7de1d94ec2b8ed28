import { defineCommand } from '../../../lib/cli/define-command.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';

export const diff = defineCommand({
  name: 'diff',
  summary: 'What changed since a snapshot, or between two: changed, added, gone',
  details:
    'Compares with the cluster as it is now, or with a second snapshot, and then asks no cluster. Values of Secrets are never shown; without a key that opens them they are compared by size and version. Exit code 0 says that it could compare, whatever it found: kubectl diff answers 1 for a difference, which is here a bug; --exit-code answers 3, and 9 when all that was seen is equal but something could not be compared.',
  positional: { name: 'ID [ID2] [TYPE/NAME]', required: true, many: true, describe: 'The snapshot, the one to compare it with, and which objects' },
  flags: {
    exitCode: { group: 'Output', describe: 'Exit code 3 when there is a difference' },
    ...repositoryFlags,
    ...identityFlags,
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
    namespace: { ...clusterFlags.namespace, repeat: true, describe: 'Only objects of this namespace, may be repeated' },
  },
  examples: [
    { describe: 'What changed since then?', command: 'kubectl snapshot diff s-20261122-0250' },
    { describe: 'One ConfigMap, all of its lines', command: 'kubectl snapshot diff s-20261122-0250 cm/thanos-receive-hashring -o wide' },
    { describe: 'Between two snapshots', command: 'kubectl snapshot diff s-20261122-0250 s-20261123-0250' },
  ],
  exitCodes: [3, 4, 5, 9, 10, 11],
  async run(args, env) {
    const { diffAndTell } = await import('../diff-and-tell.ts');
    await diffAndTell(args, env);
  },
});
