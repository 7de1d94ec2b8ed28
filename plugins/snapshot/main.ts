import { runPlugin } from '../../lib/cli/run-plugin.ts';
import { check } from './commands/check.ts';
import { completion } from './commands/completion.ts';
import { create } from './commands/create.ts';
import { diff } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';
import { key } from './commands/key.ts';
import { list } from './commands/list.ts';
import { prune } from './commands/prune.ts';
import { show } from './commands/show.ts';
import { restore } from './commands/restore.ts';

await runPlugin({
  name: 'snapshot',
  summary: 'Capture a monitoring stack, compare it with what is live, and restore from it',
  commands: [create, list, show, diff, exportCommand, check, prune, restore, key, completion],
  complete: async () => (await import('./completion.ts')).complete,
});
