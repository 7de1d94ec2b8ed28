import { flagsForHints, formatCommandLine } from '../../../lib/cli/command-line.ts';
import { defineCommand } from '../../../lib/cli/define-command.ts';
import { choice, duration } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags } from '../../../lib/cli/kubectl-flags.ts';
import type { Verification } from '../../../lib/procedure/verify.ts';

export const drain = defineCommand({
  name: 'drain',
  summary: 'Wait until all that a Prometheus or an agent holds for remote write has left it: then it may restart',
  details: 'Reads only, and stops nothing: what comes later goes on coming. What is still in a queue when its process ends is lost, and no counter shows it. Ends early where samples are lost or nothing moves.',
  positional: { name: 'TYPE/NAME', required: true, many: true, describe: 'What is to restart: a workload, a Prometheus or PrometheusAgent of the operator, or a pod' },
  flags: {
    timeout: { group: 'Waiting', value: duration('5m', 1), fallback: '5m', describe: 'How long to wait at most' },
    output: { group: 'Output', alias: 'o', value: choice('table', 'wide', 'json', 'yaml', 'name'), fallback: 'table', describe: 'Form of the output' },
    ...commonFlags,
    ...clusterFlags,
  },
  examples: [
    { describe: 'Before a restart', command: 'kubectl verify drain sts/prometheus-agent -n monitoring' },
    { describe: 'In a script', command: 'kubectl verify drain sts/prometheus-agent -n monitoring --timeout=10m && kubectl rollout restart sts/prometheus-agent -n monitoring' },
  ],
  exitCodes: [3, 4, 5, 8, 9, 10, 130],
  async run(args, env) {
    const [{ withConnection }, { print, say }, { parseTargetWords, resolveTargets }, { describeVerification, evidenceOf, renderVerification }, { drain: drainSenders }, { nextCommands }, { failureOf }] = await Promise.all([
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/kube/targets.ts'),
      import('../../../lib/output/verify.ts'),
      import('../../../lib/procedure/drain.ts'),
      import('../next-commands.ts'),
      import('../verdict-failure.ts'),
    ]);
    const words = [...args.words];
    parseTargetWords(words, 'kubectl verify drain TYPE/NAME');
    await withConnection(args, env, async (connection) => {
      const namespace = args.namespace ?? connection.defaultNamespace;
      const targets = await resolveTargets(connection, words, { namespace, verb: 'verify drain', flagsForHints: flagsForHints(env) });
      let told = '';
      const onLook = ({ checks: [result], now }: Verification) => {
        const text = `${env.messages.checks.verdict[result!.verdict]}   ${evidenceOf(result!, env.messages, { now: new Date(now) })}`;
        if (text !== told) void say(`drained: ${text}`, env);
        told = text;
      };
      const seen = await drainSenders({ targets, namespace, timeoutMs: args.timeout, onLook }, connection, env.context);
      const again = formatCommandLine({ start: 'kubectl verify drain', words, flags: env.command.flags, given: env.given });
      // What is wrong with a queue is explained by what looks at queues.
      const explain = nextCommands(env).explain('remote-write');
      const table = () => renderVerification(seen, env.messages, env.outStyle, { explain: () => explain, wait: again });
      await print({ document: describeVerification(seen), names: [`drained/${seen.verdict}`], table }, args.output, env);
      if (seen.exitCode !== 0) throw failureOf(seen.exitCode, seen.checks.map((result) => ({ ...result, name: result.check, explain })), { again, waitedMs: args.timeout, namespaces: [namespace] });
    });
  },
});
