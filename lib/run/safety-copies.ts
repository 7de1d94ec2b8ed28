import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Context } from '../core/context.ts';
import { orFileError, syncDirectory } from '../core/durable-file.ts';
import { RetraceError } from '../core/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import { encodeSnapshot } from '../snapshot/file/encode.ts';
import { firstReadBytes } from '../snapshot/file/frame.ts';
import { parseSnapshot, type SnapshotContent } from '../snapshot/file/parse.ts';
import { readFirst } from '../snapshot/folder-repository.ts';
import { readIdentities } from '../snapshot/identity.ts';
import { headOf, type CapturedType, type Manifest, type ManifestHead } from '../snapshot/manifest.ts';
import { fileEnding, listedSnapshot, notFound, type ListedSnapshot, type SnapshotRepository } from '../snapshot/repository.ts';
import { preImagesDirectory } from './pre-image.ts';
import { listRunIds, runsDirectory } from './run-store.ts';

type Place = Pick<Context, 'env' | 'platform'>;
interface Copy extends ListedSnapshot {
  path: string;
}

const prefix = 'run:';

/** True for what names safety copies instead of a snapshot: `run:r-7k2m4d`, all that a run found, or `run:r-7k2m4d.3`, one step's. */
export function isSafetyId(id: string): boolean {
  return id.startsWith(prefix);
}

/**
 * What the runs of this machine found before they wrote, as a place of snapshots. `read` takes the id of a step's copy as it is
 * listed, or that of a run without a step: then of an object that several steps wrote its state before the first.
 * @param identityFile --identity, for a run of several steps, whose copies must be opened to be one
 */
export function openSafetyCopies(context: Place, identityFile?: string): SnapshotRepository {
  const place = runsDirectory(context);
  const find = async (id: string): Promise<Copy[]> => {
    const [, runId, step] = /^run:(r-[0-9a-z]+)(.*)$/.exec(id) ?? [];
    const copies = runId === undefined ? [] : await listCopies(runId, place);
    const found = step === '' ? copies : copies.filter((copy) => copy.id === id);
    if (found.length === 0) throw notFound(id, place, (await listAll(context)).map((copy) => copy.id));
    return found;
  };
  return {
    place,
    ids: async () => (await listAll(context)).map(({ id }) => id),
    list: async () => (await listAll(context)).map(({ path: _path, ...listed }) => listed),
    read: async (id) => {
      const files = await Promise.all((await find(id)).map(async ({ path }) => ({ path, bytes: await readBytes(path) })));
      const [only, ...others] = files;
      if (others.length === 0) return only!.bytes;
      return joinCopies(files.map(({ path, bytes }) => parseSnapshot(bytes, path)), identityFile, context);
    },
    write: (id) => Promise.reject(new Error(`${id}: only runs write safety copies`)),
    remove: async (id) => {
      for (const { path } of await find(id)) {
        await orFileError(path, () => rm(path));
        await orFileError(path, () => syncDirectory(join(path, '..')));
      }
    },
  };
}

async function listAll(context: Place): Promise<Copy[]> {
  const place = runsDirectory(context);
  const copies = await Promise.all((await listRunIds(context)).map((runId) => listCopies(runId, place)));
  return copies.flat();
}

/** In the order of the steps. A file that is broken is known by its run and its name; what the run was to write is no copy of what was before. */
async function listCopies(runId: string, place: string): Promise<Copy[]> {
  const folder = preImagesDirectory(join(place, runId));
  const names = (await readNames(folder)).filter((name) => name.endsWith(fileEnding)).sort();
  const copies = await Promise.all(
    names.map(async (name): Promise<Copy[]> => {
      const path = join(folder, name);
      const size = await stat(path).then((file) => file.size, () => undefined);
      // Gone since: a run that was refused takes its directory away.
      if (size === undefined) return [];
      const listed = await listedSnapshot(path, size, firstReadBytes, (count) => readFirst(path, count));
      if (listed.manifest?.purpose === 'wanted') return [];
      return [{ ...listed, id: `${prefix}${listed.manifest?.id ?? `${runId}/${basename(name, fileEnding)}`}`, path }];
    }),
  );
  return copies.flat().sort((a, b) => stepOf(a) - stepOf(b));
}

function stepOf({ manifest }: Copy): number {
  return Number(manifest?.id.split('.')[1] ?? 0);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RetraceError('file.unreadable', { path: folder, detail: (error as Error).message }, { cause: error });
  }
}

/** One file of several, for whom each was sealed; never written to a disk. */
async function joinCopies(contents: readonly SnapshotContent[], identityFile: string | undefined, context: Place): Promise<Uint8Array> {
  const manifests = contents.map(({ manifest }) => manifest);
  const isSealed = manifests.some(({ secrets }) => secrets === 'encrypted');
  const identities = isSealed ? await readIdentities(identityFile, context) : [];
  const objects = firstOfEach((await Promise.all(contents.map((content) => content.unseal(identities)))).flat());
  const recipients = [...new Set(manifests.flatMap((manifest) => manifest.recipients))];
  return (await encodeSnapshot(joinHeads(manifests, objects), objects, { kind: 'age', recipients })).bytes;
}

/** Of each object its first state. */
function firstOfEach(objects: readonly KubeObject[]): KubeObject[] {
  const first = new Map<string, KubeObject>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    const key = [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, metadata['namespace'] ?? '', metadata.name].join(' ');
    if (!first.has(key)) first.set(key, object);
  }
  return [...first.values()];
}

function joinHeads(manifests: readonly Manifest[], objects: readonly KubeObject[]): ManifestHead {
  const head = headOf(manifests[0]!);
  const { step: _step, ...tags } = head.tags;
  const namespaces = [...new Set(manifests.flatMap(({ scope }) => scope.namespaces ?? []))].sort();
  const types = new Map<string, CapturedType>(manifests.flatMap((manifest) => manifest.types.map((type) => [`${type.apiVersion} ${type.kind}`, type] as const)));
  return {
    ...head,
    id: head.runId ?? head.id,
    tags,
    scope: { ...(namespaces.length > 0 ? { namespaces } : {}), kinds: [...new Set(manifests.flatMap(({ scope }) => scope.kinds ?? []))] },
    finishedAt: manifests.at(-1)!.finishedAt,
    types: [...types].map(([key, type]) => ({ ...type, objects: objects.filter(({ apiVersion, kind }) => `${apiVersion} ${kind}` === key).length })),
  };
}
