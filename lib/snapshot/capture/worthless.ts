import { fieldAt, textAt } from '../../core/fields.ts';
import { controllerOwnerOf } from '../../formats/owner-reference.ts';
import type { KubeObject, ResourceType } from '../../kube/types.ts';

type TypeName = Pick<ResourceType, 'group' | 'plural'>;

/**
 * What is never worth keeping: it tells of a moment, or a controller makes it again by itself, and put back it would do
 * harm. Velero's list (pkg/controller/restore_controller.go, nonRestorableResources) and what else is of that nature.
 * `plurals` left out = the whole group.
 */
const worthlessTypes: { group: string; plurals?: string[] }[] = [
  { group: '', plurals: ['events', 'pods', 'nodes', 'bindings', 'componentstatuses'] },
  { group: 'events.k8s.io' },
  { group: 'coordination.k8s.io' },
  { group: 'apps', plurals: ['controllerrevisions'] },
  { group: 'storage.k8s.io', plurals: ['csinodes', 'volumeattachments', 'csistoragecapacities'] },
  // Addresses that Services hold, devices that drivers announce, requests that are over in an hour.
  { group: 'networking.k8s.io', plurals: ['ipaddresses'] },
  { group: 'resource.k8s.io', plurals: ['resourceslices'] },
  { group: 'certificates.k8s.io', plurals: ['certificatesigningrequests'] },
  { group: 'internal.apiserver.k8s.io' },
  { group: 'metrics.k8s.io' },
  { group: 'custom.metrics.k8s.io' },
  { group: 'external.metrics.k8s.io' },
];

// Longhorn keeps the state of its engines in custom resources; written back they would describe replicas that are not
// there. These three are what a person writes.
const longhornSettings = new Set(['settings', 'recurringjobs', 'backuptargets']);

/** True for a type of which no object is worth keeping. */
export function isWorthlessType({ group, plural }: TypeName): boolean {
  if (group === 'longhorn.io' || group.endsWith('.longhorn.io')) return !longhornSettings.has(plural);
  return worthlessTypes.some((row) => row.group === group && (row.plurals === undefined || row.plurals.includes(plural)));
}

/** By type: which of its objects are not worth keeping. */
const worthlessObjects: Record<string, (object: KubeObject) => boolean> = {
  // A Deployment brings its ReplicaSets; one that stands alone is somebody's own.
  'replicasets.apps': (object) => controllerOwnerOf(object)?.kind === 'Deployment',
  'endpointslices.discovery.k8s.io': (object) => controllerOwnerOf(object) !== undefined,
  // Without an owner in them, but marked: by the controller of Services (a label since Kubernetes 1.33, and the time of a
  // pod's change before), or as an old lock of a leader election.
  endpoints: (object) =>
    textAt(object, 'metadata', 'labels', 'endpoints.kubernetes.io/managed-by') === 'endpoint-controller' ||
    ['endpoints.kubernetes.io/last-change-trigger-time', 'control-plane.alpha.kubernetes.io/leader'].some(
      (annotation) => fieldAt(object, 'metadata', 'annotations', annotation) !== undefined,
    ),
  // The CA that a controller puts into every namespace; and the records and pre-images of our own runs.
  configmaps: ({ metadata }) => metadata.name === 'kube-root-ca.crt' || metadata.name.startsWith('retrace-run-'),
  secrets: ({ metadata }) => metadata.name.startsWith('retrace-run-'),
};

/** True for an object that is not worth keeping although others of its type are. @param type its `plural.group` */
export function isWorthless(type: string, object: KubeObject): boolean {
  return worthlessObjects[type]?.(object) === true;
}
