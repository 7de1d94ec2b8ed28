import type { ResourceType } from './types.ts';

export interface PathParts {
  /** Left out for a cluster-scoped type, and for a list over all namespaces. */
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
}

/** Path of a collection, an object or a subresource below the server's base URL. */
export function resourcePath(type: Pick<ResourceType, 'group' | 'version' | 'plural' | 'namespaced'>, { namespace, name, subresource }: PathParts = {}): string {
  const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
  if (type.namespaced && namespace !== undefined) parts.push('namespaces', namespace);
  parts.push(type.plural);
  if (name !== undefined) parts.push(name);
  // A subresource may have a path of its own (`proxy/metrics`).
  return `/${parts.map(encodeURIComponent).join('/')}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** `v1` or `apps/v1`, as it stands in an object. */
export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `statefulsets.apps`, the name that tells a type from all others; `pods` in the core group. */
export function qualifiedName(type: Pick<ResourceType, 'group' | 'plural'>): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

const usualVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/**
 * The types that lib itself reads, without asking discovery. Targets of the person never come from here.
 * Versions: those that every Kubernetes since 1.23 serves.
 */
export const builtinTypes = {
  pods: define('', 'v1', 'Pod', 'pods', ['po']),
  events: define('', 'v1', 'Event', 'events', ['ev']),
  configmaps: define('', 'v1', 'ConfigMap', 'configmaps', ['cm']),
  secrets: define('', 'v1', 'Secret', 'secrets', []),
  services: define('', 'v1', 'Service', 'services', ['svc']),
  persistentvolumeclaims: define('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', ['pvc']),
  namespaces: { ...define('', 'v1', 'Namespace', 'namespaces', ['ns']), namespaced: false },
  nodes: { ...define('', 'v1', 'Node', 'nodes', ['no']), namespaced: false },
  deployments: define('apps', 'v1', 'Deployment', 'deployments', ['deploy']),
  replicasets: define('apps', 'v1', 'ReplicaSet', 'replicasets', ['rs']),
  statefulsets: define('apps', 'v1', 'StatefulSet', 'statefulsets', ['sts']),
  daemonsets: define('apps', 'v1', 'DaemonSet', 'daemonsets', ['ds']),
  controllerrevisions: define('apps', 'v1', 'ControllerRevision', 'controllerrevisions', []),
  horizontalpodautoscalers: define('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', ['hpa']),
  poddisruptionbudgets: define('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets', ['pdb']),
  leases: define('coordination.k8s.io', 'v1', 'Lease', 'leases', []),
} as const satisfies Record<string, ResourceType>;

function define(group: string, version: string, kind: string, plural: string, shortNames: string[]): ResourceType {
  return { group, version, kind, plural, singular: kind.toLowerCase(), shortNames, namespaced: true, verbs: usualVerbs };
}
