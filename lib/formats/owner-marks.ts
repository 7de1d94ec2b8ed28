import { textsAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { controllerOwnerOf, type OwnerReference } from './owner-reference.ts';

/** What an object says about who writes it: a claim, which may be copied from elsewhere or be out of date. */
export type OwnerMark =
  | { kind: 'controller'; reference: OwnerReference }
  | { kind: 'helm'; release: string; namespace: string }
  | {
      kind: 'argocd';
      application: string;
      /** Undefined: the namespace of the Argo CD that wrote it. */
      namespace: string | undefined;
      by: 'tracking-id' | 'instance-label';
      /** False when the tracking-id names another object: it was copied (argo-cd#8683). */
      namesItself: boolean;
      installationId: string | undefined;
    }
  | { kind: 'flux'; plural: 'kustomizations' | 'helmreleases'; name: string; namespace: string };

/**
 * The marks that count on this object. A controller owner is the only one: an operator copies labels and annotations of
 * its custom resource to what it makes (prometheus-operator, pkg/prometheus/server/statefulset.go).
 */
export function ownerMarksOf(object: JsonObject): OwnerMark[] {
  const reference = controllerOwnerOf(object);
  if (reference) return [{ kind: 'controller', reference }];
  return [...helmMark(object), ...argoMarks(object), ...fluxMarks(object)];
}

/** Helm's own test of what it may adopt: helm pkg/action/validate.go. A chart may set the label without Helm (Argo CD renders it). */
function helmMark(object: JsonObject): OwnerMark[] {
  const labels = textsAt(object, 'metadata', 'labels');
  const annotations = textsAt(object, 'metadata', 'annotations');
  const [release, namespace] = [annotations['meta.helm.sh/release-name'], annotations['meta.helm.sh/release-namespace']];
  if (labels['app.kubernetes.io/managed-by'] !== 'Helm' || !release || !namespace) return [];
  return [{ kind: 'helm', release, namespace }];
}

/** Argo CD, docs/user-guide/resource_tracking.md. The label alone proves nothing: Helm charts set it to the release's name. */
function argoMarks(object: JsonObject): OwnerMark[] {
  const annotations = textsAt(object, 'metadata', 'annotations');
  const installationId = annotations['argocd.argoproj.io/installation-id'];
  const tracking = parseTrackingId(annotations['argocd.argoproj.io/tracking-id'] ?? '');
  if (tracking) {
    const { application, namespace } = tracking;
    return [{ kind: 'argocd', application, namespace, by: 'tracking-id', namesItself: namesObject(tracking, object), installationId }];
  }
  const labels = textsAt(object, 'metadata', 'labels');
  // The key can be set (application.instanceLabelKey); the first is what the page advises where charts use the usual one.
  const label = labels['argocd.argoproj.io/instance'] ?? labels['app.kubernetes.io/instance'];
  if (!label) return [];
  return [{ kind: 'argocd', ...instanceOf(label), by: 'instance-label', namesItself: true, installationId }];
}

interface TrackingId {
  application: string;
  namespace: string | undefined;
  group: string;
  kind: string;
  objectNamespace: string;
  name: string;
}

/** `monitoring:apps/StatefulSet:prod/receive`; `team_monitoring:…` for an Application in the namespace `team`. */
function parseTrackingId(text: string): TrackingId | undefined {
  const [, instance, group, kind, objectNamespace, name] = /^([^:]+):([^/:]*)\/([^:]+):([^/]*)\/(.+)$/.exec(text) ?? [];
  if (instance === undefined) return undefined;
  return { ...instanceOf(instance), group: group!, kind: kind!, objectNamespace: objectNamespace!, name: name! };
}

function instanceOf(instance: string): { application: string; namespace: string | undefined } {
  const at = instance.indexOf('_');
  return at < 0 ? { application: instance, namespace: undefined } : { application: instance.slice(at + 1), namespace: instance.slice(0, at) };
}

function namesObject(id: TrackingId, object: JsonObject): boolean {
  const [, group = ''] = (textAt(object, 'apiVersion') ?? '').split('/').reverse();
  const namespace = textAt(object, 'metadata', 'namespace');
  // A cluster-scoped object is tracked under its Application's destination namespace.
  const isPlace = namespace === undefined || id.objectNamespace === namespace;
  return id.group === group && id.kind === textAt(object, 'kind') && id.name === textAt(object, 'metadata', 'name') && isPlace;
}

/** kustomize-controller and helm-controller label all they apply (helm-controller, internal/postrender/common_renderer.go). */
function fluxMarks(object: JsonObject): OwnerMark[] {
  const labels = textsAt(object, 'metadata', 'labels');
  const prefixes = { kustomizations: 'kustomize.toolkit.fluxcd.io', helmreleases: 'helm.toolkit.fluxcd.io' } as const;
  return (['kustomizations', 'helmreleases'] as const).flatMap((plural): OwnerMark[] => {
    const [name, namespace] = [labels[`${prefixes[plural]}/name`], labels[`${prefixes[plural]}/namespace`]];
    return name && namespace ? [{ kind: 'flux', plural, name, namespace }] : [];
  });
}
