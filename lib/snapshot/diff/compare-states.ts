import { canonicalJson } from '../../core/json.ts';
import { decodedBytes, diffObjects, sizeChange, sizeTextOf, type ObjectChange } from '../../formats/object-diff.ts';
import type { KubeObject } from '../../kube/types.ts';
import { groupOf } from '../restore/immutable.ts';
import { isOwned, type StoredObject } from '../stored-object.ts';
import { isReadIn, type ComparedState } from './coverage.ts';

export interface ComparedObject {
  apiVersion: string;
  kind: string;
  /** Empty for an object of no namespace. */
  namespace: string;
  name: string;
}

/** `sealed`: credentials that no identity at hand opens; `not-captured`: one side did not look, or could not. */
export type UnknownWhy = 'sealed' | 'not-captured';

export interface ObjectDifference {
  object: ComparedObject;
  /** Seen from the first state to the second. `unknown`: whether it differs cannot be told. */
  change: 'changed' | 'added' | 'gone' | 'unknown';
  why?: UnknownWhy;
  /** A controller makes it from another object. */
  owned: boolean;
  changes: ObjectChange[];
}

/**
 * What differs between two states, sorted by namespace, kind and name; an object is the same by group, kind, namespace and
 * name, whatever version or uid it has. What one of the states does not know is never told as added, gone or equal.
 * @param absent objects of the first state that the second is known not to have, although it did not look at all there is
 */
export function compareStates(before: ComparedState, after: ComparedState, absent: ReadonlySet<KubeObject> = new Set()): ObjectDifference[] {
  const [from, to] = [before, after].map(({ objects }) => new Map(objects.map((stored) => [keyOf(stored.object), stored])));
  const keys = [...new Set([...from!.keys(), ...to!.keys()])].sort();
  return keys.flatMap((key) => compareOne(from!.get(key), to!.get(key), before, after, absent) ?? []);
}

function compareOne(from: StoredObject | undefined, to: StoredObject | undefined, before: ComparedState, after: ComparedState, absent: ReadonlySet<KubeObject>): ObjectDifference | undefined {
  const { object } = (to ?? from)!;
  const told = { object: comparedRefOf(object), owned: isOwned(object) };
  if (from && to) {
    const compared = compareStored(from, to);
    return compared && { ...told, ...compared };
  }
  if (!from) {
    // Made after the first state was captured: that state could not have it, whatever it looked at.
    const isNew = String(object.metadata.creationTimestamp ?? '') > before.finishedAt;
    return isNew || isReadIn(before, object) ? { ...told, change: 'added', changes: [] } : unknown(told, 'not-captured');
  }
  return absent.has(object) || isReadIn(after, object) ? { ...told, change: 'gone', changes: [] } : unknown(told, 'not-captured');
}

function unknown(told: Pick<ObjectDifference, 'object' | 'owned'>, why: UnknownWhy): ObjectDifference {
  return { ...told, change: 'unknown', why, changes: [] };
}

/** @returns undefined when they are the same */
function compareStored(from: StoredObject, to: StoredObject): Pick<ObjectDifference, 'change' | 'changes' | 'why'> | undefined {
  const [a, b] = [from.object.metadata, to.object.metadata];
  // Nobody has written it: most objects end here, and a sealed one needs no key.
  if (a.uid !== undefined && a.uid === b.uid && a.resourceVersion === b.resourceVersion) return undefined;
  const areWhole = !isStub(from) && !isStub(to);
  // Of a stub, what it shows: a difference in it is one; none proves nothing, for the values may differ.
  const changes = areWhole ? diffObjects(from.object, to.object) : [...sizeChanges(from, to), ...diffObjects(shownPart(from), shownPart(to))];
  if (changes.length > 0) return { change: 'changed', changes };
  return areWhole ? undefined : { change: 'unknown', why: 'sealed', changes: [] };
}

function isStub({ sealed, omitted }: StoredObject): boolean {
  return sealed === true || omitted === true;
}

/** Labels, and what else a stub has of any object; annotations are left out of stubs where they hold credentials. */
function shownPart({ object }: StoredObject): KubeObject {
  const { annotations: _annotations, ...metadata } = object.metadata;
  const kept = object.kind === 'Secret' && object.apiVersion === 'v1' ? Object.entries(object).filter(([key]) => key === 'type' || key === 'immutable') : [];
  return { ...Object.fromEntries(kept), apiVersion: object.apiVersion, kind: object.kind, metadata } as KubeObject;
}

function sizeChanges(from: StoredObject, to: StoredObject): ObjectChange[] {
  if (from.object.kind !== 'Secret') return [];
  const [a, b] = [sizesOf(from), sizesOf(to)];
  const keys = [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key));
  return keys.map((key) => sizeChange(`data[${key}]`, ...([a, b].map((sizes) => (sizes.has(key) ? sizeTextOf(sizes.get(key)!) : undefined)) as [string | undefined, string | undefined]), true));
}

function sizesOf({ object, sizes }: StoredObject): Map<string, number> {
  const data = (object['data'] ?? {}) as Record<string, string>;
  return new Map(Object.entries(sizes ?? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodedBytes(value)]))));
}

export function comparedRefOf({ apiVersion, kind, metadata }: KubeObject): ComparedObject {
  return { apiVersion, kind, namespace: String(metadata['namespace'] ?? ''), name: metadata.name };
}

/** Equal for two states of one object. */
export function keyOf(object: KubeObject): string {
  const { kind, namespace, name } = comparedRefOf(object);
  return canonicalJson([namespace, kind, groupOf(object), name]);
}
