import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';

export const checks = defineCommand({
  name: 'checks',
  summary: 'Every check: what it proves, whether it decides, what it needs to be allowed',
  flags: { ...outputFlags, ...commonFlags },
  examples: [{ describe: 'What does verify look at?', command: 'kubectl verify checks' }],
  async run(args, env) {
    const [{ checks: all }, { listOf }, { print }, { renderChecks }] = await Promise.all([
      import('../../../lib/checks/registry.ts'),
      import('../../../lib/output/document.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/checks.ts'),
    ]);
    const items = all.map(({ name, decides, sources, needs }) => ({ apiVersion: 'retrace/v1', kind: 'Check', name, decides, needs, sources }));
    await print({ document: listOf('Check', items), names: all.map(({ name }) => name), table: () => renderChecks(all, env.messages, env.outStyle) }, args.output, env);
  },
});
