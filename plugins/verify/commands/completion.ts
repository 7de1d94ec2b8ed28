import { defineCompletionCommand } from '../../../lib/cli/completion-command.ts';

export const completion = defineCompletionCommand('verify', 'checks, runs, flags');
