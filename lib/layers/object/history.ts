import { atMost } from '../../core/at-most.ts';
import type { Context } from '../../core/context.ts';
import { isError, RetraceError } from '../../core/errors.ts';
import { textsAt } from '../../core/fields.ts';
import { manifestOfRelease } from '../../formats/helm-release.ts';
import { ownerMarksOf } from '../../formats/owner-marks.ts';
import { getObject, listObjects, replaceObject } from '../../kube/objects.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import { isObjectTarget, isWritten } from '../../run/plan.ts';
import type { ObjectRef } from '../../run/plan.ts';
import { readPreImage } from '../../run/pre-image.ts';
import { listRuns } from '../../run/run-store.ts';
import { parseSnapshot } from '../../snapshot/file/parse.ts';
import { readIdentities } from '../../snapshot/identity.ts';
import type { Manifest } from '../../snapshot/manifest.ts';
import { cleanForUpdate } from '../../snapshot/restore/clean-for-update.ts';
import type { ListedSnapshot, SnapshotRepository } from '../../snapshot/repository.ts';
import type { StateChoice } from './candidates.ts';
import { keepObjects } from './steps/keep-objects.ts';
import { fieldManager } from './steps/write-object.ts';
import { isGone, isSameObject, lastAppliedState, layOver } from './states.ts';
import type { StateFact, StateGap } from './states.ts';

/** Where snapshots lie, and the keys for what is sealed in them. */
export interface SnapshotPlace {
  repository: SnapshotRepository;
  identityFile: string | undefined;
}

export interface FoundStates {
  states: StateFact[];
  gaps: StateGap[];
}

// Enough to go back over weeks of nights; each is a few MiB to read. Those verified good are always looked at.
const newestSnapshots = 20;
const newestRuns = 10;
const readAtOnce = 4;

/**
 * Every state that the objects can go back to: of snapshots of this cluster, of kubectl's last-applied annotation, of the Helm
 * manifest in force, and what runs of this machine found. Changes nothing.
 * @param clusterUid of the cluster; snapshots of others are not of these objects
 * @param choice what the person asked for: another source is not read
 * @returns for each object, by its place in `objects`
 * @throws file.unreadable, repository.* when the snapshots cannot be listed; what one of them lacks is a gap
 */
export async function gatherStates(
  connection: Connection,
  objects: readonly { type: ResourceType; object: KubeObject }[],
  place: SnapshotPlace,
  clusterUid: string | undefined,
  choice: StateChoice,
  context: Context,
): Promise<FoundStates[]> {
  const asks = (kind: StateChoice['kind']) => choice.kind === 'default' || choice.kind === kind;
  const snapshots = asks('snapshot') ? await readSnapshots(objects.map(({ object }) => object), place, clusterUid, choice, context) : [];
  return Promise.all(
    objects.map(async ({ type, object }, index) => {
      const applied = asks('last-applied') ? lastAppliedState(object) : undefined;
      const [helm, ofRuns] = await Promise.all([asks('helm') ? readHelm(connection, object, choice) : nothing(), asks('run') ? readRuns(object, clusterUid, choice, context) : nothing()]);
      const found = snapshots[index] ?? nothing();
      const states = [...found.states, ...(applied ? [applied] : []), ...helm.states, ...ofRuns.states];
      return { states: await Promise.all(states.map((state) => fillIn(connection, type, object, state))), gaps: [...found.gaps, ...helm.gaps, ...ofRuns.gaps] };
    }),
  );
}

function nothing(): FoundStates {
  return { states: [], gaps: [] };
}

async function readSnapshots(objects: readonly KubeObject[], place: SnapshotPlace, clusterUid: string | undefined, choice: StateChoice, context: Context): Promise<FoundStates[]> {
  const found = objects.map(nothing);
  const all = await place.repository.list();
  // Nobody knows of which cluster it is, nor that it is not the one to go back to.
  const broken = choice.kind === 'default' ? all.filter((one) => one.broken !== undefined) : [];
  for (const { gaps } of found) gaps.push(...broken.map(({ id, broken: error }) => ({ what: `snapshot:${id}`, why: error!.code })));
  const listed = choose(all, clusterUid, choice);
  const read = await atMost(readAtOnce, listed, async (one) => readSnapshot(one, objects, place, context));
  for (const ofOne of read) ofOne.forEach((one, index) => (found[index]!.states.push(...one.states), found[index]!.gaps.push(...one.gaps)));
  return found;
}

type Listed = ListedSnapshot & { manifest: Manifest };

/** Snapshots of people of this cluster, newest first; a safety copy is of a run, and asked for by it. */
function choose(listed: readonly ListedSnapshot[], clusterUid: string | undefined, choice: StateChoice): Listed[] {
  const whole = listed.filter((one): one is Listed => one.manifest !== undefined);
  if (choice.kind === 'snapshot') return whole.filter(({ id }) => id === choice.id);
  const own = whole.filter(({ manifest }) => manifest.purpose === 'snapshot' && (clusterUid === undefined || manifest.cluster.uid === clusterUid));
  const newestFirst = own.toSorted((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? 1 : -1));
  return newestFirst.filter((one, index) => index < newestSnapshots || isVerified(one.manifest));
}

function isVerified({ tags }: Manifest): boolean {
  return tags['verified'] === 'good';
}

async function readSnapshot({ id, manifest }: Listed, objects: readonly KubeObject[], { repository, identityFile }: SnapshotPlace, context: Context): Promise<FoundStates[]> {
  const gap = (error: unknown): FoundStates => {
    if (!(error instanceof RetraceError)) throw error;
    return { states: [], gaps: [{ what: `snapshot:${id}`, why: error.code }] };
  };
  try {
    const content = parseSnapshot(await repository.read(id), id);
    const at = objects.map((object) => content.stored.findIndex((stored) => isSameObject(stored.object, object)));
    const isSealed = at.some((place) => content.stored[place]?.sealed);
    let whole: KubeObject[] | undefined;
    let sealedGap: FoundStates | undefined;
    if (isSealed) {
      try {
        whole = await content.unseal(await readIdentities(identityFile, context));
      } catch (error) {
        sealedGap = gap(error);
      }
    }
    return at.map((place) => {
      const stored = content.stored[place];
      if (!stored) return nothing();
      if (stored.omitted) return { states: [], gaps: [{ what: `snapshot:${id}`, why: 'identity.missing' as const }] };
      if (stored.sealed && !whole) return sealedGap!;
      const object = stored.sealed ? whole![place]! : stored.object;
      const source = { kind: 'snapshot' as const, id, takenAt: manifest.startedAt, place: repository.place };
      return { states: [{ source, at: manifest.startedAt, isVerified: isVerified(manifest), stored: object }], gaps: [] };
    });
  } catch (error) {
    return objects.map(() => gap(error));
  }
}

/** The manifest of the newest revision in force, or of the one that was asked for. */
async function readHelm(connection: Connection, live: KubeObject, choice: StateChoice): Promise<FoundStates> {
  const mark = ownerMarksOf(live).find((one) => one.kind === 'helm');
  if (mark?.kind !== 'helm') return nothing();
  const { release, namespace } = mark;
  try {
    const stored = await findStored(connection, release, namespace, choice);
    const manifest = stored && manifestOfRelease(stored.object)?.find((object) => isSameObject(inNamespace(object, live, namespace), live) && object['apiVersion'] === live.apiVersion);
    if (!stored || !manifest) return nothing();
    const source = { kind: 'helm-manifest' as const, release, namespace, revision: stored.revision };
    return { states: [{ source, at: stored.object.metadata.creationTimestamp, isVerified: false, stored: layOver(manifest, live) }], gaps: [] };
  } catch (error) {
    if (!isError(error, 'access.forbidden')) throw error;
    return { states: [], gaps: [{ what: `helm release ${release}`, why: 'access.forbidden' }] };
  }
}

/** Most charts leave the namespace to Helm. */
function inNamespace(object: KubeObject | Record<string, unknown>, live: KubeObject, namespace: string): KubeObject {
  const { metadata } = object as KubeObject;
  if (metadata['namespace'] !== undefined || live.metadata['namespace'] === undefined) return object as KubeObject;
  return { ...(object as KubeObject), metadata: { ...metadata, namespace } };
}

async function findStored(connection: Connection, release: string, namespace: string, choice: StateChoice): Promise<{ object: KubeObject; revision: number } | undefined> {
  for (const type of [builtinTypes.secrets, builtinTypes.configmaps]) {
    const { items } = await listObjects(connection, type, { namespace, labelSelector: `owner=helm,name=${release}`, metadataOnly: true });
    const revisions = items.map((object) => ({ ...textsAt(object, 'metadata', 'labels'), object: object.metadata.name }) as Record<string, string>);
    const wanted = revisions.filter(({ version, status }) => (choice.kind === 'helm' ? Number(version) === choice.revision : status === 'deployed'));
    const newest = wanted.toSorted((a, b) => Number(b['version']) - Number(a['version']))[0];
    const object = newest && (await getObject(connection, type, namespace, newest['object']!));
    if (object) return { object, revision: Number(newest['version']) };
  }
  return undefined;
}

/** What the newest runs found before they wrote the object. */
async function readRuns(live: KubeObject, clusterUid: string | undefined, choice: StateChoice, context: Context): Promise<FoundStates> {
  const found = nothing();
  const isOfObject = ({ kind, namespace, name, apiVersion }: ObjectRef) => isSameObject({ apiVersion, kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) } }, live);
  const runs = (await listRuns(context)).filter(({ id, plan }) => plan.cluster.uid === clusterUid && (choice.kind !== 'run' || choice.id === id) && plan.targets.some((target) => isObjectTarget(target) && isWritten(target) && isOfObject(target.object)));
  for (const { id, directory, startedAt } of runs.slice(-newestRuns)) {
    try {
      const stored = (await readPreImage(directory, keepObjects.kind, context))?.find((object) => isSameObject(object, live));
      if (stored) found.states.push({ source: { kind: 'run', id }, at: startedAt, isVerified: false, stored });
    } catch (error) {
      if (!(error instanceof RetraceError)) throw error;
      found.gaps.push({ what: `run:${id}`, why: error.code });
    }
  }
  return found;
}

/** As the server would keep it: its defaults, and what admission makes of it. Where it may not be tried, as it is. */
async function fillIn(connection: Connection, type: ResourceType, live: KubeObject, state: StateFact): Promise<StateFact> {
  if (isGone(live)) return state;
  const body = cleanForUpdate(state.stored, live, { isScaledByOther: false });
  const namespace = live.metadata['namespace'] === undefined ? undefined : String(live.metadata['namespace']);
  try {
    const answer = await replaceObject(connection, type, namespace, live.metadata.name, body, { fieldManager, dryRun: true });
    return { ...state, stored: { ...answer, apiVersion: live.apiVersion, kind: live.kind } };
  } catch (error) {
    // An immutable object is told as it is; the plan's own dry run tells what is refused.
    if (isError(error, 'access.forbidden') || isError(error, 'server.rejected') || isError(error, 'server.conflict')) return { ...state, stored: body };
    throw error;
  }
}
