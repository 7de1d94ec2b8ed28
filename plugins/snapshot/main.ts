import { runPlugin } from '../../lib/cli/run-plugin.ts';

await runPlugin({
  name: 'snapshot',
  summary: 'Capture a monitoring stack, compare it with what is live, and restore from it',
  commands: [],
  notBuiltYet: 'capture the objects of a namespace with Secrets encrypted, show what changed since, and restore what the person chooses.',
});
