import { atMost } from '../core/at-most.ts';
import { RetraceError } from '../core/errors.ts';
import type { Bucket } from '../objectstore/bucket.ts';
import { firstReadBytes } from './file/frame.ts';
import { isSnapshotId } from './manifest.ts';
import { fileEnding, idOfFile, listedSnapshot, notFound, type SnapshotRepository } from './repository.ts';

/** Snapshots in a bucket, one object each. An object is there whole or not at all, so nothing is left half written. */
export function openInBucket(bucket: Bucket): SnapshotRepository {
  const { place } = bucket;
  const keyOf = (id: string) => `${id}${fileEnding}`;
  const listFiles = async () => (await bucket.list()).flatMap(({ key, bytes }) => ({ id: idOfFile(key), bytes })).filter((file): file is { id: string; bytes: number } => file.id !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1));
  const refuse = async (id: string) => notFound(id, place, (await listFiles()).map((file) => file.id));
  return {
    place,
    ids: async () => (await listFiles()).map(({ id }) => id),
    list: async () => {
      const files = await listFiles();
      const found = await atMost(16, files, async ({ id, bytes }) => {
        const listed = await listedSnapshot(id, bytes, firstReadBytes, async (count) => {
          const first = count === 0 ? new Uint8Array() : await bucket.read(keyOf(id), count);
          // Taken away since, as by a prune of somebody else.
          if (first === undefined) throw new RetraceError('snapshot.not-found', { id, place, known: [], near: [] });
          return first;
        });
        return listed.broken?.code === 'snapshot.not-found' ? undefined : listed;
      });
      return found.filter((each) => each !== undefined);
    },
    read: async (id) => {
      const bytes = isSnapshotId(id) ? await bucket.read(keyOf(id)) : undefined;
      if (bytes === undefined) throw await refuse(id);
      return bytes;
    },
    write: async (id, bytes) => {
      if (!(await bucket.create(keyOf(id), bytes))) throw new RetraceError('snapshot.exists', { id, place });
    },
    remove: async (id) => {
      if (!isSnapshotId(id) || !(await bucket.remove(keyOf(id)))) throw await refuse(id);
    },
  };
}
