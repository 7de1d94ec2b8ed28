import { resolve } from 'node:path';
import type { Context } from '../core/context.ts';
import { isError, RetraceError } from '../core/errors.ts';
import { quoteForShell } from '../core/shell.ts';
import { readClusterRef } from '../kube/cluster-identity.ts';
import type { Connection } from '../kube/types.ts';
import { captureObjects, type Captured } from '../snapshot/capture/capture.ts';
import type { CaptureProgress } from '../snapshot/capture/list-reader.ts';
import type { CaptureScope } from '../snapshot/capture/scope.ts';
import { encodeSnapshot } from '../snapshot/file/encode.ts';
import { newSnapshotId, type Manifest, type ManifestHead } from '../snapshot/manifest.ts';
import type { SnapshotRepository } from '../snapshot/repository.ts';
import type { Seal } from '../snapshot/seal.ts';
import { checkTagIsFree, makeTag, readGitState, type GitState } from '../tools/git.ts';

export interface CreateRequest {
  scope: CaptureScope;
  tags: Record<string, string>;
  /** The work tree that what runs came from, and the tag to make in it. */
  git: { directory: string; tag: string | undefined } | undefined;
  /** Asked when there is something to seal: a command that is refused leaves no new key behind. */
  chooseSeal(): Promise<Seal>;
  /** Version of Retrace. */
  tool: string;
}

export interface CreatedSnapshot {
  manifest: Manifest;
  /** Of the whole file. */
  bytes: number;
  place: string;
  tookMs: number;
  areApplicationsUnread: boolean;
  /** The snapshot is there, the tag is not. */
  notTagged: RetraceError<'snapshot.not-tagged'> | undefined;
}

/**
 * Captures, writes, reads back and compares. What could fail without the cluster fails before it is asked.
 * @throws what captureObjects throws; git.*; snapshot.corrupt when what was written is not what is read back; file.write
 */
export async function createSnapshot(
  request: CreateRequest,
  repository: SnapshotRepository,
  connection: Connection,
  context: Context,
  onProgress?: (progress: CaptureProgress) => void,
): Promise<CreatedSnapshot> {
  const startedMs = context.now().getTime();
  const git = request.git && { ...request.git, directory: resolve(context.cwd, request.git.directory) };
  if (git?.tag !== undefined) await checkTagIsFree(git.directory, git.tag, context);
  const state = git && (await readGitState(git.directory, context));
  const [captured, cluster] = await Promise.all([captureObjects(connection, context, request.scope, onProgress), readClusterRef(connection)]);
  context.signal.throwIfAborted();
  const { omitSecrets: _omitSecrets, ...scope } = request.scope;
  const head: Omit<ManifestHead, 'id'> = {
    purpose: 'snapshot',
    tool: request.tool,
    cluster,
    scope,
    startedAt: captured.startedAt,
    finishedAt: captured.finishedAt,
    by: { user: context.user, host: context.host },
    tags: request.tags,
    ...(state === undefined ? {} : { git: { ...(git?.tag === undefined ? {} : { tag: git.tag }), ...state } }),
    types: captured.types,
    complete: captured.gaps.length === 0,
    gaps: captured.gaps,
    inForce: captured.inForce,
  };
  const { manifest, bytes } = await writeNew(head, captured, await request.chooseSeal(), repository);
  const notTagged = git?.tag === undefined || state === undefined ? undefined : await tag(git.directory, git.tag, state, manifest, context);
  return { manifest, bytes, place: repository.place, tookMs: context.now().getTime() - startedMs, areApplicationsUnread: captured.areApplicationsUnread, notTagged };
}

/** Writes under a name that nobody has, and proves that it can be read: a damaged snapshot is found out now, not on the night it is needed (etcd#18340). */
async function writeNew(head: Omit<ManifestHead, 'id'>, captured: Captured, seal: Seal, repository: SnapshotRepository): Promise<{ manifest: Manifest; bytes: number }> {
  const taken = new Set(await repository.ids());
  for (;;) {
    const id = newSnapshotId(new Date(head.startedAt), taken);
    const { bytes, manifest } = await encodeSnapshot({ id, ...head }, captured.objects, seal);
    try {
      await repository.write(id, bytes);
    } catch (error) {
      // Another create in the same minute was faster.
      if (!isError(error, 'snapshot.exists')) throw error;
      taken.add(id);
      continue;
    }
    // Byte for byte, which is more than any digest; to parse 24 MB again would take longer than all the rest.
    const isSame = Buffer.compare(await repository.read(id), bytes) === 0;
    if (!isSame) throw new RetraceError('snapshot.corrupt', { name: `${repository.place}/${id}`, part: 'end', detail: 'what is read back is not what was written' });
    return { manifest, bytes: bytes.length };
  }
}

async function tag(directory: string, name: string, { commit }: GitState, { id, cluster }: Manifest, context: Context): Promise<RetraceError<'snapshot.not-tagged'> | undefined> {
  const message = `Snapshot ${id} of ${cluster.name ?? cluster.contextName}`;
  try {
    await makeTag(directory, name, commit, message, context);
    return undefined;
  } catch (error) {
    if (!isError(error, 'git.failed')) throw error;
    const command = `git -C ${quoteForShell(directory)} tag -a -m ${quoteForShell(message)} ${quoteForShell(name)} ${commit}`;
    return new RetraceError('snapshot.not-tagged', { id, detail: error.params.detail, command }, { cause: error });
  }
}
