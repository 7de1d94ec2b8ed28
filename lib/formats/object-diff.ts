import { diffArrays } from 'diff';
import { isObject, objectAt } from '../core/fields.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { markHiddenChange, redacted, redactValue } from '../core/redaction.ts';
import { diffFields } from './field-diff.ts';
import { isControllerAnnotation } from './controller-annotations.ts';

/** A changed field for people; secrets are gone from the values. Only `from`: removed. Only `to`: added. */
export interface ObjectChange {
  /** From the object's root, as `spec.replicas`, `data[hashrings.json]`, `spec.template.spec.containers[receive].image`. */
  path: string;
  /** Whole, over as many lines as it has. */
  from?: string;
  to?: string;
  /** Part of a value is not shown: it may differ too. */
  hidden?: true;
}

/**
 * What differs in two states of one object; undefined is the state in which there is none. Left out is what says nothing
 * of what a person wants the object to be: status, bookkeeping of the server and of controllers, and kubectl's copy of
 * the last manifest, which repeats it all. Of a Secret's values, and of binary ones, only the sizes are told.
 */
export function diffObjects(before: JsonObject | undefined, after: JsonObject | undefined): ObjectChange[] {
  const isSecret = (after ?? before)?.['kind'] === 'Secret';
  const [from, to] = [before, after].map((side) => (side === undefined ? {} : withoutNoise(side)));
  const opaque = isSecret ? ['data', 'stringData', 'binaryData'] : ['binaryData'];
  return [
    ...opaque.flatMap((field) => diffSizes(field, objectAt(from, field) ?? {}, objectAt(to, field) ?? {}, isSecret)),
    ...diffFields(without(from!, opaque), without(to!, opaque), makeChange),
  ];
}

const serverFields = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'managedFields'];
// kubectl's copy of the last manifest: of a Secret with its values.
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function withoutNoise(object: JsonObject): JsonObject {
  const { apiVersion: _apiVersion, kind: _kind, status: _status, metadata, ...rest } = object;
  const { annotations, ownerReferences, ...others } = without(isObject(metadata) ? metadata : {}, serverFields);
  const isKept = (key: string) => key !== lastApplied && !isControllerAnnotation(key, String(object['kind']));
  const kept = Object.entries(isObject(annotations) ? annotations : {}).filter(([key]) => isKept(key));
  const shown: JsonObject = others;
  if (kept.length > 0) shown['annotations'] = Object.fromEntries(kept);
  // An owner that was deleted and made again is the same owner to a person.
  if (Array.isArray(ownerReferences)) shown['ownerReferences'] = ownerReferences.map((owner) => (isObject(owner) ? without(owner, ['uid']) : owner));
  return { metadata: shown, ...(withoutEmptyTimes(rest) as JsonObject) };
}

/** `creationTimestamp: null`, which older servers put into every template. */
function withoutEmptyTimes(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutEmptyTimes);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, member]) => key !== 'creationTimestamp' || member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutEmptyTimes(member)]));
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Base64 values by their decoded size. */
function diffSizes(field: string, from: JsonObject, to: JsonObject, isSecret: boolean): ObjectChange[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key): ObjectChange[] => {
    const [a, b] = [from, to].map((side) => (Object.hasOwn(side, key) ? String(side[key]) : undefined));
    if (a === b) return [];
    const [shownFrom, shownTo] = [a, b].map((value) => (value === undefined ? undefined : sizeTextOf(field === 'stringData' ? Buffer.byteLength(value) : decodedBytes(value))));
    return [sizeChange(`${field}[${key}]`, shownFrom, shownTo, isSecret)];
  });
}

/** A change of a value that is told by its size alone; `(changed)` where the sizes are equal. */
export function sizeChange(path: string, from: string | undefined, to: string | undefined, isSecret: boolean): ObjectChange {
  const marked = from !== undefined && to !== undefined ? markHiddenChange(true, from, to) : to;
  return { path, ...(from === undefined ? {} : { from }), ...(marked === undefined ? {} : { to: marked }), ...(isSecret ? { hidden: true as const } : {}) };
}

/** `(211 bytes)`: what may be told of a value that is not shown. */
export function sizeTextOf(bytes: number): string {
  return `(${bytes} bytes)`;
}

/** Bytes that a base64 text stands for. */
export function decodedBytes(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

function makeChange(path: string, from: string | undefined, to: string | undefined, name: string, isChanged: boolean): ObjectChange {
  const [shownFrom, shownTo] = [from, to].map((side) => (side === undefined ? undefined : redactValue(name, side)));
  const hidden = [shownFrom, shownTo].some((side) => side?.includes(redacted));
  const marked = shownFrom === undefined || shownTo === undefined ? shownTo : markHiddenLines({ from: from!, to: to! }, { from: shownFrom, to: shownTo }, isChanged);
  return { path, ...(shownFrom === undefined ? {} : { from: shownFrom }), ...(marked === undefined ? {} : { to: marked }), ...(hidden ? { hidden: true as const } : {}) };
}

interface Sides {
  from: string;
  to: string;
}

/**
 * The new side with `(changed)` at the end of each line that looks as before once its secret is gone. A secret over
 * several lines, as a key, leaves fewer lines: then only the whole can be marked, and only where nothing else is seen.
 */
function markHiddenLines(real: Sides, shown: Sides, isChanged: boolean): string {
  if (shown.from === shown.to && !shown.to.includes('\n')) return markHiddenChange(isChanged, shown.from, shown.to);
  if (shown.from === real.from && shown.to === real.to) return shown.to;
  const [from, to, shownFrom, shownTo] = [real.from, real.to, shown.from, shown.to].map((text) => text.split('\n')) as [string[], string[], string[], string[]];
  if (from.length !== shownFrom.length || to.length !== shownTo.length) return markHiddenChange(isChanged, shown.from, shown.to);
  let [at, next] = [0, 0];
  let removed = 0;
  for (const part of diffArrays(from, to)) {
    if (part.added) for (let line = 0; line < Math.min(removed, part.value.length); line++) shownTo[next + line] = markHiddenChange(true, shownFrom[at - removed + line]!, shownTo[next + line]!);
    removed = part.removed ? part.value.length : 0;
    if (!part.added) at += part.value.length;
    if (!part.removed) next += part.value.length;
  }
  return shownTo.join('\n');
}
