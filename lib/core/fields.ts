import { isRawNumber } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * Readers of nested fields of foreign JSON. A field that is absent or of another type reads as undefined (lists: empty):
 * an API object may lack anything, and nothing here may crash on it.
 */
type Path = (string | number)[];

/** The value at `path`, or undefined. */
export function fieldAt(value: unknown, ...path: Path): Json | undefined {
  let current = value as Json | undefined;
  for (const key of path) {
    if (current === null || typeof current !== 'object') return undefined;
    // Own members only: a label named `constructor` is a label.
    if (!Object.hasOwn(current, key)) return undefined;
    current = (current as JsonObject)[key];
  }
  return current ?? undefined;
}

export function objectAt(value: unknown, ...path: Path): JsonObject | undefined {
  const found = fieldAt(value, ...path);
  return isObject(found) ? found : undefined;
}

export function textAt(value: unknown, ...path: Path): string | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** A number kept as text by the lossless codec reads as the nearest double. */
export function numberAt(value: unknown, ...path: Path): number | undefined {
  const found = fieldAt(value, ...path);
  if (isRawNumber(found)) return Number((found as unknown as { rawJSON: string }).rawJSON);
  return typeof found === 'number' ? found : undefined;
}

/** True when the field is the boolean true. */
export function isTrueAt(value: unknown, ...path: Path): boolean {
  return fieldAt(value, ...path) === true;
}

export function listAt(value: unknown, ...path: Path): Json[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Members of a list that are objects. */
export function objectsAt(value: unknown, ...path: Path): JsonObject[] {
  return listAt(value, ...path).filter(isObject);
}

/** A map of texts, as labels and annotations. */
export function textsAt(value: unknown, ...path: Path): Record<string, string> {
  const entries = Object.entries(objectAt(value, ...path) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** True for a JSON object: not null, not a list, not a number kept as text. */
export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !isRawNumber(value);
}
