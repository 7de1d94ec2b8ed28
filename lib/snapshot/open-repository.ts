import { isAbsolute, join, resolve } from 'node:path';
import { dataDirectory, homeDirectory } from '../config/directories.ts';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { SnapshotRepository } from './repository.ts';

/**
 * Opens the place that --repo names. Nothing is made or asked before it is used.
 * @param repo `s3://bucket/prefix`, a folder, or undefined for `$XDG_DATA_HOME/retrace/snapshots`
 * @param configFile objstore.yml of the bucket (--repo-config); alone it names the bucket too
 * @throws usage.value for a place of an unknown kind; repository.config
 */
export async function openRepository(repo: string | undefined, context: Context, configFile?: string): Promise<SnapshotRepository> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(repo ?? '')?.[1];
  if (scheme !== undefined && scheme !== 's3') throw new RetraceError('usage.value', { flag: '--repo', value: repo!, expected: 'a folder, or s3://BUCKET/PREFIX' });
  if (scheme === 's3' || (repo === undefined && configFile !== undefined)) return openS3(repo, context, configFile);
  if (configFile !== undefined) throw new RetraceError('usage.value', { flag: '--repo-config', value: configFile, expected: '--repo=s3://BUCKET/PREFIX beside it, or no --repo' });
  const { openFolder } = await import('./folder-repository.ts');
  return openFolder(folderOf(repo, context), context);
}

async function openS3(url: string | undefined, context: Context, configFile: string | undefined): Promise<SnapshotRepository> {
  const [{ openInBucket }, { openBucket }, { readBucketAccess }] = await Promise.all([import('./bucket-repository.ts'), import('../objectstore/bucket.ts'), import('../objectstore/bucket-access.ts')]);
  return openInBucket(openBucket(await readBucketAccess(url, configFile, context), context));
}

function folderOf(repo: string | undefined, context: Context): string {
  if (repo === undefined) return join(dataDirectory(context), 'snapshots');
  if (repo.startsWith('~/')) return join(homeDirectory(context), repo.slice(2));
  return isAbsolute(repo) ? repo : resolve(context.cwd, repo);
}
