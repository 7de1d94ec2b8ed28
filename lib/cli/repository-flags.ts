import type { ArgsOf } from './define-command.ts';
import type { FlagTable } from './flag.ts';
import { text } from './flag-values.ts';

/** Where snapshots are kept; of every command that reads or writes one. */
export const repositoryFlags = {
  repo: { group: 'Snapshots', value: text('PLACE'), describe: 'Where they are kept: a folder, or s3://BUCKET/PREFIX; a folder of this machine when not given' },
  repoConfig: { group: 'Snapshots', value: text('FILE'), describe: "Endpoint, region and keys of the bucket, in the form of Thanos' objstore.yml; AWS_* variables otherwise" },
} as const satisfies FlagTable;

/** Of every command that opens Secrets. */
export const identityFlags = {
  identity: { group: 'Snapshots', value: text('FILE'), describe: 'age private key that opens Secrets; SOPS_AGE_KEY_FILE, SOPS_AGE_KEY and your own key otherwise' },
} as const satisfies FlagTable;

/** Where a snapshot is, and whose key opens it. */
export type RepositoryArgs = Omit<ArgsOf<typeof repositoryFlags & typeof identityFlags>, 'words'>;
