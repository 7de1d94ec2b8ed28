import { isObject } from '../../core/fields.ts';
import { isRawNumber } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';

/** A copy that may be written to; numbers kept as text stay what they are (structuredClone would lose them). */
export function copyJson<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (value === null || typeof value !== 'object' || isRawNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyJson(member as Json)])) as T;
}

/** Takes the field at `path` away, where it is there. */
export function dropAt(object: JsonObject, ...path: string[]): void {
  const parent = parentOf(object, path);
  if (parent) delete parent[path.at(-1)!];
}

/** Sets the field at `path` to what it is in `from`; away where it is not there. Parents are made only for a value. */
export function takeFrom(object: JsonObject, from: JsonObject, ...path: string[]): void {
  const value = parentOf(from, path)?.[path.at(-1)!];
  if (value === undefined) return dropAt(object, ...path);
  let parent = object;
  for (const key of path.slice(0, -1)) {
    if (!isObject(parent[key])) parent[key] = {};
    parent = parent[key] as JsonObject;
  }
  parent[path.at(-1)!] = copyJson(value);
}

function parentOf(object: JsonObject, path: string[]): JsonObject | undefined {
  let parent: Json | undefined = object;
  for (const key of path.slice(0, -1)) parent = isObject(parent) ? parent[key] : undefined;
  return isObject(parent) ? parent : undefined;
}
