import type { PositionalSpec } from '../../lib/cli/define-command.ts';

export const snapshotId: PositionalSpec = { name: 'ID', required: true, many: false, describe: 'As kubectl snapshot list shows it: s-20261122-0250; run:RUN for what a run found before it wrote' };
