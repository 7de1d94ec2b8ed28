import { isObject, objectAt, objectsAt, textAt, textsAt } from '../../core/fields.ts';
import type { Json } from '../../core/json.ts';
import { isSelected, type LabelSelector } from '../../formats/label-selector.ts';
import type { KubeObject } from '../../kube/types.ts';

/** Names of cluster-scoped objects by type (`plural.group`). */
export type Names = Map<string, Set<string>>;

/** A field of this name, anywhere in an object, names an object of this type: pod templates, claims, custom resources alike. */
const fieldTypes: Record<string, string> = {
  storageClassName: 'storageclasses.storage.k8s.io',
  volumeAttributesClassName: 'volumeattributesclasses.storage.k8s.io',
  priorityClassName: 'priorityclasses.scheduling.k8s.io',
  runtimeClassName: 'runtimeclasses.node.k8s.io',
  ingressClassName: 'ingressclasses.networking.k8s.io',
  gatewayClassName: 'gatewayclasses.gateway.networking.k8s.io',
  volumeSnapshotClassName: 'volumesnapshotclasses.snapshot.storage.k8s.io',
  boundVolumeSnapshotContentName: 'volumesnapshotcontents.snapshot.storage.k8s.io',
};
const annotationTypes: Record<string, string> = {
  'volume.beta.kubernetes.io/storage-class': 'storageclasses.storage.k8s.io',
  'kubernetes.io/ingress.class': 'ingressclasses.networking.k8s.io',
};

/** Types that {@link findNames} can name. RBAC goes by rules of its own. */
export const namedTypes: ReadonlySet<string> = new Set([
  ...Object.values(fieldTypes),
  ...Object.values(annotationTypes),
  'persistentvolumes',
  'customresourcedefinitions.apiextensions.k8s.io',
]);

/**
 * What the captured objects name: classes, volumes, and the definitions of custom resources.
 * @param captured by type (`plural.group`). Built-in types get a definition's name too; no object has it.
 */
export function findNames(captured: ReadonlyMap<string, readonly KubeObject[]>): Names {
  const names: Names = new Map();
  const add = (type: string, name: string | undefined) => {
    if (name) names.set(type, (names.get(type) ?? new Set()).add(name));
  };
  for (const [type, objects] of captured) {
    if (objects.length > 0 && type.includes('.')) add('customresourcedefinitions.apiextensions.k8s.io', type);
    if (type === 'configmaps' || type === 'secrets') continue;
    for (const object of objects) {
      if (type === 'persistentvolumeclaims') add('persistentvolumes', textAt(object, 'spec', 'volumeName'));
      for (const [annotation, of] of Object.entries(annotationTypes)) add(of, textAt(object, 'metadata', 'annotations', annotation));
      for (const [key, member] of Object.entries(object)) if (key !== 'metadata') findInFields(member, add);
    }
  }
  return names;
}

function findInFields(value: Json, add: (type: string, name: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) findInFields(item, add);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (typeof member !== 'string') findInFields(member, add);
      else if (Object.hasOwn(fieldTypes, key)) add(fieldTypes[key]!, member);
    }
  }
}

/**
 * ClusterRoleBindings with a subject in the namespaces, and the ClusterRoles that they or RoleBindings there name. A role
 * that is put together of others (aggregationRule) needs those.
 * @param roleBindings captured in the namespaces
 */
export function chooseClusterRbac(
  all: { clusterRoles: readonly KubeObject[]; clusterRoleBindings: readonly KubeObject[] },
  roleBindings: readonly KubeObject[],
  namespaces: readonly string[],
): { clusterRoles: KubeObject[]; clusterRoleBindings: KubeObject[] } {
  const here = new Set(namespaces);
  const clusterRoleBindings = all.clusterRoleBindings.filter((binding) => objectsAt(binding, 'subjects').some((subject) => isIn(subject, here)));
  const names = new Set([...clusterRoleBindings, ...roleBindings].filter((binding) => textAt(binding, 'roleRef', 'kind') === 'ClusterRole').map((binding) => textAt(binding, 'roleRef', 'name')));
  const chosen = new Set(all.clusterRoles.filter(({ metadata }) => names.has(metadata.name)));
  // A set takes what is added while it is walked: roles of roles.
  for (const role of chosen) {
    const selectors = objectsAt(objectAt(role, 'aggregationRule'), 'clusterRoleSelectors') as unknown as LabelSelector[];
    for (const part of all.clusterRoles) {
      if (selectors.some((selector) => isSelected(selector, textsAt(part, 'metadata', 'labels')))) chosen.add(part);
    }
  }
  return { clusterRoles: all.clusterRoles.filter((role) => chosen.has(role)), clusterRoleBindings };
}

// Of service accounts RBAC knows three spellings (kubernetes pkg/registry/rbac/validation, serviceaccount/util.go).
function isIn(subject: Json, namespaces: ReadonlySet<string>): boolean {
  const name = textAt(subject, 'name') ?? '';
  if (textAt(subject, 'kind') === 'ServiceAccount') return namespaces.has(textAt(subject, 'namespace') ?? '');
  const [, namespace] = /^system:serviceaccounts?:([^:]+)/.exec(name) ?? [];
  return namespace !== undefined && namespaces.has(namespace);
}
