import { digestOf } from '../../core/digest.ts';
import { isObject } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import type { KubeObject } from '../../kube/types.ts';
import { stateOf } from '../../snapshot/restore/compare.ts';
import { holdsCredential } from '../../snapshot/stored-object.ts';

/**
 * Digests of what the plan for an object is based on. Of an object that holds a credential not its content is digested (a short value
 * can be guessed from its digest), but its resourceVersion, which moves only when it is written.
 */
export function basisOf(live: KubeObject | undefined, { keepsReplicas }: { keepsReplicas: boolean }): Record<string, string> {
  if (!live) return { existence: digestOf('absent') };
  const uid = digestOf(live.metadata.uid);
  if (holdsCredential(live)) return { uid, resourceVersion: digestOf(live.metadata.resourceVersion) };
  return { uid, state: digestOf(withoutReplicas(stateOf(live), keepsReplicas)) };
}

/** Fields of the planned basis that are no longer so. */
export function changedBasis(planned: Record<string, string>, now: Record<string, string>): string[] {
  return Object.keys({ ...planned, ...now }).filter((field) => planned[field] !== now[field]);
}

function withoutReplicas(state: JsonObject, keepsReplicas: boolean): JsonObject {
  const { spec } = state;
  if (!keepsReplicas || !isObject(spec)) return state;
  const { replicas: _replicas, ...rest } = spec;
  return { ...state, spec: rest };
}
