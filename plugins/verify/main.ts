import { runPlugin } from '../../lib/cli/run-plugin.ts';
import { checks } from './commands/checks.ts';
import { completion } from './commands/completion.ts';
import { drain } from './commands/drain.ts';
import { run } from './commands/run.ts';
import { watch } from './commands/watch.ts';

await runPlugin({
  name: 'verify',
  summary: 'Prove that pods, queues, series and uploads are whole again',
  commands: [run, watch, drain, checks, completion],
  defaultCommand: 'run',
  complete: async () => (await import('./completion.ts')).complete,
});
