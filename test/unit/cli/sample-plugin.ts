/** A plugin whose commands do what the process behaviour is tested with. Started as a child by process.test.ts. */
import { defineCommand, type Command } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { confirmPlan } from '../../../lib/cli/prompts.ts';
import { runPlugin } from '../../../lib/cli/run-plugin.ts';
import { sleep } from '../../../lib/core/time.ts';
import type { Plan } from '../../../lib/run/plan.ts';
import { note } from '../../../lib/run/notes.ts';
import { samplePlan } from '../output/sample-plan.ts';

const flags = { ...safetyFlags, ...outputFlags, ...commonFlags };
const command = (name: string, run: Command['run'], more: Partial<Command> = {}): Command => ({ name, summary: name, flags, examples: [], run, ...more });

const typed: Plan = samplePlan({ confirmation: { kind: 'type-name', name: 'thanos-receive', because: note('revert-is-bad', 'warning', { runId: 'r-1', target: 'statefulset/thanos-receive' }) } });

function ask(name: string, plan: Plan): Command {
  return defineCommand({
    name,
    summary: name,
    flags,
    examples: [],
    async run(args, env) {
      await confirmPlan(plan, args, env, `kubectl sample ${name} --yes`);
      await env.context.streams.stdout.write('agreed\n');
    },
  });
}

await runPlugin({
  name: 'sample',
  summary: 'For tests',
  commands: [
    command('big', async (_args, { context }) => context.streams.stdout.write(`${'x'.repeat(99)}\n`.repeat(20_000))),
    command('crash', async () => {
      throw new TypeError('cannot read "x"');
    }),
    command(
      'read',
      async (_args, { context }) => {
        await context.streams.stderr.write('reading\n');
        await sleep(20_000, context.signal);
        context.signal.throwIfAborted();
      },
      { beginsChange: true },
    ),
    command('deaf', async (_args, { context, progress }) => {
      progress.runId = 'r-7k2m4d';
      await context.streams.stderr.write('writing\n');
      await sleep(20_000);
    }),
    ask('ask', samplePlan()),
    ask('ask-name', typed),
  ],
});
