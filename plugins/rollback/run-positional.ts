import type { PositionalSpec } from '../../lib/cli/define-command.ts';

export const runId: PositionalSpec = { name: 'RUN', required: true, many: false, describe: 'Id of a run, as r-7k2m4d; kubectl rollback runs lists them' };
