import { defineCommand } from '../../../lib/cli/define-command.ts';
import { lookExclusive, watchFlags } from '../verify-flags.ts';

export const watch = defineCommand({
  name: 'watch',
  summary: 'Look again and again: a table that is redrawn, or a line a change in a pipe',
  details: 'Reads only. Ctrl-C ends it with exit code 0. A cluster that goes out of reach is inconclusive until it is back.',
  flags: watchFlags,
  exclusive: lookExclusive,
  examples: [
    { describe: 'Beside a change that goes on', command: 'kubectl verify watch -n monitoring --since=1m' },
    { describe: 'A log of what changed, of all clusters', command: 'kubectl verify watch -n monitoring --clusters=all | tee verify.log' },
  ],
  async run(args, env) {
    const { watchAndTell } = await import('../watch-and-tell.ts');
    await watchAndTell(args, env);
  },
});
