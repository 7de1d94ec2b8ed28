import { defineCommand } from '../../../lib/cli/define-command.ts';
import { lookExclusive, verifyFlags } from '../verify-flags.ts';

export const run = defineCommand({
  name: 'run',
  summary: 'Prove that a monitoring stack is whole: a verdict a check, with its evidence',
  details: 'Reads only. What cannot be looked at is inconclusive, never pass; what is proved to be absent is skipped. The exit code is that of the checks that decide.',
  flags: verifyFlags,
  exclusive: lookExclusive,
  examples: [
    { describe: 'A minute after a change', command: 'kubectl verify -n monitoring --since=1m' },
    { describe: 'After a run of kubectl rollback', command: 'kubectl verify --run r-7k2m' },
    { describe: 'In a pipeline: wait, and let only these decide', command: 'kubectl verify -n monitoring --wait --timeout=5m --gate=pods,rollout' },
    { describe: 'All clusters at once; one that is out of reach is inconclusive by its name', command: 'kubectl verify -n monitoring --clusters=all' },
    { describe: 'For a CI server', command: 'kubectl verify -n monitoring -o junit > verify.xml' },
  ],
  exitCodes: [3, 4, 5, 8, 9, 10, 130],
  async run(args, env) {
    const { verifyAndTell } = await import('../verify-and-tell.ts');
    await verifyAndTell(args, env);
  },
});
