import { isAbsolute, join, resolve } from 'node:path';
import { dataDirectory, homeDirectory } from '../config/directories.ts';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { SnapshotRepository } from './repository.ts';

/**
 * Opens the place that --repo names. Nothing is made before the first write.
 * @param repo `s3://bucket/prefix`, a folder, or undefined for `$XDG_DATA_HOME/retrace/snapshots`
 * @throws usage.value for a place of an unknown kind; repository.config
 */
export async function openRepository(repo: string | undefined, context: Context): Promise<SnapshotRepository> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(repo ?? '')?.[1];
  if (scheme !== undefined) throw new RetraceError('usage.value', { flag: '--repo', value: repo!, expected: 'a folder, or s3://BUCKET/PREFIX' });
  const { openFolder } = await import('./folder-repository.ts');
  return openFolder(folderOf(repo, context), context);
}

function folderOf(repo: string | undefined, context: Context): string {
  if (repo === undefined) return join(dataDirectory(context), 'snapshots');
  if (repo.startsWith('~/')) return join(homeDirectory(context), repo.slice(2));
  return isAbsolute(repo) ? repo : resolve(context.cwd, repo);
}
