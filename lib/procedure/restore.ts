import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { eachOnce } from '../core/permission.ts';
import { newId } from '../core/ids.ts';
import { isSameCluster, readClusterRef } from '../kube/cluster-identity.ts';
import { getObject } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { gatherObjects } from '../layers/object/gather.ts';
import { planObject } from '../layers/object/plan.ts';
import type { PlannedObject } from '../layers/object/plan.ts';
import { displayName } from '../run/object-ref.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import { isWritten } from '../run/plan.ts';
import type { Plan, RunOptions } from '../run/plan.ts';
import { permissionsToShare } from '../run/shared/sharing.ts';
import type { SnapshotContent } from '../snapshot/file/parse.ts';
import type { Identity } from '../snapshot/identity.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { selectObjects } from '../snapshot/select.ts';
import { moveToNamespace, namespaceOf, newNamespace } from '../snapshot/restore/other-namespace.ts';
import { noteObjects, permissionsFor, previewWrites, stepsFor } from './object-plan.ts';
import { planDependents, type ChangedObject } from './restart-dependents.ts';
import { followWorkloads } from './written-workloads.ts';
import { orderSteps } from './step-order.ts';

export interface RestoreRequest {
  /** Words as typed. */
  targets: readonly string[];
  /** As typed; undefined when it was not. */
  namespace: string | undefined;
  deleteAdded: boolean;
  asNewNamespace: string | undefined;
  toOtherCluster: boolean;
  /** Restore from a snapshot that lacks something. */
  incomplete: boolean;
  /** Leave alone what holds credentials: no identity is needed then. */
  withoutSecrets: boolean;
  withoutHold: boolean;
  /** What to do with who reads a changed ConfigMap or Secret only at its start. */
  restart: 'auto' | 'never';
  /** Whether the server is asked for a dry run of each write; --dry-run=client does without. */
  isTried: boolean;
  options: RunOptions;
  flagsForHints: string;
  /** Reads the identities, asked only when something sealed is to be restored. */
  identities(): Promise<Identity[]>;
}

/** Which snapshot: its id or `run:RUN`, and where it is kept. */
export interface SnapshotSource {
  id: string;
  place: string;
}

export interface RestorePlan {
  plan: Plan;
  /** What the plan's run writes; no part of the plan, for it holds Secrets. */
  wanted: KubeObject[];
}

/** From here on the name has to be typed: a slip of a finger must not rewrite a cluster. */
const wideObjects = 100;

/**
 * The plan that brings objects back to what a snapshot has. Reads only: one list a kind, and a dry run of every write.
 * @param source as it was named, and where it is kept
 * @throws snapshot.other-cluster, snapshot.incomplete, snapshot.no-such-object; identity.* and snapshot.* of sealed parts; usage.* for a
 *   new namespace; server.*, access.forbidden
 */
export async function planRestore(content: SnapshotContent, { id, place }: SnapshotSource, request: RestoreRequest, connection: Connection, context: Context): Promise<RestorePlan> {
  const { manifest } = content;
  const cluster = await readClusterRef(connection);
  const isOther = !isSameCluster(manifest.cluster, cluster);
  if (isOther && !request.toOtherCluster) throw new RetraceError('snapshot.other-cluster', { id: manifest.id, snapshotContext: manifest.cluster.contextName, snapshotServer: manifest.cluster.server, server: cluster.server });
  if (!manifest.complete && !request.incomplete) throw new RetraceError('snapshot.incomplete', { id: manifest.id, gaps: manifest.gaps.map(({ what, why }) => `${what} (${why})`) });
  // What a run kept before it wrote is no whole scope: what stands beside it was not added since.
  const isCopyOfRun = manifest.purpose !== 'snapshot';
  if (isCopyOfRun && request.deleteAdded) throw new RetraceError('usage.exclusive', { flags: ['--delete-added', `run:${manifest.id}`] });
  const chosen = await choose(content, request);
  const stored = request.asNewNamespace === undefined ? chosen.objects : await moveAll(chosen.objects, request.asNewNamespace, connection);
  const isNamed = request.targets.length > 0;
  const { facts, added, unread } = await gatherObjects(connection, {
    stored,
    knownTypes: manifest.types,
    isNamed,
    flagsForHints: request.flagsForHints,
    ...(isNamed || isCopyOfRun || request.asNewNamespace !== undefined ? {} : { added: scopeOf(manifest, request.namespace) }),
  });
  const from = chosen.objects.map(namespaceOf).find((namespace) => namespace !== '');
  const moved = request.asNewNamespace === undefined || from === undefined ? {} : { movedFrom: from };
  const source = { kind: 'snapshot' as const, id, takenAt: manifest.finishedAt, place, ...moved };
  const options = { source, withoutHold: request.withoutHold, deleteAdded: request.deleteAdded };
  const first = [...facts, ...added].map((one) => planObject(one, options)).filter(isTold);
  const { planned, untried } = request.isTried ? await previewWrites(first, connection) : { planned: first, untried: 0 };
  const targets = planned.map(({ target }) => target);
  const written = planned.filter(({ target }) => isWritten(target));
  // A copy in a namespace of its own is there to be looked at: nobody uses it, and it may never run.
  const isCopy = request.asNewNamespace !== undefined;
  const followed = followWorkloads(isCopy ? [] : planned, request.options, request.flagsForHints);
  const restarts = await planDependents(connection, isCopy ? [] : changedBy(written), {
    mode: request.restart,
    withoutHold: request.withoutHold,
    replaced: followed.replaced,
    remade: followed.remade,
    restartedAt: new Date(serverNowMs(connection, context)).toISOString(),
    planCommand: `kubectl snapshot restore ${[id, ...request.targets].join(' ')}${request.namespace === undefined ? '' : ` -n ${request.namespace}`}${request.flagsForHints} --dry-run=server`,
  });
  const needs = eachOnce([...permissionsFor(planned), ...followed.needs, ...restarts.needs, ...permissionsToShare({ targets, options: request.options })]);
  return {
    plan: {
      apiVersion: 'retrace/v1',
      kind: 'Plan',
      id: newId('p', context),
      createdAt: context.now().toISOString(),
      purpose: 'restore',
      cluster,
      targets,
      // What pods read comes back before they are made anew.
      steps: orderSteps([stepsFor(planned), followed.steps, restarts.steps]),
      notes: [
        ...(isOther ? [note('restore-other-cluster', 'warning', { context: manifest.cluster.contextName, server: manifest.cluster.server })] : []),
        ...(manifest.complete ? [] : [note('restore-incomplete', 'warning', { gaps: manifest.gaps.map(({ what }) => what) })]),
        ...chosen.notes,
        ...noteAdded(planned),
        ...(untried > 0 ? [note('restore-untried', 'info', { objects: untried })] : []),
        ...(request.isTried ? [] : [note('untried', 'info', {})]),
        ...followed.notes,
        ...restarts.notes,
        ...(await noteObjects(planned, needs, [...unread, ...restarts.unread], connection)),
      ],
      confirmation: confirmationFor(written, cluster.contextName),
      needs,
      options: request.options,
    },
    wanted: written.flatMap(({ facts: { stored: object } }) => object ?? []),
  };
}

/** What comes and what changes; who reads what goes is not restarted for it. */
function changedBy(written: readonly PlannedObject[]): ChangedObject[] {
  return written.flatMap(({ facts: { live, stored } }) => (stored === undefined ? [] : [{ live, wanted: stored }]));
}

/** What was added since and is nobody's business here (owned, made by the server) is not told. */
function isTold({ target, facts }: PlannedObject): boolean {
  return facts.stored !== undefined || target.verb !== 'skip' || target.because?.code === 'added';
}

interface Chosen {
  objects: KubeObject[];
  notes: Note[];
}

async function choose({ manifest, stored, unseal }: SnapshotContent, request: RestoreRequest): Promise<Chosen> {
  const stubs = stored.map(({ object }) => object);
  // What belongs to no namespace is meant only when it is named.
  const namespaces = request.namespace === undefined ? undefined : [request.namespace, ...(request.targets.length > 0 ? [''] : [])];
  const isChosen = selectObjects(request.targets, namespaces, manifest.types, stubs, manifest.id);
  const indexes = stubs.flatMap((object, index) => (isChosen(object) ? [index] : []));
  const omitted = indexes.filter((index) => stored[index]!.omitted);
  const sealed = indexes.filter((index) => stored[index]!.sealed);
  const left = request.withoutSecrets ? sealed : [];
  const whole = sealed.length > left.length ? await unseal(await request.identities()) : stubs;
  const without = new Set([...omitted, ...left]);
  const objects = indexes.filter((index) => !without.has(index)).map((index) => whole[index]!);
  const names = (which: number[]) => which.map((index) => displayName({ kind: stubs[index]!.kind, name: stubs[index]!.metadata.name }));
  return {
    objects,
    notes: [
      ...(omitted.length > 0 ? [note('restore-omitted', 'warning', { objects: names(omitted) })] : []),
      ...(left.length > 0 ? [note('restore-without-secrets', 'warning', { objects: names(left) })] : []),
    ],
  };
}

function scopeOf({ types, scope }: Manifest, namespace: string | undefined): { types: Manifest['types']; namespaces: readonly string[] | undefined; labelSelector: string | undefined } {
  const namespaces = namespace === undefined ? scope.namespaces : [namespace];
  // Of one namespace, what belongs to none is not looked at.
  return { types: namespaces === undefined ? types : types.filter(({ namespaced }) => namespaced), namespaces, labelSelector: scope.selector };
}

/** @throws usage.one-namespace when objects of several would fall on each other; usage.namespace-exists */
async function moveAll(objects: readonly KubeObject[], name: string, connection: Connection): Promise<KubeObject[]> {
  const inside = objects.filter((object) => namespaceOf(object) !== '');
  const namespaces = [...new Set(inside.map(namespaceOf))].sort();
  if (namespaces.length !== 1) throw new RetraceError('usage.one-namespace', { namespaces });
  if (await getObject(connection, builtinTypes.namespaces, undefined, name)) throw new RetraceError('usage.namespace-exists', { name });
  const [from] = namespaces;
  const old = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === from);
  return [newNamespace(name, old), ...inside.map((object) => moveToNamespace(object, from!, name))];
}

function noteAdded(planned: readonly PlannedObject[]): Note[] {
  const added = planned.filter(({ target }) => target.because?.code === 'added').map(({ target }) => displayName(target.object));
  return added.length > 0 ? [note('restore-added', 'info', { objects: added })] : [];
}

function confirmationFor(written: readonly PlannedObject[], contextName: string): Plan['confirmation'] {
  const namespaces = [...new Set(written.map(({ target }) => target.object.namespace).filter((namespace) => namespace !== ''))];
  const name = namespaces.length === 1 ? namespaces[0]! : contextName;
  const lost = written.filter(({ target }) => target.verb === 'delete').map(({ target }) => displayName(target.object));
  if (lost.length > 0) return { kind: 'type-name', name, because: note('restore-deletes', 'warning', { objects: lost }) };
  const isWide = written.length >= wideObjects || namespaces.length > 1;
  return isWide ? { kind: 'type-name', name, because: note('restore-wide', 'warning', { objects: written.length, namespaces }) } : { kind: 'yes' };
}
