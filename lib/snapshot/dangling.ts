import { objectAt, objectsAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { referencesOf } from '../formats/template-reference.ts';
import { templateOf } from '../formats/workload.ts';
import type { KubeObject } from '../kube/types.ts';
import { groupOf } from './restore/immutable.ts';

/** Something that an object of a snapshot needs by its name and the snapshot does not hold. */
export interface DanglingReference {
  /** `deployment/web`. */
  from: string;
  /** `configmap/rules`. */
  to: string;
  namespace: string;
}

/**
 * What the objects of a snapshot refer to and is not among them: a restore into nothing would miss it. Pods that cannot start
 * without it, the TLS Secrets and Services of an Ingress, the Role of a RoleBinding. It was not there when the snapshot was taken,
 * or a selector left it out.
 * @param stubs every object, those that are sealed by what anybody may read of them
 * @param objects the same, whole where they could be opened
 * @param kinds that were captured; who left a kind out knows that it is not in it
 */
export function findDangling(stubs: readonly KubeObject[], objects: readonly KubeObject[], kinds: readonly string[]): DanglingReference[] {
  const held = new Set(stubs.map((object) => keyOf(object.kind, namespaceOf(object), object.metadata.name)));
  return objects.flatMap((object) => {
    const namespace = namespaceOf(object);
    const from = `${object.kind.toLowerCase()}/${object.metadata.name}`;
    const missing = neededBy(object).filter(({ kind, name }) => kinds.includes(kind) && !held.has(keyOf(kind, namespace, name)));
    return [...new Set(missing.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`))].map((to) => ({ from, to, namespace }));
  });
}

interface Needed {
  kind: string;
  name: string;
}

function neededBy(object: KubeObject): Needed[] {
  const template = templateOf(object) ?? objectAt(object, 'spec', 'jobTemplate', 'spec', 'template');
  // The API server makes the account `default`, in every namespace.
  if (template) return referencesOf(template).filter(({ optional, kind, name }) => !optional && !(kind === 'ServiceAccount' && name === 'default'));
  if (object.kind === 'Ingress') return neededByIngress(object);
  const isToRole = groupOf(object) === 'rbac.authorization.k8s.io' && object.kind === 'RoleBinding' && textAt(object, 'roleRef', 'kind') === 'Role';
  return isToRole ? named('Role', textAt(object, 'roleRef', 'name')) : [];
}

function neededByIngress(ingress: JsonObject): Needed[] {
  const paths = objectsAt(ingress, 'spec', 'rules').flatMap((rule) => objectsAt(rule, 'http', 'paths'));
  const backends = [objectAt(ingress, 'spec', 'defaultBackend'), ...paths.map((path) => objectAt(path, 'backend'))];
  return [
    ...objectsAt(ingress, 'spec', 'tls').flatMap((tls) => named('Secret', textAt(tls, 'secretName'))),
    ...backends.flatMap((backend) => named('Service', textAt(backend, 'service', 'name'))),
  ];
}

function named(kind: string, name: string | undefined): Needed[] {
  return name === undefined || name === '' ? [] : [{ kind, name }];
}

function namespaceOf(object: KubeObject): string {
  return String(object.metadata['namespace'] ?? '');
}

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind}|${namespace}|${name}`;
}
