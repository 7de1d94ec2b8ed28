import { fieldAt, objectsAt, textAt } from '../core/fields.ts';
import { canonicalJson } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';

/** Who wrote, as metadata.managedFields tells it. The time is of the manager's latest write of anything: evidence, not proof. */
export interface FieldWriter {
  manager: string;
  operation: string;
  /** RFC 3339; undefined where the server did not record it. */
  time: string | undefined;
  subresource?: string;
}

/** All writers of the field or of anything below it, latest first. `path` as `['spec', 'template']`. */
export function writersOf(object: JsonObject, path: string[]): FieldWriter[] {
  const keys = path.map((segment) => `f:${segment}`);
  return objectsAt(object, 'metadata', 'managedFields')
    .filter((entry) => fieldAt(entry, 'fieldsV1', ...keys) !== undefined)
    .map(writerOf)
    .sort(byTimeDescending);
}

/** The latest writer of the field or of anything below it, or undefined. */
export function lastWriterOf(object: JsonObject, path: string[]): FieldWriter | undefined {
  return writersOf(object, path)[0];
}

/**
 * False for programs that write what they hold again: Argo CD, Helm, Flux, operators, `kubectl apply`. True for
 * `kubectl edit`, `set`, `patch`, `rollout` and this tool: a person did it once and nothing repeats it.
 */
export function isByHand(writer: FieldWriter): boolean {
  if (isKubectlApply(writer)) return false;
  return /^kubectl(-|$)/.test(writer.manager) || writer.manager === 'kube-controller-manager' || writer.manager === '';
}

/** `kubectl apply`, client-side or server-side: whoever typed it may be a person or a pipeline. */
export function isKubectlApply({ manager, operation }: FieldWriter): boolean {
  return manager === 'kubectl-client-side-apply' || (manager === 'kubectl' && operation === 'Apply');
}

/** The latest write of anything but a subresource (status), as RFC 3339; the creation time where nothing else is known. */
export function lastWrittenAt(object: JsonObject): string | undefined {
  const times = objectsAt(object, 'metadata', 'managedFields')
    .filter((entry) => (textAt(entry, 'subresource') ?? '') === '')
    .map((entry) => textAt(entry, 'time'))
    .filter((time) => time !== undefined);
  return times.sort().at(-1) ?? textAt(object, 'metadata', 'creationTimestamp');
}

/** True when `writer` wrote both fields in one managedFields entry: its time then says nothing about one of them alone. */
export function wroteAlso(object: JsonObject, writer: FieldWriter, path: string[]): boolean {
  const entry = canonicalJson(writer);
  return writersOf(object, path).some((other) => canonicalJson(other) === entry);
}

function writerOf(entry: JsonObject): FieldWriter {
  const subresource = textAt(entry, 'subresource');
  return {
    manager: textAt(entry, 'manager') ?? '',
    operation: textAt(entry, 'operation') ?? '',
    time: textAt(entry, 'time'),
    ...(subresource ? { subresource } : {}),
  };
}

function byTimeDescending(a: FieldWriter, b: FieldWriter): number {
  return (b.time ?? '') < (a.time ?? '') ? -1 : (b.time ?? '') > (a.time ?? '') ? 1 : 0;
}
