import { diffArrays } from 'diff';
import { isObject, objectAt, textAt } from '../core/fields.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { markHiddenChange, redactArguments, redactValue } from '../core/redaction.ts';
import { canonicalTemplate, restartedAtKey } from './pod-template.ts';

/** A changed field for people; secrets are gone from the values. Only `from`: removed. Only `to`: added. */
export interface TemplateChange {
  /** As `containers[receive].image`; below spec, the word `spec` left out. */
  path: string;
  from?: string;
  to?: string;
}

// One screen line of an 80-column terminal is shared by path and both values; -o json has the same text.
const mostCharacters = 120;

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
  const isItem = path.endsWith(']');
  if (isItem && name === 'env') return [changeOf(path, textOfVariable(from), textOfVariable(to), '', true)];
  if (isItem && name === 'volumes' && textOfVolume(from) !== textOfVolume(to)) return [changeOf(path, textOfVolume(from), textOfVolume(to))];
  if (isItem && /ontainers$/.test(name) && (from === undefined || to === undefined)) return [changeOf(path, textAt(from, 'image'), textAt(to, 'image'))];
  if (!isItem && mapsByKey.has(name)) return diffObjects(path, objectOf(from), objectOf(to), true);
  if (isObject(from) && isObject(to)) return diffObjects(path, from, to, false);
  if ((name === 'args' || name === 'command') && isTextList(from) && isTextList(to)) return diffArguments(path, from ?? [], to ?? []);
  if (Array.isArray(from ?? []) && Array.isArray(to ?? []) && Object.hasOwn(itemKeys, name) && !isItem) return diffLists(path, (from ?? []) as Json[], (to ?? []) as Json[], itemKeys[name]!);
  if (name === 'image') return [imageChange(path, from, to)];
  return [changeOf(path, textOf(from), textOf(to), isItem ? itemName(path) : name)];
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
    const key = keyFields.map((field) => (isObject(item) ? item[field] : undefined)).filter((part) => part !== undefined).join('/');
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
  const changes = removed.map((index): TemplateChange => {
    const flag = flagOf(from[index]!);
    const partner = added.findIndex((other) => (flag === undefined ? other === index && flagOf(to[other]!) === undefined : flag === flagOf(to[other]!)));
    const [other] = partner >= 0 ? added.splice(partner, 1) : [];
    return changeOf(`${path}[${index}]`, shownFrom[index], other === undefined ? undefined : shownTo[other], undefined, other === undefined || from[index] !== to[other]);
  });
  return [...changes, ...added.map((index) => changeOf(`${path}[${index}]`, undefined, shownTo[index]))];
}

function flagOf(argument: string): string | undefined {
  return /^(--?[\w.-]+)=/.exec(argument)?.[1];
}

function imageChange(path: string, from: Json | undefined, to: Json | undefined): TemplateChange {
  const [a, b] = [String(from ?? ''), String(to ?? '')];
  const [repositoryA, repositoryB] = [repositoryOf(a), repositoryOf(b)];
  if (repositoryA !== repositoryB) return changeOf(path, from === undefined ? undefined : a, to === undefined ? undefined : b);
  const versionOf = (image: string) => image.slice(repositoryA.length).replace(/^:/, '').replace(/(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1') || 'latest';
  return changeOf(path, versionOf(a), versionOf(b));
}

function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** A plain value by its name's rule; a reference is no secret. */
function textOfVariable(variable: Json | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const source = objectAt(variable, 'valueFrom');
  if (!source) return redactValue(textAt(variable, 'name') ?? '', textAt(variable, 'value') ?? '');
  const [kind] = Object.keys(source);
  const named: Record<string, string> = { secretKeyRef: 'secret', configMapKeyRef: 'configmap' };
  if (kind && named[kind]) return `${named[kind]}/${textAt(source, kind, 'name') ?? ''}:${textAt(source, kind, 'key') ?? ''}`;
  return textAt(source, kind ?? '', 'fieldPath') ?? textAt(source, kind ?? '', 'resource') ?? canonicalJson(source);
}

function textOfVolume(volume: Json | undefined): string | undefined {
  if (volume === undefined) return undefined;
  const named: [string, string | undefined][] = [
    ['configmap', textAt(volume, 'configMap', 'name')],
    ['secret', textAt(volume, 'secret', 'secretName')],
    ['persistentvolumeclaim', textAt(volume, 'persistentVolumeClaim', 'claimName')],
    ['hostpath', textAt(volume, 'hostPath', 'path')],
  ];
  const found = named.find(([, name]) => name !== undefined);
  if (found) return `${found[0]}/${found[1]}`;
  return Object.keys(isObject(volume) ? volume : {}).find((key) => key !== 'name') ?? 'emptyDir';
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : canonicalJson(value);
}

function itemName(path: string): string {
  return /\[([^\]]*)\]$/.exec(path)?.[1] ?? '';
}

function isTextList(value: Json | undefined): value is string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/** Both sides redacted by the name they stand under, shortened around what differs. */
function changeOf(path: string, from: string | undefined, to: string | undefined, name = '', isChanged = from !== to): TemplateChange {
  let [shownFrom, shownTo] = [from, to].map((side) => (side === undefined ? undefined : redactValue(name, side)));
  if (shownFrom !== undefined && shownTo !== undefined) {
    shownTo = markHiddenChange(isChanged, shownFrom, shownTo);
    [shownFrom, shownTo] = shortenPair(shownFrom, shownTo);
  }
  return {
    path,
    ...(shownFrom === undefined ? {} : { from: shorten(shownFrom) }),
    ...(shownTo === undefined ? {} : { to: shorten(shownTo) }),
  };
}

/** Two long values: what is equal at the start is cut, so that the difference is in what remains. */
function shortenPair(from: string, to: string): [string, string] {
  if (from.length <= mostCharacters && to.length <= mostCharacters) return [from, to];
  let equal = 0;
  while (equal < from.length && equal < to.length && from[equal] === to[equal]) equal++;
  const cut = equal - 20;
  return cut <= 0 ? [from, to] : [`…${from.slice(cut)}`, `…${to.slice(cut)}`];
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ⏎ ').trim();
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters - 1)}…`;
}
