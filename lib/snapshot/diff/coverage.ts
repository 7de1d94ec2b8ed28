import type { KubeObject } from '../../kube/types.ts';
import type { Manifest } from '../manifest.ts';
import { groupOf } from '../restore/immutable.ts';
import type { StoredObject } from '../stored-object.ts';

/** One side of a comparison: a snapshot, or the cluster as it is now. */
export interface ComparedState extends Pick<Manifest, 'scope' | 'types' | 'gaps' | 'secrets' | 'startedAt' | 'finishedAt'> {
  /** Whole where it could be opened, else a stub. */
  objects: readonly StoredObject[];
}

/**
 * True when the state would have the object if it had been there: its type was read, in its namespace, with no gap. Of a
 * state that has namespaces, cluster-scoped objects are those that something there needed: their absence says nothing, nor
 * does it where a label selector chose.
 */
export function isReadIn({ scope, types, gaps, secrets }: Pick<ComparedState, 'scope' | 'types' | 'gaps' | 'secrets'>, object: KubeObject): boolean {
  const namespace = String(object.metadata['namespace'] ?? '');
  const group = groupOf(object);
  const type = types.find((one) => one.kind === object.kind && groupOf({ apiVersion: one.apiVersion }) === group);
  if (scope.selector !== undefined) return false;
  // With --secrets=omit the type is not even asked for: that it is not among the types is no sign that it is not served.
  if (secrets === 'omitted' && group === '' && object.kind === 'Secret') return false;
  if (scope.namespaces !== undefined && !scope.namespaces.includes(namespace)) return false;
  if (type === undefined) {
    // Not served, unless it was left out or its API did not answer; `what` is then `GROUP/VERSION` or `PLURAL.GROUP`.
    const isLeftOut = scope.kinds !== undefined || scope.withoutKinds !== undefined;
    return !isLeftOut && !gaps.some(({ what }) => (group === '' ? !what.includes('.') : what.includes(group)));
  }
  const name = group === '' ? type.resource : `${type.resource}.${group}`;
  return !gaps.some(({ what }) => what === name || what === `${name} -n ${namespace}`);
}
