import { isObject, objectAt, textsAt } from '../core/fields.ts';
import { stringifyJson, type Json, type JsonObject } from '../core/json.ts';
import { mayHoldCredentialInJson, redactJson, redactValue } from '../core/redaction.ts';
import type { KubeObject } from '../kube/types.ts';

/** One line of the part `objects`: an object as the server sent it, or a stub of one that holds a credential. */
export interface StoredObject {
  object: KubeObject;
  /** `object` is a stub; the whole one is a line of the part `sealed`, in the same order. */
  sealed?: true;
  /** Of a Secret: bytes of each value. */
  sizes?: Record<string, number>;
  /** `object` is a stub, and the whole one was not kept. */
  omitted?: true;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** True for every Secret, and for any object in which the one redaction rule would hide something. */
export function holdsCredential(object: KubeObject): boolean {
  return holdsCredentialInText(object, stringifyJson(object));
}

/** The same with the object's JSON at hand, alone or in a line: one look at it spares most objects the walk through them. */
export function holdsCredentialInText(object: KubeObject, text: string): boolean {
  return isSecret(object) || (mayHoldCredentialInJson(text) && redactJson(object) !== object);
}

/** What of such an object may be read by anybody: what it is, who owns it, how large its values are. */
export function stubOf(object: KubeObject): Pick<StoredObject, 'object' | 'sizes'> {
  const { apiVersion, kind } = object;
  const secret = isSecret(object);
  const values = secret ? textsAt(object, 'data') : {};
  const metadata = stubMetadata(object, Object.values(values)) as KubeObject['metadata'];
  const kept: JsonObject = secret ? pick(object, ['type', 'immutable']) : {};
  return { object: { apiVersion, kind, metadata, ...kept }, ...(secret ? { sizes: sizesOf(values) } : {}) };
}

function isSecret({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/**
 * Metadata without annotations that hold a credential, whole or in a copy of the object: kubectl's last-applied, and those in
 * which a value of the Secret stands (kapp keeps the whole manifest in `kapp.k14s.io/original`).
 */
function stubMetadata(object: KubeObject, values: readonly string[]): Json {
  const { annotations, ...others } = object.metadata;
  const shown = redactJson(others) as JsonObject;
  if (!isObject(annotations)) return shown;
  const longest = Math.max(0, ...Object.values(annotations).map((value) => (typeof value === 'string' ? value.length : 0)));
  const wanted = values.flatMap((value) => spellings(value, longest));
  const harmless = Object.entries(annotations).filter(([key, value]) => key !== lastApplied && typeof value === 'string' && redactValue(key, value) === value && !wanted.some((each) => value.includes(each)));
  return harmless.length === 0 ? shown : { ...shown, annotations: Object.fromEntries(harmless) };
}

/**
 * A value of a Secret as it may stand in a text of `longest` characters: in base64, plain, and plain within JSON. Three bytes
 * make at least one character, so most values (keys, whole releases) are longer than any annotation and need not be decoded.
 */
function spellings(base64: string, longest: number): string[] {
  if (Buffer.byteLength(base64, 'base64') > longest * 3) return [];
  const plain = Buffer.from(base64, 'base64').toString('utf8');
  return [base64, plain, JSON.stringify(plain).slice(1, -1)].filter((text) => text !== '');
}

function sizesOf(values: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.byteLength(value, 'base64')]));
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.flatMap((key) => (object[key] === undefined ? [] : [[key, object[key]]])));
}

/** True when a controller made the object from another one: what is restored is that one. */
export function isOwned(object: KubeObject): boolean {
  const owners = object.metadata['ownerReferences'];
  return Array.isArray(owners) && owners.some((owner) => objectAt(owner)?.['controller'] === true);
}
