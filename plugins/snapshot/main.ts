import { runPlugin } from '../../lib/cli/run-plugin.ts';
import { create } from './commands/create.ts';

await runPlugin({
  name: 'snapshot',
  summary: 'Capture a monitoring stack, compare it with what is live, and restore from it',
  commands: [create],
});
