import type { Context } from '../core/context.ts';
import { isSafetyId, openSafetyCopies } from '../run/safety-copies.ts';
import { openRepository } from '../snapshot/open-repository.ts';
import type { SnapshotRepository } from '../snapshot/repository.ts';
import type { RepositoryArgs } from './repository-flags.ts';

/**
 * Opens the place that the flags name. Wherever that is, `run:RUN` and `run:RUN.STEP` are read from the runs of this machine.
 * @param id when it is such a name, `place` says so too
 * @throws as openRepository
 */
export async function openPlace(args: Omit<RepositoryArgs, 'identity'> & { identity?: string | undefined; safety?: boolean }, context: Context, id = ''): Promise<SnapshotRepository> {
  const copies = openSafetyCopies(context, args.identity);
  if (args.safety) return copies;
  const repository = await openRepository(args.repo, context, args.repoConfig);
  return { ...repository, ...(isSafetyId(id) ? { place: copies.place } : {}), read: (name) => (isSafetyId(name) ? copies : repository).read(name) };
}
