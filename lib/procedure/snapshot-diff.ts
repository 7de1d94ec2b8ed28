import { atMost } from '../core/at-most.ts';
import type { Context } from '../core/context.ts';
import { isError } from '../core/errors.ts';
import { isSameCluster, readClusterRef, type ClusterRef } from '../kube/cluster-identity.ts';
import { findTypeOfObject } from '../kube/discovery.ts';
import { getObject } from '../kube/objects.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { captureObjects } from '../snapshot/capture/capture.ts';
import { compareStates, keyOf, type ObjectDifference } from '../snapshot/diff/compare-states.ts';
import { isReadIn, type ComparedState } from '../snapshot/diff/coverage.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import type { OpenedSnapshot } from '../snapshot/open-content.ts';
import { selectObjects } from '../snapshot/select.ts';
import { addUsers, type UsedDifference, type UsersOfChanges } from './users-of-changes.ts';

/** A comparison for people and programs. */
export interface SnapshotDiff {
  apiVersion: 'retrace/v1';
  kind: 'SnapshotDiff';
  from: DiffSide;
  to: DiffSide;
  isOtherCluster: boolean;
  /** Objects that were looked at on either side. */
  compared: number;
  counts: Record<ObjectDifference['change'], number>;
  objects: UsedDifference[];
  /** Of who uses what changed: what may not be looked at, or why nothing is known. Left out where no cluster was asked. */
  users?: Pick<UsersOfChanges, 'unread' | 'failed'>;
}

export interface DiffSide {
  /** Left out for the cluster as it is now. */
  snapshot?: string;
  at: string;
  cluster: ClusterRef;
  gaps: Manifest['gaps'];
}

export interface Chosen {
  words: readonly string[];
  namespaces: readonly string[] | undefined;
}

interface State extends ComparedState {
  isCopyOfRun?: boolean;
}

/** Compares two snapshots, without a cluster. @throws snapshot.no-such-object */
export function diffSnapshots(before: OpenedSnapshot, after: OpenedSnapshot, chosen: Chosen): SnapshotDiff {
  return report([stateOf(before), stateOf(after)], [sideOf(before.manifest), sideOf(after.manifest)], chosen);
}

/**
 * Compares a snapshot with the cluster as it is now, by a capture of the same scope. What the capture did not look at, as an
 * object that lost the label of a selector, is asked for by name.
 * @throws what captureObjects throws; snapshot.no-such-object
 */
export async function diffWithCluster({ manifest, stored }: OpenedSnapshot, connection: Connection, chosen: Chosen, context: Context): Promise<SnapshotDiff> {
  const scope = { ...manifest.scope, omitSecrets: manifest.secrets === 'omitted' };
  const [captured, cluster] = await Promise.all([captureObjects(connection, context, scope), readClusterRef(connection)]);
  const before = stateOf({ manifest, stored });
  const after: ComparedState = { ...captured, scope: manifest.scope, secrets: manifest.secrets, objects: captured.objects.map((object) => ({ object })) };
  const named = await askByName(before, after, connection);
  const states: [State, State] = [before, { ...after, objects: [...after.objects, ...named.found.map((object) => ({ object }))] }];
  const diff = report(states, [sideOf(manifest), { at: captured.finishedAt, cluster, gaps: captured.gaps }], chosen, named.absent);
  const { objects, ...users } = await addUsers(diff.objects, connection);
  return { ...diff, objects, users };
}

// More by name than lists would take: then they are not known.
const mostByName = 500;

/** Objects of the first state that the second did not look at: those that are there, and those that are not. */
async function askByName(before: ComparedState, after: ComparedState, connection: Connection): Promise<{ found: KubeObject[]; absent: ReadonlySet<KubeObject> }> {
  const there = new Set(after.objects.map(({ object }) => keyOf(object)));
  const asked = before.objects.map(({ object }) => object).filter((object) => !there.has(keyOf(object)) && !isReadIn(after, object));
  const absent = new Set<KubeObject>();
  if (asked.length > mostByName) return { found: [], absent };
  const answers = await atMost(16, asked, async (object) => {
    const type = await findTypeOfObject(connection, object);
    if (!type) return undefined;
    try {
      const live = await getObject(connection, type, object.metadata['namespace'] as string | undefined, object.metadata.name);
      if (!live) absent.add(object);
      return live;
    } catch (error) {
      // It stays unknown.
      if (!isError(error, 'access.forbidden')) throw error;
      return undefined;
    }
  });
  return { found: answers.filter((object) => object !== undefined), absent };
}

function report(states: [State, State], sides: [DiffSide, DiffSide], { words, namespaces }: Chosen, absent: ReadonlySet<KubeObject> = new Set()): SnapshotDiff {
  const all = states.flatMap(({ objects }) => objects.map(({ object }) => object));
  const types = states.flatMap((state) => state.types);
  const isChosen = selectObjects(words, namespaces, types, all, sides[0].snapshot ?? '');
  // What a run kept before it wrote tells of those objects alone: nothing was added to it.
  const kept = states.filter(({ isCopyOfRun }) => isCopyOfRun).map(({ objects: of }) => new Set(of.map(({ object }) => keyOf(object))));
  const isTold = (object: KubeObject) => isChosen(object) && kept.every((keys) => keys.has(keyOf(object)));
  const chosenOf = (state: State): State => ({ ...state, objects: state.objects.filter(({ object }) => isTold(object)) });
  const [before, after] = [chosenOf(states[0]), chosenOf(states[1])];
  const objects = compareStates(before, after, absent);
  const count = (change: ObjectDifference['change']) => objects.filter((difference) => difference.change === change).length;
  return {
    apiVersion: 'retrace/v1',
    kind: 'SnapshotDiff',
    from: sides[0],
    to: sides[1],
    isOtherCluster: !isSameCluster(sides[0].cluster, sides[1].cluster),
    compared: new Set([...before.objects, ...after.objects].map(({ object }) => keyOf(object))).size,
    counts: { changed: count('changed'), added: count('added'), gone: count('gone'), unknown: count('unknown') },
    objects,
  };
}

function stateOf({ manifest: { scope, types, gaps, secrets, startedAt, finishedAt, purpose }, stored }: Pick<OpenedSnapshot, 'manifest' | 'stored'>): State {
  return { scope, types, gaps, secrets, startedAt, finishedAt, objects: stored, isCopyOfRun: purpose !== 'snapshot' };
}

function sideOf({ id, finishedAt, cluster, gaps }: Manifest): DiffSide {
  return { snapshot: id, at: finishedAt, cluster, gaps };
}
