import { isObject, objectsAt, textAt, textsAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import type { KubeObject } from '../../kube/types.ts';
import { copyJson, dropAt } from './mutable.ts';

// A copy that carries these would be taken for one more object of the Application, and pruned (argo-cd docs/user-guide/resource_tracking.md),
// or for one of a Helm release that knows nothing of it.
const trackingAnnotations = ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/installation-id', 'meta.helm.sh/release-name', 'meta.helm.sh/release-namespace'];
const trackingLabels = ['argocd.argoproj.io/instance', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'];

/**
 * A stored object as one of another namespace: nobody's, with addresses of its own. What it says of other objects by name stays, for they
 * come along under the same names; subjects of role bindings in the old namespace are those of the new one.
 */
export function moveToNamespace(stored: KubeObject, from: string, to: string): KubeObject {
  const object = copyJson(stored);
  object.metadata['namespace'] = to;
  for (const key of trackingAnnotations) dropAt(object, 'metadata', 'annotations', key);
  for (const key of trackingLabels) dropAt(object, 'metadata', 'labels', key);
  // The manifest that was applied names the old namespace.
  dropAt(object, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration');
  if (object.kind === 'Service') freeService(object);
  if (object.kind === 'PersistentVolumeClaim') dropAt(object, 'spec', 'volumeName');
  if (object.kind === 'RoleBinding') for (const subject of objectsAt(object, 'subjects')) if (textAt(subject, 'namespace') === from) subject['namespace'] = to;
  return object;
}

/** Ports of nodes are the whole cluster's: two Services cannot have one. */
function freeService(service: KubeObject): void {
  dropAt(service, 'metadata', 'managedFields');
  dropAt(service, 'spec', 'healthCheckNodePort');
  dropAt(service, 'spec', 'loadBalancerIP');
  for (const port of objectsAt(service, 'spec', 'ports')) delete port['nodePort'];
}

/** The new namespace, with the labels of the old one (pod security, injection) where it was captured. */
export function newNamespace(name: string, old: KubeObject | undefined): KubeObject {
  const labels = { ...textsAt(old, 'metadata', 'labels') };
  for (const key of [...trackingLabels, 'kubernetes.io/metadata.name']) delete labels[key];
  const metadata: JsonObject = { name, ...(Object.keys(labels).length > 0 ? { labels } : {}) };
  return { apiVersion: 'v1', kind: 'Namespace', metadata } as unknown as KubeObject;
}

/** Namespace of an object; empty for one of the whole cluster. */
export function namespaceOf(object: JsonObject): string {
  return isObject(object['metadata']) ? String(object['metadata']['namespace'] ?? '') : '';
}
