import type { JsonObject } from '../../core/json.ts';
import { groupOf } from './immutable.ts';

/**
 * Waves of a restore: what others need comes first, what may refuse others comes last. Workloads come after what their pods mount,
 * and are written, not their pods. Operators fail a sync on a Secret that is missing, so custom resources come after Secrets.
 */
const waves: readonly (readonly string[])[] = [
  ['apiextensions.k8s.io/CustomResourceDefinition'],
  ['/Namespace'],
  ['scheduling.k8s.io/PriorityClass', 'storage.k8s.io/StorageClass', 'storage.k8s.io/VolumeAttributesClass', 'storage.k8s.io/CSIDriver', 'snapshot.storage.k8s.io/VolumeSnapshotClass', 'networking.k8s.io/IngressClass', 'node.k8s.io/RuntimeClass'],
  ['/ServiceAccount'],
  ['rbac.authorization.k8s.io/ClusterRole', 'rbac.authorization.k8s.io/Role'],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/RoleBinding'],
  ['/Secret'],
  ['/ConfigMap', '/LimitRange'],
  ['/PersistentVolume'],
  ['/PersistentVolumeClaim'],
  ['/Service'],
  ['/Endpoints', 'discovery.k8s.io/EndpointSlice'],
  ['monitoring.coreos.com/ServiceMonitor', 'monitoring.coreos.com/PodMonitor', 'monitoring.coreos.com/Probe', 'monitoring.coreos.com/ScrapeConfig', 'monitoring.coreos.com/PrometheusRule', 'monitoring.coreos.com/AlertmanagerConfig'],
  ['apps/Deployment', 'apps/DaemonSet', 'apps/StatefulSet', 'apps/ReplicaSet', 'batch/CronJob', 'batch/Job', '/ReplicationController', '/PodTemplate'],
  ['*'],
  ['networking.k8s.io/Ingress', 'gateway.networking.k8s.io/HTTPRoute', 'gateway.networking.k8s.io/Gateway'],
  ['autoscaling/HorizontalPodAutoscaler', 'policy/PodDisruptionBudget', 'networking.k8s.io/NetworkPolicy', '/ResourceQuota'],
  ['admissionregistration.k8s.io/*'],
  ['apiregistration.k8s.io/APIService'],
];

/** Number of the wave of an object's kind: lower comes first. */
export function waveOf(object: JsonObject): number {
  const [group, kind] = [groupOf(object), String(object['kind'])];
  const exact = waves.findIndex((wave) => wave.includes(`${group}/${kind}`) || wave.includes(`${group}/*`));
  return exact >= 0 ? exact : waves.findIndex((wave) => wave.includes('*'));
}

/** Wave of a deletion: what may refuse the other writes goes first, everything else after them, in reverse. */
export function waveOfDeletion(object: JsonObject): number {
  return groupOf(object) === 'admissionregistration.k8s.io' ? -1 : waves.length + (waves.length - waveOf(object));
}
