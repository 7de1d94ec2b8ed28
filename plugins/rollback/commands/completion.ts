import { defineCompletionCommand } from '../../../lib/cli/completion-command.ts';

export const completion = defineCompletionCommand('rollback', 'targets, revisions, runs, flags');
