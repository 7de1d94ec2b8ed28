import { defineCommand } from '../../../lib/cli/define-command.ts';
import { choice, duration } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { runId } from '../run-positional.ts';
import { shareChoice, shareFlags } from '../../../lib/cli/share-flags.ts';

export const resume = defineCommand({
  name: 'resume',
  summary: 'Go on with a run that was stopped or whose process died',
  details: 'Each step looks at the live cluster first and does only what is missing. It asks nothing: the run was agreed to when it began. A run of another machine is found by its record in the cluster, and can be gone on with once its lock has expired. What it has yet to write and somebody above it writes since is refused.',
  positional: runId,
  flags: {
    timeout: { group: 'Waiting', value: duration('10m', 1), describe: 'How long to wait from now on' },
    stuckPods: { group: 'Waiting', value: choice('evict', 'delete', 'never'), describe: 'What to do with a pod of an old revision that blocks' },
    withoutHold: { group: 'Safety', describe: 'Go on although an owner that came since the run began will put it back' },
    ...shareFlags,
    ...outputFlags,
    ...commonFlags,
    ...clusterFlags,
  },
  examples: [
    { describe: 'Go on where it stopped', command: 'kubectl rollback resume r-7k2m4d' },
    { describe: 'Go on with a run of another machine', command: 'kubectl rollback resume r-7k2m4d -n monitoring' },
    { describe: 'Give it longer', command: 'kubectl rollback resume r-7k2m4d --timeout=30m' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    const [{ resumeRun }, { withRun }, { carryOut }] = await Promise.all([
      import('../../../lib/procedure/execute.ts'),
      import('../known-run.ts'),
      import('../../../lib/cli/carry-out.ts'),
    ]);
    const options = {
      ...(args.timeout === undefined ? {} : { timeoutMs: args.timeout }),
      ...(args.stuckPods === undefined ? {} : { stuckPods: args.stuckPods }),
    };
    await withRun(args.words[0]!, args, env, (run, connection, namespace) =>
      carryOut(run.plan, args, env, (emit) => resumeRun(run.id, connection, env.context, emit, { ...shareChoice(args), namespace, withoutHold: args.withoutHold }, options)),
    );
  },
});
