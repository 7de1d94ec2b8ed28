import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { RetraceError } from '../../../lib/core/errors.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'Let TAB complete kubectl rollback: targets, revisions, runs, flags',
  details:
    "Makes the link kubectl_complete-rollback beside kubectl-rollback. kubectl's own completion, of 1.26 or later, asks it: " +
    'source <(kubectl completion bash), or zsh, or fish.',
  positional: { name: 'install', required: true, many: false, describe: 'Make the link, or find it there' },
  flags: { ...outputFlags, ...commonFlags },
  examples: [{ describe: 'Once after each installation', command: 'kubectl rollback completion install' }],
  exitCodes: [11],
  async run(args, env) {
    const [word] = args.words;
    if (word !== 'install') throw new RetraceError('usage.value', { flag: 'completion', value: word ?? '', expected: 'install' });
    const [{ linkCompletion }, { print }] = await Promise.all([import('../../../lib/cli/completion-link.ts'), import('../../../lib/cli/print.ts')]);
    const link = linkCompletion(env.plugin.name, env.program.invokedAs, env.context);
    const document = { apiVersion: 'retrace/v1', kind: 'CompletionLink', path: link };
    await print({ document, names: [link], table: () => `${env.messages.completion.installed(`kubectl ${env.plugin.name}`, link)}\n` }, args.output, env);
  },
});
