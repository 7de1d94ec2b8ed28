import { isObject, objectAt, textAt } from '../core/fields.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json } from '../core/json.ts';
import { markHiddenChange, redactJson, redactValue } from '../core/redaction.ts';

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
 * A change with both sides redacted by the name that they stand under, and shortened around what differs.
 * @param isChanged told when the sides are redacted already and may look the same
 */
export function changeOf(
  path: string,
  from: string | undefined,
  to: string | undefined,
  name = '',
  isChanged = from !== to,
): TemplateChange {
  const shownFrom = from === undefined ? undefined : redactValue(name, from);
  let shownTo = to === undefined ? undefined : redactValue(name, to);
  if (shownFrom !== undefined && shownTo !== undefined) shownTo = markHiddenChange(isChanged, shownFrom, shownTo);
  return { path, ...shortenSides({ ...(shownFrom === undefined ? {} : { from: shownFrom }), ...(shownTo === undefined ? {} : { to: shownTo }) }) };
}

/** Both sides in one short line each, with the difference in what remains of them. */
export function shortenSides({ from, to }: { from?: string; to?: string }): { from?: string; to?: string } {
  const [a, b] = from === undefined || to === undefined ? [from, to] : shortenPair(from, to);
  return { ...(a === undefined ? {} : { from: shorten(a) }), ...(b === undefined ? {} : { to: shorten(b) }) };
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

/** Two images; only the version where the repository is the same: `v0.42.4` → `v0.41.0`; a digest by its first twelve letters. */
export function imageTexts(from: string | undefined, to: string | undefined): [string | undefined, string | undefined] {
  if (from === undefined || to === undefined || repositoryOf(from) !== repositoryOf(to)) return [from, to];
  return [versionOf(from), versionOf(to)];
}

function versionOf(image: string): string {
  const version = image.slice(repositoryOf(image).length).replace(/^:/, '');
  return version.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1') || 'latest';
}

function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** An env variable in one word: a plain value, redacted by its name, or what it refers to, which is no secret. */
export function textOfVariable(variable: Json | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const source = objectAt(variable, 'valueFrom');
  if (!source) return redactValue(textAt(variable, 'name') ?? '', textAt(variable, 'value') ?? '');
  const [kind] = Object.keys(source);
  const named: Record<string, string> = { secretKeyRef: 'secret', configMapKeyRef: 'configmap' };
  if (kind && named[kind]) return `${named[kind]}/${textAt(source, kind, 'name') ?? ''}:${textAt(source, kind, 'key') ?? ''}`;
  return textAt(source, kind ?? '', 'fieldPath') ?? textAt(source, kind ?? '', 'resource') ?? canonicalJson(source);
}

/** A volume in one word: what it mounts. */
export function textOfVolume(volume: Json | undefined): string | undefined {
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

/** Any other value: a text as it is, else JSON without its secrets. */
export function textOf(value: Json | undefined, name = ''): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : canonicalJson(redactJson(value, name));
}
