import { fieldAt, isTrueAt, objectAt } from '../../core/fields.ts';
import { canonicalJson } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';

/** Fields that the API server does not let anybody change, by kind: paths below the object. Source: pkg/apis/*\/validation of Kubernetes. */
const fixedPaths: Record<string, readonly string[]> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'apps/ReplicaSet': ['spec.selector'],
  'batch/Job': ['spec.selector', 'spec.template', 'spec.completions', 'spec.completionMode', 'spec.podFailurePolicy', 'spec.successPolicy', 'spec.backoffLimitPerIndex', 'spec.managedBy'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
  'storage.k8s.io/StorageClass': ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  'storage.k8s.io/VolumeAttributesClass': ['driverName', 'parameters'],
  'snapshot.storage.k8s.io/VolumeSnapshotClass': ['driver', 'parameters', 'deletionPolicy'],
  'scheduling.k8s.io/PriorityClass': ['value', 'preemptionPolicy'],
  'networking.k8s.io/IngressClass': ['spec.controller'],
  'node.k8s.io/RuntimeClass': ['handler'],
  'resource.k8s.io/ResourceClaim': ['spec'],
  'resource.k8s.io/ResourceClaimTemplate': ['spec'],
  'storage.k8s.io/CSIDriver': ['spec.attachRequired', 'spec.volumeLifecycleModes'],
  '/Secret': ['type'],
};

/** All of a StatefulSet's spec but these (pkg/apis/apps/validation, ValidateStatefulSetUpdate). */
const statefulSetChangeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];

/**
 * Fields that differ and cannot be changed in place: the object has to be deleted and made again.
 * @param wanted as it would be PUT
 */
export function fixedDifferences(wanted: JsonObject, live: JsonObject): string[] {
  const differs = (path: string) => {
    const [a, b] = [wanted, live].map((object) => fieldAt(object, ...path.split('.')) ?? null);
    return canonicalJson(a) !== canonicalJson(b);
  };
  const kind = `${groupOf(wanted)}/${String(wanted['kind'])}`;
  const paths = [...(fixedPaths[kind] ?? []), ...sealedPaths(kind, live), ...(kind === 'apps/StatefulSet' ? statefulSetPaths(wanted, live) : [])].filter(differs);
  const isHeadless = (object: JsonObject) => fieldAt(object, 'spec', 'clusterIP') === 'None';
  // "may not change once set": from None to an address or back (pkg/apis/core/validation, ValidateServiceUpdate).
  const turnsHeadless = kind === '/Service' && isHeadless(wanted) !== isHeadless(live) && [wanted, live].every((one) => fieldAt(one, 'spec', 'type') !== 'ExternalName');
  return turnsHeadless ? [...paths, 'spec.clusterIP'] : paths;
}

function sealedPaths(kind: string, live: JsonObject): string[] {
  return (kind === '/ConfigMap' || kind === '/Secret') && isTrueAt(live, 'immutable') ? ['data', 'binaryData', 'immutable'] : [];
}

function statefulSetPaths(wanted: JsonObject, live: JsonObject): string[] {
  const keys = [wanted, live].flatMap((object) => Object.keys(objectAt(object, 'spec') ?? {}));
  return [...new Set(keys)].filter((key) => !statefulSetChangeable.includes(key)).map((key) => `spec.${key}`);
}

// What is in them, or what they stand for, goes with them: data, every object inside, every custom resource.
const neverDeleted = new Set(['/Namespace', '/PersistentVolumeClaim', '/PersistentVolume', 'apiextensions.k8s.io/CustomResourceDefinition', '/Node']);

/** True for kinds that a restore never deletes, neither to make them again nor because they were added since. */
export function isNeverDeleted(object: JsonObject): boolean {
  return neverDeleted.has(`${groupOf(object)}/${String(object['kind'])}`);
}

/** True for what runs pods: deleted without its pods, so that its successor takes them over. */
export function keepsPodsWhenDeleted(object: JsonObject): boolean {
  return groupOf(object) === 'apps' || groupOf(object) === 'batch';
}

/** Empty for the core group. */
export function groupOf(object: JsonObject): string {
  const apiVersion = String(object['apiVersion'] ?? '');
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
