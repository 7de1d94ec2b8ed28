import { runPlugin } from '../../lib/cli/run-plugin.ts';
import { checks } from './commands/checks.ts';
import { completion } from './commands/completion.ts';
import { run } from './commands/run.ts';

await runPlugin({
  name: 'verify',
  summary: 'Prove that pods, queues, series and uploads are whole again',
  commands: [run, checks, completion],
  defaultCommand: 'run',
  complete: async () => (await import('./completion.ts')).complete,
});
