import { objectAt, objectsAt, textAt, textsAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import type { Owner } from '../core/owner.ts';
import type { MissingPermission } from '../core/permission.ts';
import { isWatchedByReloader, mayUse, usesOf } from '../formats/content-reader.ts';
import type { ContentSource, ContentUse } from '../formats/content-reader.ts';
import { referencesOfResource } from '../formats/custom-resource-reference.ts';
import { templateOf } from '../formats/workload.ts';
import type { KubeObject } from '../kube/types.ts';

/** A ConfigMap or Secret whose users are asked for. */
export interface SourceObject extends ContentSource {
  namespace: string;
  annotations?: Record<string, string>;
}

/** The kind of an object as a source; undefined for what nobody reads by its name. */
export function sourceKindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): SourceObject['kind'] | undefined {
  return apiVersion === 'v1' && (kind === 'ConfigMap' || kind === 'Secret') ? kind : undefined;
}

/** An object that may name a source, with the plural of its type for URLs. */
export interface UserFact {
  object: KubeObject;
  resource: string;
}

/** What was seen of the namespaces of the sources, as plain JSON. */
export interface DependentFacts {
  /** Deployments, StatefulSets, DaemonSets, CronJobs, and pods that belong to none of them. */
  workloads: UserFact[];
  /** Custom resources of the Prometheus Operator. */
  resources: UserFact[];
  /** Ingresses, ServiceAccounts and PersistentVolumes. */
  others: UserFact[];
  /** Whether Stakater Reloader runs in the cluster; asked for only where a workload has its annotations. */
  reloader: 'runs' | 'absent' | 'unknown';
  unread: MissingPermission[];
}

/** As `ObjectRef` of a plan. */
export interface DependentRef {
  apiVersion: string;
  kind: string;
  resource: string;
  namespace: string;
  name: string;
  uid: string;
}

/** How one object uses one source. */
export interface DependentUse extends ContentUse {
  source: { kind: ContentSource['kind']; namespace: string; name: string };
}

/** Somebody who uses at least one of the sources. */
export interface Dependent {
  object: DependentRef;
  uses: DependentUse[];
  /** `perhaps`: it has the new file, and nothing tells whether it reads it again. */
  restart: 'needed' | 'perhaps' | 'not-needed';
  /** Who writes it, nearest first, up to the root; empty: nobody, or not looked up since no restart is needed. */
  owners: Owner[];
}

/** Workloads of which a restart makes new pods, one after another, from the same template. */
export const restartableKinds = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * Who uses the sources, and who of them has to start again to see new content, from facts alone. Sorted by namespace, kind
 * and name. Owners are not in it yet.
 */
export function judgeDependents(facts: DependentFacts, sources: readonly SourceObject[]): Dependent[] {
  const workloads = facts.workloads.map((fact) => {
    const may = mayUse(podTemplateOf(fact.object) ?? {});
    return dependentOf(fact, sources, (source) => (may(source) ? usesOfWorkload(fact.object, source, facts.reloader) : []));
  });
  const resources = facts.resources.map((fact) => dependentOf(fact, sources, (source) => usesOfResource(fact.object, source)));
  const others = facts.others.map((fact) => dependentOf(fact, sources, (source) => usesOfOther(fact.object, source)));
  const found = [...workloads, ...resources.map((resource) => withoutThoseOfSets(resource, workloads, facts)), ...others];
  return found.filter(({ uses }) => uses.length > 0).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What a custom resource names and its own StatefulSet too, it reads through that: one entry for the two. */
function withoutThoseOfSets(resource: Dependent, workloads: readonly Dependent[], facts: DependentFacts): Dependent {
  const made = new Set(facts.workloads.filter(({ object }) => ownersOf(object).includes(resource.object.uid)).map(({ object }) => object.metadata.uid));
  const covered = workloads.filter(({ object }) => made.has(object.uid)).flatMap(({ uses }) => uses.map(({ source }) => sourceKey(source)));
  const uses = resource.uses.filter(({ source }) => !covered.includes(sourceKey(source)));
  return { ...resource, uses, restart: restartFor(uses) };
}

function sourceKey({ kind, namespace, name }: DependentUse['source']): string {
  return [kind, namespace, name].join('/');
}

function keyOf({ object }: Dependent): string {
  return `${object.namespace}/${object.kind}/${object.name}`;
}

function ownersOf(object: JsonObject): string[] {
  return objectsAt(object, 'metadata', 'ownerReferences').map((reference) => textAt(reference, 'uid') ?? '');
}

function dependentOf({ object, resource }: UserFact, sources: readonly SourceObject[], usesIn: (source: SourceObject) => ContentUse[]): Dependent {
  const { kind, apiVersion, metadata } = object;
  const uses = sources.flatMap((source) => {
    const { kind: sourceKind, namespace, name } = source;
    return usesIn(source).map((use) => ({ source: { kind: sourceKind, namespace, name }, ...use }));
  });
  const namespace = textAt(metadata, 'namespace') ?? '';
  return { object: { apiVersion, kind, resource, namespace, name: metadata.name, uid: metadata.uid }, uses, restart: restartFor(uses), owners: [] };
}

/** What all of these uses together ask of who has them: one that is read at its start is enough for `needed`. */
export function restartFor(uses: readonly ContentUse[]): Dependent['restart'] {
  if (uses.some(({ reads }) => reads === 'at-start')) return 'needed';
  return uses.some(({ reads }) => reads === 'file') ? 'perhaps' : 'not-needed';
}

function usesOfWorkload(workload: KubeObject, source: SourceObject, reloader: DependentFacts['reloader']): ContentUse[] {
  const isNear = textAt(workload, 'metadata', 'namespace') === source.namespace;
  const template = podTemplateOf(workload);
  if (!template) return [];
  // A sidecar with the right to do so reads all namespaces; what a template names is in its own.
  const uses = usesOf(template, source).filter(({ because }) => isNear || (because === 'sidecar' && watchesNamespace(template, source.namespace)));
  if (workload.kind === 'CronJob') return uses.map((use) => ({ ...use, reads: 'later', because: 'next-run' }));
  if (reloader !== 'runs' || !isWatchedByReloader(workload, source, source.annotations ?? {})) return uses;
  return uses.map((use) => (use.reads === 'at-start' || use.reads === 'file' ? { ...use, reads: 'reloads', because: 'stakater-reloader' } : use));
}

/** The template of a workload, of the jobs of a CronJob, or the pod itself. */
function podTemplateOf(workload: KubeObject): JsonObject | undefined {
  if (workload.kind === 'Pod') return workload;
  return templateOf(workload) ?? objectAt(workload, 'spec', 'jobTemplate', 'spec', 'template');
}

function watchesNamespace(template: JsonObject, namespace: string): boolean {
  const variables = objectsAt(template, 'spec', 'containers').flatMap((container) => objectsAt(container, 'env'));
  const watched = variables.filter((one) => textAt(one, 'name') === 'NAMESPACE').flatMap((one) => (textAt(one, 'value') ?? '').split(','));
  return watched.some((name) => name.trim() === 'ALL' || name.trim() === namespace);
}

/** The operator watches what its resources name, and writes the configuration anew (prometheus-operator, pkg/prometheus/server/operator.go). */
function usesOfResource(resource: KubeObject, source: SourceObject): ContentUse[] {
  if (textAt(resource, 'metadata', 'namespace') !== source.namespace) return [];
  return referencesOfResource(resource)
    .filter(({ kind, name }) => kind === source.kind && name === source.name)
    .map(({ usedAs }) => ({ usedAs, reads: 'reloads', because: 'operator' }));
}

function usesOfOther(object: KubeObject, source: SourceObject): ContentUse[] {
  if (source.kind !== 'Secret') return [];
  if (object.kind === 'PersistentVolume') return usesOfVolume(object, source);
  if (textAt(object, 'metadata', 'namespace') !== source.namespace) return [];
  if (object.kind === 'Ingress') {
    const isNamed = objectsAt(object, 'spec', 'tls').some((tls) => textAt(tls, 'secretName') === source.name);
    return isNamed ? [{ usedAs: 'spec.tls', reads: 'reloads', because: 'ingress-controller' }] : [];
  }
  return ['secrets', 'imagePullSecrets']
    .filter((field) => objectsAt(object, field).some((entry) => textAt(entry, 'name') === source.name))
    .map((usedAs) => ({ usedAs, reads: 'later', because: usedAs === 'secrets' ? 'next-mount' : 'next-pull' }));
}

const volumeSecrets = ['controllerPublishSecretRef', 'nodeStageSecretRef', 'nodePublishSecretRef', 'controllerExpandSecretRef', 'nodeExpandSecretRef'];

function usesOfVolume(volume: KubeObject, { namespace, name }: SourceObject): ContentUse[] {
  return volumeSecrets
    .filter((field) => {
      const secret = objectAt(volume, 'spec', 'csi', field);
      return textAt(secret, 'name') === name && textAt(secret, 'namespace') === namespace;
    })
    .map((field) => ({ usedAs: `spec.csi.${field}`, reads: 'later', because: 'next-mount' }));
}

/** True when Reloader's annotations are on the workload or its template. */
export function hasReloaderAnnotation(workload: JsonObject): boolean {
  const own = { ...textsAt(workload, 'metadata', 'annotations'), ...textsAt(workload, 'spec', 'template', 'metadata', 'annotations') };
  return Object.keys(own).some((key) => /(?:^|\.)reloader\.stakater\.com\//.test(key));
}
