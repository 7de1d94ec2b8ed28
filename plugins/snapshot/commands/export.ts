import { defineCommand } from '../../../lib/cli/define-command.ts';
import { text } from '../../../lib/cli/flag-values.ts';
import { commonFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Objects of a snapshot as clean YAML that kubectl apply takes',
  details:
    'What the server and controllers set is left out, and so are objects that controllers make from others. Whatever holds a credential is left out whole: without its values, an apply would empty a Secret in the cluster too. Asks no cluster.',
  positional: { name: 'ID [TYPE/NAME]', required: true, many: true, describe: 'The snapshot, and which objects of it' },
  flags: {
    namespace: { group: 'Target', alias: 'n', value: text('NAME'), repeat: true, describe: 'Only objects of this namespace, may be repeated' },
    withSecrets: { group: 'Safety', describe: 'Also Secrets and what else holds a credential, in plain text' },
    outputFile: { group: 'Output', value: text('FILE'), describe: 'Write one new file, not stdout' },
    outputDir: { group: 'Output', value: text('DIR'), describe: 'Write one file an object into a directory that is new or empty' },
    ...repositoryFlags,
    ...identityFlags,
    ...commonFlags,
  },
  exclusive: [['outputFile', 'outputDir']],
  examples: [
    { describe: 'What would it change?', command: 'kubectl snapshot export s-20261122-0250 | kubectl diff -f -' },
    { describe: 'One file an object, for Git', command: 'kubectl snapshot export s-20261122-0250 --output-dir=manifests' },
    { describe: 'One Secret', command: 'kubectl snapshot export s-20261122-0250 secret/thanos-objstore --with-secrets' },
  ],
  exitCodes: [5, 11],
  async run(args, env) {
    const { exportAndTell } = await import('../export-and-tell.ts');
    await exportAndTell(args, env);
  },
});
