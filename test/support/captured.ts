/** Snapshots as the tests of a restore need them: of the kinds that are named, in the repository of a test's home. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../lib/core/context.ts';
import { readClusterRef } from '../../lib/kube/cluster-identity.ts';
import { connect } from '../../lib/kube/connect.ts';
import { findResourceType } from '../../lib/kube/discovery.ts';
import { getObject, listObjects } from '../../lib/kube/objects.ts';
import { apiVersionOf } from '../../lib/kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../lib/kube/types.ts';
import { executePlan } from '../../lib/procedure/execute.ts';
import { planRestore, type RestorePlan } from '../../lib/procedure/restore.ts';
import { encodeSnapshot } from '../../lib/snapshot/file/encode.ts';
import { parseSnapshot, type SnapshotContent } from '../../lib/snapshot/file/parse.ts';
import { readIdentities } from '../../lib/snapshot/identity.ts';
import type { CapturedType, Manifest } from '../../lib/snapshot/manifest.ts';
import { readRecipients } from '../../lib/snapshot/recipients.ts';
import { makeContext } from '../unit/kube/test-context.ts';

export interface SnapshotWishes {
  readonly id?: string;
  readonly kinds: readonly string[];
  readonly clusterScoped?: readonly { kind: string; name: string }[];
  readonly manifest?: Partial<Manifest>;
  readonly seal?: 'age' | 'omit';
}

/** The context of a plugin that is run with this home. */
export function contextOf(home: string, more: Partial<Context> = {}): Context {
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state'), XDG_DATA_HOME: join(home, 'data'), PATH: '/usr/bin:/bin' };
  return makeContext({ env, random: Math.random, isProcessAlive: () => false, ...more });
}

/** Captures kinds of a namespace, and single objects of the whole cluster. @returns the id, and what was captured */
export async function takeSnapshot(cluster: { readonly kubeconfig: string }, home: string, namespace: string, wishes: SnapshotWishes): Promise<{ id: string; objects: KubeObject[] }> {
  const connection = await connect({ kubeconfig: cluster.kubeconfig }, contextOf(home));
  try {
    return await capture(connection, home, namespace, wishes);
  } finally {
    connection.close();
  }
}

async function capture(connection: Connection, home: string, namespace: string, wishes: SnapshotWishes): Promise<{ id: string; objects: KubeObject[] }> {
  const { id = 's-20261122-0250', kinds, clusterScoped = [], manifest = {}, seal = 'age' } = wishes;
  const objects: KubeObject[] = [];
  const types: CapturedType[] = [];
  for (const kind of kinds) {
    const type = await findResourceType(connection, kind);
    const { items, resourceVersion } = await listObjects(connection, type, { namespace });
    objects.push(...items);
    types.push({ apiVersion: apiVersionOf(type), kind: type.kind, resource: type.plural, namespaced: type.namespaced, resourceVersion, objects: items.length });
  }
  for (const { kind, name } of clusterScoped) {
    const type = await findResourceType(connection, kind);
    objects.push((await getObject(connection, type, undefined, name))!);
    types.push({ apiVersion: apiVersionOf(type), kind: type.kind, resource: type.plural, namespaced: type.namespaced, resourceVersion: '1', objects: 1 });
  }
  const at = new Date().toISOString();
  const context = contextOf(home);
  const { bytes } = await encodeSnapshot(
    { id, purpose: 'snapshot', tool: 'test', cluster: await readClusterRef(connection), scope: { namespaces: [namespace] }, startedAt: at, finishedAt: at, by: { user: 'alice', host: 'laptop' }, tags: {}, types, complete: true, gaps: [], inForce: { helm: [], argocd: [] }, ...manifest },
    objects,
    seal === 'omit' ? { kind: 'omit' } : { kind: 'age', recipients: await readRecipients(undefined, context) },
  );
  const folder = join(home, 'data', 'retrace', 'snapshots');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, `${id}.retrace`), bytes, { mode: 0o600 });
  return { id, objects };
}

/** A connection for a home, closed by the test. */
export function connectFor(cluster: { readonly kubeconfig: string }, home: string): Promise<Connection> {
  return connect({ kubeconfig: cluster.kubeconfig }, contextOf(home));
}

/** A snapshot of these objects, as it is read back from its file. */
export async function capturedContent(connection: Connection, home: string, objects: readonly KubeObject[], types: readonly ResourceType[]): Promise<SnapshotContent> {
  const at = new Date().toISOString();
  const captured = [...new Set(types)].map((type): CapturedType => ({ apiVersion: apiVersionOf(type), kind: type.kind, resource: type.plural, namespaced: type.namespaced, resourceVersion: '1', objects: 1 }));
  const namespaces = [...new Set(objects.map(({ metadata }) => String(metadata['namespace'] ?? '')))].filter((namespace) => namespace !== '');
  const { bytes } = await encodeSnapshot(
    { id: 's-20261122-0250', purpose: 'snapshot', tool: 'test', cluster: await readClusterRef(connection), scope: { namespaces }, startedAt: at, finishedAt: at, by: { user: 'alice', host: 'laptop' }, tags: {}, types: captured, complete: true, gaps: [], inForce: { helm: [], argocd: [] } },
    objects,
    { kind: 'age', recipients: await readRecipients(undefined, contextOf(home)) },
  );
  return parseSnapshot(bytes, 'test');
}

/** The plan of `kubectl snapshot restore` of all that is in it. */
export function planFrom(content: SnapshotContent, connection: Connection, home: string): Promise<RestorePlan> {
  const context = contextOf(home);
  const options = { stableForMs: 0, stuckAfterMs: 0, stuckPods: 'never' as const, timeoutMs: 60_000 };
  const request = { targets: [], namespace: undefined, deleteAdded: false, asNewNamespace: undefined, toOtherCluster: false, incomplete: false, withoutSecrets: false, withoutHold: false, restart: 'never' as const, isTried: true, options, flagsForHints: '', identities: () => readIdentities(undefined, context) };
  return planRestore(content, { id: content.manifest.id, place: '/snapshots' }, request, connection, context);
}

/** Plan and run, as after a yes. `between`: what happens while the person reads the plan. */
export async function restoreFrom(content: SnapshotContent, connection: Connection, home: string, { between }: { between?: () => Promise<void> } = {}): Promise<void> {
  const { plan, wanted } = await planFrom(content, connection, home);
  await between?.();
  await executePlan(plan, connection, contextOf(home), () => undefined, { takeOver: false, localOnly: false, wanted });
}
