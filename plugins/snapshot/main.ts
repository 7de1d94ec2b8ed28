import { runPlugin } from '../../lib/cli/run-plugin.ts';
import { create } from './commands/create.ts';
import { diff } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';

await runPlugin({
  name: 'snapshot',
  summary: 'Capture a monitoring stack, compare it with what is live, and restore from it',
  commands: [create, diff, exportCommand],
});
