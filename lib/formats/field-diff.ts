import { isObject, textAt } from '../core/fields.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { redactArguments } from '../core/redaction.ts';
import { findMoves, pairByKey } from './list-diff.ts';
import { imageTexts, textOf, textOfVariable, textOfVolume } from './template-change.ts';

/**
 * Makes one change out of a path and the two sides as texts; it redacts them by the name that they stand under.
 * `isChanged` is told when the sides are redacted already and may look the same.
 */
export type MakeChange<C> = (path: string, from: string | undefined, to: string | undefined, name: string, isChanged: boolean) => C;

const mapsByKey = new Set(['labels', 'annotations', 'nodeSelector', 'limits', 'requests', 'matchLabels', 'data', 'binaryData']);
// What a person looks for first comes first.
const firstFields = ['image', 'command', 'args', 'env', 'envFrom', 'containers', 'initContainers', 'volumes', 'volumeMounts'];
// A map that comes or goes is one change as long as it can be read in one line.
const mostInOneLine = 60;

/**
 * Every difference of two objects as a flat list in the order of a manifest; unequal objects have at least one. Items of
 * lists are matched by what names them, others by the shortest edit.
 */
export function diffFields<C>(from: JsonObject, to: JsonObject, make: MakeChange<C>): C[] {
  return diffMembers('', '', from, to);

  function diffValues(path: string, name: string, from: Json | undefined, to: Json | undefined): C[] {
    if (canonicalJson(from) === canonicalJson(to) && (from === undefined) === (to === undefined)) return [];
    if (isList(from) && isList(to) && (from?.length || to?.length)) return diffLists(path, name, from ?? [], to ?? []);
    if (isMap(from) && isMap(to) && isOpenedUp(name, from, to)) return diffMembers(path, name, from ?? {}, to ?? {});
    if (name === 'image' && isText(from) && isText(to)) return [make(path, ...imageTexts(from, to), '', true)];
    return [make(path, textOf(from, name), textOf(to, name), name, true)];
  }

  function diffMembers(path: string, name: string, from: JsonObject, to: JsonObject): C[] {
    const rank = (key: string) => (firstFields.includes(key) ? firstFields.indexOf(key) : firstFields.length);
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort((a, b) => rank(a) - rank(b));
    // {name: TOKEN, value: x}: a parameter's value is a secret by the parameter's name.
    const parameter = textAt(to, 'name') ?? textAt(from, 'name');
    return keys.flatMap((key) => {
      const here = mapsByKey.has(name) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      return diffValues(here, key === 'value' ? (parameter ?? key) : key, memberOf(from, key), memberOf(to, key));
    });
  }

  function diffLists(path: string, name: string, from: Json[], to: Json[]): C[] {
    if (from.every(isTextItem) && to.every(isTextItem)) return diffTexts(path, from, to);
    const paired = pairByKey(name, from, to);
    if (!paired) return diffInOrder(path, name, from, to);
    const { before, after } = paired;
    const keys = [...new Set([...before.keys(), ...after.keys()])];
    const changes = keys.flatMap((key) => diffItems(`${path}[${key}]`, name, before.get(key), after.get(key)));
    // Same items in another order: containers start in it, variables are expanded in it.
    return changes.length > 0 ? changes : [make(path, [...before.keys()].join(' '), [...after.keys()].join(' '), '', true)];
  }

  /** An item of a list, which its list may show in one word. */
  function diffItems(path: string, list: string, from: Json | undefined, to: Json | undefined): C[] {
    if (canonicalJson(from) === canonicalJson(to)) return [];
    if (list === 'env') return [make(path, textOfVariable(from), textOfVariable(to), '', true)];
    const [volumeFrom, volumeTo] = [textOfVolume(from), textOfVolume(to)];
    if (list === 'volumes' && volumeFrom !== volumeTo) return [make(path, volumeFrom, volumeTo, '', true)];
    // A container that comes or goes is its image.
    const image = textAt(from ?? to, 'image');
    if (/ontainers$/.test(list) && image !== undefined && (from === undefined || to === undefined)) return [make(path, from === undefined ? undefined : image, to === undefined ? undefined : image, '', true)];
    return diffValues(path, list, from, to);
  }

  /** Items without a name: what stays in its place is the same item, changed. */
  function diffInOrder(path: string, name: string, from: Json[], to: Json[]): C[] {
    const { removed, added } = findMoves(from.map(canonicalJson), to.map(canonicalJson));
    const gone = removed.filter((index) => !added.includes(index));
    return [
      ...gone.flatMap((index) => diffValues(`${path}[${index}]`, name, from[index], undefined)),
      ...added.flatMap((index) => diffValues(`${path}[${index}]`, name, removed.includes(index) ? from[index] : undefined, to[index])),
    ];
  }

  /**
   * Arguments and other texts by what was removed and added, with their index on the side where they are. A flag with
   * another value is one change, and so is another text in the same place (`sh -c SCRIPT`).
   */
  function diffTexts(path: string, from: string[], to: string[]): C[] {
    const [shownFrom, shownTo] = [redactArguments(from), redactArguments(to)];
    const { removed, added } = findMoves(from, to);
    const arePartners = (index: number, other: number) => {
      const [flag, otherFlag] = [flagOf(from[index]!), flagOf(to[other]!)];
      return flag === otherFlag && (flag !== undefined || index === other);
    };
    const changes = removed.map((index): C => {
      const partner = added.findIndex((other) => arePartners(index, other));
      const [other] = partner >= 0 ? added.splice(partner, 1) : [];
      const isChanged = other === undefined || from[index] !== to[other];
      return make(`${path}[${index}]`, shownFrom[index], other === undefined ? undefined : shownTo[other], '', isChanged);
    });
    return [...changes, ...added.map((index) => make(`${path}[${index}]`, undefined, shownTo[index], '', true))];
  }
}

function isOpenedUp(name: string, from: JsonObject | undefined, to: JsonObject | undefined): boolean {
  if (from && to) return true;
  const only = from ?? to ?? {};
  return mapsByKey.has(name) ? Object.keys(only).length > 0 : canonicalJson(only).length > mostInOneLine;
}

function flagOf(argument: string): string | undefined {
  return /^(--?[\w.-]+)=/.exec(argument)?.[1];
}

/** Own members only: `constructor` is a fine name for a label or a file. */
function memberOf(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const isTextItem = (item: Json): item is string => typeof item === 'string';
const isText = (value: Json | undefined): value is string | undefined => value === undefined || typeof value === 'string';
const isMap = (value: Json | undefined): value is JsonObject | undefined => value === undefined || isObject(value);
const isList = (value: Json | undefined): value is Json[] | undefined => value === undefined || Array.isArray(value);
