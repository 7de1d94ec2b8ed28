import { atMost } from '../../core/at-most.ts';
import type { Context } from '../../core/context.ts';
import { isError, RetraceError, type MissingPermission } from '../../core/errors.ts';
import { readDiscovery, type Discovery } from '../../kube/discovery.ts';
import { getObject, type ListResult } from '../../kube/objects.ts';
import { apiVersionOf, builtinTypes, qualifiedName } from '../../kube/paths.ts';
import { findMissingNamespace } from '../../kube/target-hints.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import type { Manifest } from '../manifest.ts';
import { chooseClusterRbac, findNames, namedTypes } from './cluster-needs.ts';
import { findArgoInForce, findHelmInForce, type InForce } from './in-force.ts';
import { itemsOf, ListReader, type CaptureProgress, type Gap } from './list-reader.ts';
import { completeReleases, mayHoldReleases } from './release-sets.ts';
import { chooseTypes, type CaptureScope } from './scope.ts';
import { isWorthless, isWorthlessType } from './worthless.ts';

export interface Captured {
  /** By type in the server's order of preference, then by namespace and name. */
  objects: KubeObject[];
  types: Manifest['types'];
  gaps: Gap[];
  inForce: InForce;
  /** Applications of other namespaces may not be listed: which of them deliver here is not known. */
  areApplicationsUnread: boolean;
  /** The server's time. */
  startedAt: string;
  finishedAt: string;
}

/** Lists at once: the sixty types of a cluster in four round trips, and far below what an API server gives one user. */
const mostLists = 16;

const rbacTypes = { roles: 'clusterroles.rbac.authorization.k8s.io', bindings: 'clusterrolebindings.rbac.authorization.k8s.io', inNamespace: 'rolebindings.rbac.authorization.k8s.io' };

/**
 * Reads everything in the scope that is worth keeping, as the server has it. What cannot be read is a gap; the rest is
 * there nevertheless.
 * @throws namespace.unknown, kind.unknown, snapshot.never-kept; snapshot.nothing-readable when not one list could be read
 *   for want of rights; server.* and credentials.* when none could be read at all
 */
export async function captureObjects(connection: Connection, context: Context, scope: CaptureScope, onProgress?: (progress: CaptureProgress) => void): Promise<Captured> {
  const discovery = await readDiscovery(connection);
  const chosen = chooseTypes(discovery, scope);
  const reader = new ListReader(connection, onProgress);
  const startedMs = context.now().getTime();
  noteUnavailable(discovery, scope, reader);
  const isAvailable = (type: ResourceType) => !discovery.unavailable.includes(apiVersionOf(type));
  const listed = chosen.listed.filter(isAvailable);
  const needed = chosen.needed.filter(isAvailable);

  const [lists, namespaces, rbac, applications] = await Promise.all([
    readLists(listed, scope, reader),
    readNamespaces(connection, scope.namespaces ?? [], needed.some(isNamespaces), reader),
    readLists(needed.filter(isClusterRbac), {}, reader),
    isLimited(scope) ? readApplications(connection, discovery) : undefined,
  ]);
  if (!reader.hasReadAny && reader.failures.length > 0) throw nothingReadable(reader.failures, connection, scope);

  const kept = new Map([...lists].map(([type, { items }]) => [type, items.filter((object) => !isWorthless(type, object))]));
  const named = await readNamed(needed, findNames(kept), reader);
  const versions = new Map([...lists, ...rbac, ...named].map(([type, { resourceVersion }]) => [type, resourceVersion]));
  for (const [type, { items }] of named) kept.set(type, items);
  for (const [type, items] of chooseRbac(rbac, kept, scope.namespaces ?? [])) kept.set(type, items);
  if (scope.namespaces !== undefined && namespaces.length > 0) kept.set('namespaces', namespaces);

  const { objects, types } = assemble([...listed, ...needed], kept, versions);
  const inForce = {
    helm: findHelmInForce([...(kept.get('secrets') ?? []), ...(kept.get('configmaps') ?? [])]),
    argocd: findArgoInForce(applications ?? kept.get('applications.argoproj.io') ?? [], scope.namespaces),
  };
  const areApplicationsUnread = applications === undefined && isLimited(scope);
  // Both by the same look at the server's clock: the header has whole seconds, and an end must not come before its beginning.
  const [startedAt, finishedAt] = [startedMs, context.now().getTime()].map((ms) => new Date(ms + connection.clockOffsetMs()).toISOString()) as [string, string];
  return { objects, types, gaps: reader.gaps, inForce, areApplicationsUnread, startedAt, finishedAt };
}

const isNamespaces = (type: ResourceType): boolean => qualifiedName(type) === 'namespaces';
const isClusterRbac = (type: ResourceType): boolean => [rbacTypes.roles, rbacTypes.bindings].includes(qualifiedName(type));

/** An API whose server does not answer hides its types: what is not known to be empty is a gap. */
function noteUnavailable({ unavailable }: Discovery, scope: CaptureScope, reader: ListReader): void {
  // With kinds, each was found among the types that are there.
  if (scope.kinds !== undefined) return;
  for (const groupVersion of unavailable) {
    const [group = ''] = groupVersion.split('/');
    if (!isWorthlessType({ group, plural: '' })) reader.addGap(groupVersion, new RetraceError('api.unavailable', { groupVersion }));
  }
}

/** All lists of the types, by type. A type of which one namespace could not be read has what the others gave. */
async function readLists(types: readonly ResourceType[], scope: CaptureScope, reader: ListReader): Promise<Map<string, ListResult>> {
  const { namespaces, selector } = scope;
  const tasks = types.flatMap((type) => (type.namespaced && namespaces ? namespaces : [undefined]).map((namespace) => ({ type, namespace })));
  reader.expect(tasks.length);
  const results = await atMost(mostLists, tasks, async ({ type, namespace }) => {
    const result = await reader.list(type, { namespace, ...(selector === undefined ? {} : { labelSelector: selector }) });
    const isSelection = selector !== undefined && mayHoldReleases.has(qualifiedName(type));
    return result && isSelection ? completeReleases(result, type, namespace, reader) : result;
  });
  const byType = new Map<string, ListResult>();
  tasks.forEach(({ type }, at) => {
    const result = results[at];
    if (!result) return;
    const name = qualifiedName(type);
    const before = byType.get(name);
    // Of several lists the first is the oldest: what changed after it is in question.
    byType.set(name, before ? { ...before, items: [...before.items, ...result.items] } : result);
  });
  return byType;
}

/** The namespaces themselves, one by one: the right to get one may be given in the namespace alone. */
async function readNamespaces(connection: Connection, names: readonly string[], isWanted: boolean, reader: ListReader): Promise<KubeObject[]> {
  if (isWanted) reader.expect(names.length);
  const found = await Promise.all(
    names.map(async (name) => {
      const read = async () => {
        const object = await getObject(connection, builtinTypes.namespaces, undefined, name);
        if (!object) throw (await findMissingNamespace(connection, name)) ?? new RetraceError('namespace.unknown', { name, near: [] });
        return object;
      };
      if (isWanted) return reader.attempt(`namespaces/${name}`, read, () => 1);
      const missing = await findMissingNamespace(connection, name);
      if (missing) throw missing;
      return undefined;
    }),
  );
  return found.filter((object) => object !== undefined);
}

async function readNamed(needed: readonly ResourceType[], names: ReturnType<typeof findNames>, reader: ListReader): Promise<Map<string, ListResult>> {
  const types = needed.filter((type) => namedTypes.has(qualifiedName(type)) && names.has(qualifiedName(type)));
  reader.expect(types.length);
  const results = await atMost(mostLists, types, (type) => reader.listNamed(type, names.get(qualifiedName(type))!));
  return new Map(types.flatMap((type, at) => (results[at] ? [[qualifiedName(type), results[at]] as const] : [])));
}

function chooseRbac(rbac: ReadonlyMap<string, ListResult>, kept: ReadonlyMap<string, KubeObject[]>, namespaces: readonly string[]): [string, KubeObject[]][] {
  const all = { clusterRoles: itemsOf(rbac.get(rbacTypes.roles)), clusterRoleBindings: itemsOf(rbac.get(rbacTypes.bindings)) };
  const { clusterRoles, clusterRoleBindings } = chooseClusterRbac(all, kept.get(rbacTypes.inNamespace) ?? [], namespaces);
  return [
    ...(rbac.has(rbacTypes.roles) ? [[rbacTypes.roles, clusterRoles] as [string, KubeObject[]]] : []),
    ...(rbac.has(rbacTypes.bindings) ? [[rbacTypes.bindings, clusterRoleBindings] as [string, KubeObject[]]] : []),
  ];
}

/** True when not all Applications are among what is captured. */
function isLimited({ namespaces, selector, kinds }: CaptureScope): boolean {
  return namespaces !== undefined || selector !== undefined || kinds !== undefined;
}

/** Applications of all namespaces, to know which deliver here; undefined when they may not be listed. */
async function readApplications(connection: Connection, { preferred, unavailable }: Discovery): Promise<KubeObject[] | undefined> {
  const type = preferred.find((candidate) => qualifiedName(candidate) === 'applications.argoproj.io');
  if (!type || unavailable.includes(apiVersionOf(type))) return [];
  const reader = new ListReader(connection);
  return (await reader.list(type, { pageSize: 500 }))?.items;
}

/**
 * Objects in the order of the types, each once: an object that two API groups serve has one uid (extensions and
 * networking.k8s.io of old; rbac.authorization.k8s.io and authorization.openshift.io).
 */
function assemble(types: readonly ResourceType[], kept: ReadonlyMap<string, readonly KubeObject[]>, versions: ReadonlyMap<string, string>): Pick<Captured, 'objects' | 'types'> {
  const seen = new Set<string>();
  const objects: KubeObject[] = [];
  const summary: Manifest['types'] = [];
  for (const type of types) {
    const name = qualifiedName(type);
    const own = (kept.get(name) ?? []).filter(({ metadata: { uid } }) => !uid || !seen.has(uid));
    for (const { metadata: { uid } } of own) if (uid) seen.add(uid);
    if (!kept.has(name)) continue;
    objects.push(...own);
    const { kind, plural, namespaced } = type;
    summary.push({ apiVersion: apiVersionOf(type), kind, resource: plural, namespaced, resourceVersion: versions.get(name) ?? '', objects: own.length });
  }
  return { objects, types: summary };
}

/** Not one list could be read: nothing is captured, and the reason is one. */
function nothingReadable(failures: readonly RetraceError[], { userName }: Connection, { namespaces }: CaptureScope): RetraceError {
  const forbidden = failures.filter((failure) => isError(failure, 'access.forbidden'));
  if (forbidden.length < failures.length || forbidden.length === 0) return failures[0]!;
  const missing: MissingPermission[] = forbidden.flatMap(({ params }) => params.missing);
  return new RetraceError('snapshot.nothing-readable', { user: forbidden[0]!.params.user || userName, namespaces: namespaces ?? [], missing });
}
