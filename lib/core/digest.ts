import { createHash } from 'node:crypto';
import { canonicalJson } from './json.ts';

/** SHA-256 of a value's canonical JSON, as `sha256:HEX`: the identity of what a plan was based on. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}
