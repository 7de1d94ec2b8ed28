import { RetraceError } from '../core/errors.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import type { ObjectRef } from './plan.ts';

/** What a plan keeps of an object: enough to find it again and to notice that it is another one. */
export function refOf(type: ResourceType, object: KubeObject): ObjectRef {
  return {
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    resource: type.plural,
    namespace: String(object.metadata.namespace ?? ''),
    name: object.metadata.name,
    uid: object.metadata.uid,
  };
}

/** The type of a referred object, without another look at discovery. */
export function typeOfRef(ref: ObjectRef): ResourceType {
  const [version = '', group = ''] = ref.apiVersion.split('/').reverse();
  return {
    group,
    version,
    kind: ref.kind,
    plural: ref.resource,
    singular: ref.kind.toLowerCase(),
    shortNames: [],
    namespaced: ref.namespace !== '',
    verbs: [],
  };
}

/** As kubectl prints it: `statefulset/thanos-receive`. */
export function displayName(ref: Pick<ObjectRef, 'kind' | 'name'>): string {
  return `${ref.kind.toLowerCase()}/${ref.name}`;
}

/** To look at an object's revisions where it is: `kubectl rollback history sts/x -n monitoring --cluster=edge-1`. */
export function historyCommand(ref: ObjectRef, { flagsForHints }: Pick<Connection, 'flagsForHints'>): string {
  return `kubectl rollback history ${displayName(ref)}${ref.namespace === '' ? '' : ` -n ${ref.namespace}`}${flagsForHints}`;
}

/** That a target is gone, or another object has its name. */
export function deletedError(ref: ObjectRef, connection: Pick<Connection, 'flagsForHints'>): RetraceError {
  return new RetraceError('target.deleted', { target: displayName(ref), namespace: ref.namespace, command: historyCommand(ref, connection) });
}
