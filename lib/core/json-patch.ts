import { canonicalJson, isRawNumber } from './json.ts';
import type { Json } from './json.ts';

/** One operation of RFC 6902, as far as we send it. */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test';
  path: string;
  value?: Json;
}

/** JSON Pointer (RFC 6901) of a path: `~` and `/` inside a key are escaped. */
export function pointerTo(...segments: (string | number)[]): string {
  return segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Why a patch does not fit a document: the operation that failed. */
export class PatchMismatch extends Error {
  override readonly name = 'PatchMismatch';
  readonly operation: PatchOperation;

  constructor(operation: PatchOperation) {
    super(`${operation.op} ${operation.path}`);
    this.operation = operation;
  }
}

/**
 * The document after the patch; the given one is left as it is. All operations or none.
 * @throws PatchMismatch when a test fails or a path is not there
 */
export function applyJsonPatch(document: Json, operations: PatchOperation[]): Json {
  const holder: { root: Json } = { root: structuredCloneJson(document) };
  for (const operation of operations) applyOperation(holder, operation);
  return holder.root;
}

function applyOperation(holder: { root: Json }, operation: PatchOperation): void {
  const keys = operation.path.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let parent = holder as unknown as Json;
  let key = 'root';
  for (const next of keys) {
    parent = memberOf(parent, key, operation);
    key = next;
  }
  if (parent === null || typeof parent !== 'object') throw new PatchMismatch(operation);
  if (operation.op === 'test') {
    if (canonicalJson(memberOf(parent, key, operation)) !== canonicalJson(operation.value)) throw new PatchMismatch(operation);
    return;
  }
  if (operation.op !== 'add') memberOf(parent, key, operation);
  const value = structuredCloneJson(operation.value ?? null);
  if (!Array.isArray(parent)) {
    if (operation.op === 'remove') delete parent[key];
    else parent[key] = value;
    return;
  }
  const index = key === '-' && operation.op === 'add' ? parent.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > parent.length) throw new PatchMismatch(operation);
  if (operation.op === 'add') parent.splice(index, 0, value);
  else if (operation.op === 'remove') parent.splice(index, 1);
  else parent[index] = value;
}

function memberOf(parent: Json, key: string, operation: PatchOperation): Json {
  if (parent === null || typeof parent !== 'object' || !Object.hasOwn(parent, key)) throw new PatchMismatch(operation);
  return (parent as Record<string, Json>)[key]!;
}

// Not structuredClone: it does not know numbers that are kept as text (JSON.rawJSON).
function structuredCloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(structuredCloneJson);
  if (value === null || typeof value !== 'object' || isRawNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, structuredCloneJson(member)]));
}
