import { runPlugin } from '../../lib/cli/run-plugin.ts';
import { apply } from './commands/apply.ts';
import { close } from './commands/close.ts';
import { completion } from './commands/completion.ts';
import { history } from './commands/history.ts';
import { plan } from './commands/plan.ts';
import { resume } from './commands/resume.ts';
import { revert } from './commands/revert.ts';
import { runs } from './commands/runs.ts';
import { status } from './commands/status.ts';
import { undo } from './commands/undo.ts';

await runPlugin({
  name: 'rollback',
  summary: 'Take workloads back to a revision that works, and see that it holds',
  commands: [plan, undo, apply, history, runs, status, resume, revert, close, completion],
  complete: async () => (await import('./completion.ts')).complete,
});
