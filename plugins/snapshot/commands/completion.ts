import { defineCompletionCommand } from '../../../lib/cli/completion-command.ts';

export const completion = defineCompletionCommand('snapshot', 'snapshots, keys, flags');
