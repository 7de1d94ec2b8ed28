import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { FlagTable } from '../../lib/cli/flag.ts';
import { text } from '../../lib/cli/flag-values.ts';

/** Where snapshots are kept, and whose key opens them. */
export const repositoryFlags = {
  repo: { group: 'Target', value: text('PLACE'), describe: 'Folder where snapshots are kept; $XDG_DATA_HOME/retrace/snapshots when not given' },
  identity: { group: 'Safety', value: text('FILE'), describe: 'File with the private key for Secrets, as age-keygen writes it; identity.txt of the config folder when not given' },
} as const satisfies FlagTable;

export type RepositoryArgs = Omit<ArgsOf<typeof repositoryFlags>, 'words'>;
