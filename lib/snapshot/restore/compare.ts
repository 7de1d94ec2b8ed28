import { digestOf } from '../../core/digest.ts';
import { isObject } from '../../core/fields.ts';
import { canonicalJson } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { isControllerAnnotation } from '../../formats/controller-annotations.ts';

const noise = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'selfLink', 'managedFields', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

/**
 * What an object wants, without what the server and controllers note about it: two objects with the same state behave the same. Fields that are
 * null, and empty labels and annotations, are as good as absent; any other empty value means something (`emptyDir: {}`).
 */
export function stateOf(object: JsonObject): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(isObject(metadata) ? metadata : {})) {
    const told = key === 'annotations' && isObject(value) ? withoutControllers(value, String(object['kind'])) : value;
    const isEmpty = (isObject(told) && Object.keys(told).length === 0) || (Array.isArray(told) && told.length === 0);
    if (!noise.includes(key) && !isEmpty) kept[key] = told;
  }
  return withoutNulls({ ...rest, metadata: kept }) as JsonObject;
}

/** True when a write of the one over the other would change nothing. */
export function isSameState(a: JsonObject, b: JsonObject): boolean {
  return canonicalJson(stateOf(a)) === canonicalJson(stateOf(b));
}

/** Identity of a state: equal for equal states. Never kept of a Secret: a short value can be guessed from it. */
export function digestOfState(object: JsonObject): string {
  return digestOf(stateOf(object));
}

function withoutControllers(annotations: JsonObject, kind: string): JsonObject {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !isControllerAnnotation(key, kind)));
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined).map(([key, member]) => [key, withoutNulls(member)]));
}
