import { diffArrays } from 'diff';
import { isObject, objectAt, textAt } from '../core/fields.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { redactArguments } from '../core/redaction.ts';
import { canonicalTemplate, restartedAtKey } from './pod-template.ts';
import { changeOf, imageChange, textOf, textOfVariable, textOfVolume } from './template-change.ts';
import type { TemplateChange } from './template-change.ts';

/**
 * What changes between two pod templates, in the order in which a person reads a manifest. Defaults and key order do
 * not count. A restart (`kubectl rollout restart`) is listed only when it is the only difference.
 */
export function diffTemplates(from: JsonObject, to: JsonObject): TemplateChange[] {
  const [a, b] = [canonicalTemplate(from), canonicalTemplate(to)];
  const changes = [
    ...diffValues('', objectAt(a, 'spec') ?? {}, objectAt(b, 'spec') ?? {}),
    ...diffValues('', objectAt(a, 'metadata') ?? {}, objectAt(b, 'metadata') ?? {}),
  ];
  const restart = `annotations[${restartedAtKey}]`;
  const lasting = changes.filter((change) => change.path !== restart);
  return lasting.length > 0 ? lasting : changes;
}

/** Which field names an item of a list of objects: order does not matter to people, identity does. */
const itemKeys: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  resourceClaims: ['name'],
  readinessGates: ['conditionType'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'protocol'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};
const mapsByKey = new Set(['labels', 'annotations', 'nodeSelector', 'limits', 'requests', 'matchLabels']);

function diffValues(path: string, from: Json | undefined, to: Json | undefined): TemplateChange[] {
  if (canonicalJson(from) === canonicalJson(to) && (from === undefined) === (to === undefined)) return [];
  const name = /(\w+)(\[[^\]]*\])?$/.exec(path)?.[1] ?? '';
  if (path.endsWith(']')) return diffItems(path, name, from, to);
  if (mapsByKey.has(name)) return diffObjects(path, objectOf(from), objectOf(to), true);
  if (isObject(from) && isObject(to)) return diffObjects(path, from, to, false);
  if ((name === 'args' || name === 'command') && isTextList(from) && isTextList(to)) return diffArguments(path, from ?? [], to ?? []);
  const keyFields = Object.hasOwn(itemKeys, name) ? itemKeys[name] : undefined;
  if (keyFields && isList(from) && isList(to)) return diffLists(path, from ?? [], to ?? [], keyFields);
  if (name === 'image') return [imageChange(path, from, to)];
  return [changeOf(path, textOf(from), textOf(to), name, true)];
}

/** Members of a list or of a map, at a path that ends with `[KEY]`. */
function diffItems(path: string, name: string, from: Json | undefined, to: Json | undefined): TemplateChange[] {
  if (name === 'env') return [changeOf(path, textOfVariable(from), textOfVariable(to), '', true)];
  const [volumeFrom, volumeTo] = [textOfVolume(from), textOfVolume(to)];
  if (name === 'volumes' && volumeFrom !== volumeTo) return [changeOf(path, volumeFrom, volumeTo)];
  if (isObject(from) && isObject(to)) return diffObjects(path, from, to, false);
  // A container that comes or goes is its image.
  if (/ontainers$/.test(name)) return [changeOf(path, textAt(from, 'image'), textAt(to, 'image'))];
  return [changeOf(path, textOf(from), textOf(to), itemName(path), true)];
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

// What a person looks for first comes first.
const firstFields = ['image', 'command', 'args', 'env', 'envFrom', 'containers', 'initContainers', 'volumes', 'volumeMounts'];

function diffObjects(path: string, from: JsonObject, to: JsonObject, isMap: boolean): TemplateChange[] {
  const rank = (key: string) => (firstFields.includes(key) ? firstFields.indexOf(key) : firstFields.length);
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort((a, b) => rank(a) - rank(b));
  return keys.flatMap((key) => diffValues(isMap ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, from[key], to[key]));
}

function diffLists(path: string, from: Json[], to: Json[], keyFields: string[]): TemplateChange[] {
  const [before, after] = [itemsByKey(from, keyFields), itemsByKey(to, keyFields)];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const changes = keys.flatMap((key) => diffValues(`${path}[${key}]`, before.get(key), after.get(key)));
  // Same items in another order: containers start in it, variables are expanded in it.
  return changes.length > 0 ? changes : [changeOf(path, keys.join(' '), [...after.keys()].join(' '))];
}

function itemsByKey(items: Json[], keyFields: string[]): Map<string, Json> {
  const byKey = new Map<string, Json>();
  for (const item of items) {
    const parts = keyFields.map((field) => (isObject(item) ? item[field] : undefined));
    const key = parts.filter((part) => part !== undefined).join('/');
    // The API allows some duplicates (env); each keeps a line of its own.
    let unique = key;
    for (let again = 2; byKey.has(unique); again++) unique = `${key}#${again}`;
    byKey.set(unique, item);
  }
  return byKey;
}

/**
 * Arguments by what was removed and added, with their index on the side where they are. A flag with another value is
 * one change, and so is another text in the same place (`sh -c SCRIPT`).
 */
function diffArguments(path: string, from: string[], to: string[]): TemplateChange[] {
  const [shownFrom, shownTo] = [redactArguments(from), redactArguments(to)];
  const { removed, added } = findMoves(from, to);
  const arePartners = (index: number, other: number) => {
    const [flag, otherFlag] = [flagOf(from[index]!), flagOf(to[other]!)];
    return flag === otherFlag && (flag !== undefined || index === other);
  };
  const changes = removed.map((index): TemplateChange => {
    const partner = added.findIndex((other) => arePartners(index, other));
    const [other] = partner >= 0 ? added.splice(partner, 1) : [];
    const isChanged = other === undefined || from[index] !== to[other];
    return changeOf(`${path}[${index}]`, shownFrom[index], other === undefined ? undefined : shownTo[other], '', isChanged);
  });
  return [...changes, ...added.map((index) => changeOf(`${path}[${index}]`, undefined, shownTo[index]))];
}

/** Indexes of what is only on one side, by the shortest edit. */
function findMoves(from: string[], to: string[]): { removed: number[]; added: number[] } {
  const removed: number[] = [];
  const added: number[] = [];
  let [at, next] = [0, 0];
  for (const part of diffArrays(from, to)) {
    const indexes = part.value.map((_, offset) => (part.removed ? at : next) + offset);
    if (part.removed) removed.push(...indexes);
    else if (part.added) added.push(...indexes);
    if (!part.added) at += part.value.length;
    if (!part.removed) next += part.value.length;
  }
  return { removed, added };
}

function flagOf(argument: string): string | undefined {
  return /^(--?[\w.-]+)=/.exec(argument)?.[1];
}

function itemName(path: string): string {
  return /\[([^\]]*)\]$/.exec(path)?.[1] ?? '';
}

function isTextList(value: Json | undefined): value is string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

function isList(value: Json | undefined): value is Json[] | undefined {
  return value === undefined || Array.isArray(value);
}
