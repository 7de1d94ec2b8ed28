import { diffArrays } from 'diff';
import { isObject } from '../core/fields.ts';
import type { Json } from '../core/json.ts';

/**
 * Which fields name an item of a list of objects: order does not matter to people, identity does. Of several forms the
 * first whose first field the item has. Source: the merge keys of k8s.io/api and of the Prometheus Operator's types.
 */
const itemKeys: Record<string, string[][]> = {
  containers: [['name']],
  initContainers: [['name']],
  ephemeralContainers: [['name']],
  volumes: [['name']],
  env: [['name']],
  imagePullSecrets: [['name']],
  resourceClaims: [['name']],
  readinessGates: [['conditionType']],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  // A container's; a Service's with names and without.
  ports: [['containerPort', 'protocol'], ['name'], ['port', 'protocol']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  // A PrometheusRule's, and an Ingress'.
  rules: [['alert'], ['record'], ['host']],
  paths: [['path', 'pathType']],
  subjects: [['name', 'namespace', 'kind']],
};
// Elsewhere a name names only where no two items share it.
const usualKeys = [['name']];

/** The items of two lists by their keys, or undefined where something has none: then only order tells them apart. */
export function pairByKey(listName: string, from: readonly Json[], to: readonly Json[]): { before: Map<string, Json>; after: Map<string, Json> } | undefined {
  const forms = Object.hasOwn(itemKeys, listName) ? itemKeys[listName]! : usualKeys;
  const keysOf = (items: readonly Json[]) => items.map((item) => keyOf(item, forms));
  const [keysFrom, keysTo] = [keysOf(from), keysOf(to)];
  if ([...keysFrom, ...keysTo].includes(undefined)) return undefined;
  const areUnique = [keysFrom, keysTo].every((keys) => new Set(keys).size === keys.length);
  if (forms === usualKeys && !areUnique) return undefined;
  return { before: itemsByKey(from, keysFrom as string[]), after: itemsByKey(to, keysTo as string[]) };
}

function keyOf(item: Json, forms: string[][]): string | undefined {
  if (!isObject(item)) return undefined;
  const form = forms.find(([first]) => Object.hasOwn(item, first!));
  return form?.flatMap((field) => (Object.hasOwn(item, field) ? [String(item[field])] : [])).join('/');
}

function itemsByKey(items: readonly Json[], keys: readonly string[]): Map<string, Json> {
  const byKey = new Map<string, Json>();
  items.forEach((item, at) => {
    // The API allows some duplicates (env); each keeps a line of its own.
    let unique = keys[at]!;
    for (let again = 2; byKey.has(unique); again++) unique = `${keys[at]}#${again}`;
    byKey.set(unique, item);
  });
  return byKey;
}

/** Indexes of what is only on one side, by the shortest edit. */
export function findMoves(from: string[], to: string[]): { removed: number[]; added: number[] } {
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
