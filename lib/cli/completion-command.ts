import { RetraceError } from '../core/errors.ts';
import { defineCommand, type Command } from './define-command.ts';
import { commonFlags, outputFlags } from './kubectl-flags.ts';

/**
 * `completion install` of a plugin.
 * @param what TAB completes
 */
export function defineCompletionCommand(plugin: string, what: string): Command {
  return defineCommand({
    name: 'completion',
    summary: `Let TAB complete kubectl ${plugin}: ${what}`,
    details:
      `Makes the link kubectl_complete-${plugin} beside kubectl-${plugin}. kubectl's own completion, of 1.26 or later, asks it: ` +
      'source <(kubectl completion bash), or zsh, or fish.',
    positional: { name: 'install', required: true, many: false, describe: 'Make the link, or find it there' },
    flags: { ...outputFlags, ...commonFlags },
    examples: [{ describe: 'Once after each installation', command: `kubectl ${plugin} completion install` }],
    exitCodes: [11],
    async run(args, env) {
      const [word] = args.words;
      if (word !== 'install') throw new RetraceError('usage.value', { flag: 'completion', value: word ?? '', expected: 'install' });
      const [{ linkCompletion }, { print }] = await Promise.all([import('./completion-link.ts'), import('./print.ts')]);
      const link = linkCompletion(env.plugin.name, env.program.invokedAs, env.context);
      const document = { apiVersion: 'retrace/v1', kind: 'CompletionLink', path: link };
      await print({ document, names: [link], table: () => `${env.messages.completion.installed(`kubectl ${env.plugin.name}`, link)}\n` }, args.output, env);
    },
  });
}
