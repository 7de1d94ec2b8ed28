/**
 * What a namespace holds, in a form in which two of them can be compared: what Kubernetes makes up by chance or by the clock is left out
 * (uid, resourceVersion, generation, revision numbers, times, the random part of pod names), everything else counts.
 */
import { expect } from 'vitest';
import { kubectlJson } from './kubectl.ts';
import { waitUntil } from './wait-until.ts';

type Plane = { readonly kubeconfig: string };
type Json = any;

const kinds = ['statefulsets', 'deployments', 'daemonsets', 'replicasets', 'controllerrevisions', 'pods', 'configmaps', 'secrets', 'services', 'persistentvolumeclaims', 'poddisruptionbudgets'];

/** Objects by `Kind/name`. */
export type ClusterState = Record<string, Json>;

/** Reads the state of a namespace. */
export async function readClusterState(plane: Plane, namespace: string): Promise<ClusterState> {
  const { items } = await kubectlJson(plane, ['get', kinds.join(','), '--show-managed-fields'], { namespace });
  // What a run keeps for itself is named after the run, and is not what it was asked for.
  const own = items.filter(({ kind, metadata }: Json) => `${kind}/${metadata.name}` !== 'ConfigMap/kube-root-ca.crt' && !metadata.name.startsWith('retrace-run-'));
  const entries: [string, Json][] = own.map((object: Json) => (object.kind === 'Pod' ? describePod(object) : describeObject(object)));
  // Pods with a random name stand side by side under their owner's.
  const state = new Map<string, Json[]>();
  for (const [key, value] of entries) state.set(key, [...(state.get(key) ?? []), value].sort(byText));
  return Object.fromEntries([...state].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Template and replicas of the workloads alone: what `revert` puts back. Pods follow when the controller gets to it. */
export async function readWorkloadSpecs(plane: Plane, namespace: string): Promise<ClusterState> {
  const { items } = await kubectlJson(plane, ['get', 'statefulsets,deployments,daemonsets'], { namespace });
  return Object.fromEntries(items.map(({ kind, metadata, spec }: Json) => [`${kind}/${metadata.name}`, spec]));
}

/** Waits until the namespace is in the state, since controllers write their status late; shows the difference when it never is. */
export async function expectClusterState(plane: Plane, namespace: string, expected: ClusterState): Promise<void> {
  const isEqual = async () => JSON.stringify(await readClusterState(plane, namespace)) === JSON.stringify(expected);
  await waitUntil(isEqual, { what: `${namespace} to be as expected`, timeoutMs: 15_000 }).catch(() => undefined);
  expect(await readClusterState(plane, namespace)).toEqual(expected);
}

function describeObject(object: Json): [string, Json] {
  const { kind, metadata, status, revision: _number, ...rest } = object;
  const described = { ...rest, metadata: describeMetadata(metadata), ...(status ? { status: withoutChance(status) } : {}) };
  return [`${kind}/${metadata.name}`, sorted(described)];
}

/** Pods are told by what they run and how well: where they run and how often they crashed before is chance. */
function describePod({ metadata, spec, status }: Json): [string, Json] {
  const owner = metadata.ownerReferences?.[0];
  const isNumbered = owner?.kind === 'StatefulSet';
  const name = isNumbered ? metadata.name : `${owner?.name ?? metadata.generateName}-*`;
  const isReady = status.conditions?.some(({ type, status }: Json) => type === 'Ready' && status === 'True') === true;
  const containers = spec.containers.map(({ name, image, args }: Json) => ({ name, image, args }));
  return [`Pod/${name}`, sorted({ labels: metadata.labels, annotations: metadata.annotations, containers, isReady, isLeaving: metadata.deletionTimestamp !== undefined })];
}

// The Deployment controller's own: numbers of revisions, and the wanted pods as they were when it last scaled this ReplicaSet.
const countedByController = /^deployment\.kubernetes\.io\/(revision|revision-history|desired-replicas|max-replicas)$/;

function describeMetadata({ labels, annotations, finalizers, ownerReferences, managedFields }: Json): Json {
  const kept: Record<string, string> = Object.fromEntries(Object.entries<string>(annotations ?? {}).filter(([name]) => !countedByController.test(name)));
  const lastApplied = kept['kubectl.kubernetes.io/last-applied-configuration'];
  if (lastApplied) kept['kubectl.kubernetes.io/last-applied-configuration'] = lastApplied.replace(/"namespace":"[^"]*"/, '');
  return {
    labels,
    annotations: kept,
    finalizers,
    owners: ownerReferences?.map(({ kind, name }: Json) => `${kind}/${name}`),
    // Who wrote which fields; the order of the entries is that of their times.
    writers: managedFields
      ?.filter(({ subresource }: Json) => subresource === undefined)
      .map(({ manager, operation, fieldsV1 }: Json) => JSON.stringify(sorted({ manager, operation, fieldsV1 })).replace(/\\"uid\\":\\"[^\\]*\\"/g, 'uid'))
      .sort(),
  };
}

// Conditions hold times, and sentences with counts in them.
const chance = new Set(['observedGeneration', 'collisionCount', 'conditions']);

function withoutChance(status: Json): Json {
  return Object.fromEntries(Object.entries(status).filter(([key]) => !chance.has(key)));
}

function byText(a: Json, b: Json): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
