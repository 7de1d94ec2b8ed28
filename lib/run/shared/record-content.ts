import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { JsonObject } from '../../core/json.ts';
import { parseJson, stringifyJson } from '../../core/json.ts';
import type { Plan } from '../plan.ts';

// A ConfigMap or Secret holds 1 MiB in all its values (apimachinery, MaxSecretSize); journal and evidence need their share.
const plainLimitBytes = 128 * 1024;
const besideLimitBytes = 384 * 1024;
/** Of one part of what is spread over several objects. */
export const partLimitBytes = 700 * 1024;

/** Values of a ConfigMap. */
export interface Values {
  data: Record<string, string>;
  binaryData: Record<string, string>;
}

/** A text under its name, zipped when it is long. */
export function packText(values: Values, name: string, text: string): void {
  if (Buffer.byteLength(text) <= plainLimitBytes) values.data[name] = text;
  else values.binaryData[`${name}.gz`] = gzipSync(text).toString('base64');
}

/** Undefined when there is none of that name. @throws Error when it does not unzip */
export function unpackText({ data, binaryData }: Partial<Values>, name: string): string | undefined {
  const zipped = binaryData?.[`${name}.gz`];
  return zipped === undefined ? data?.[name] : gunzipSync(Buffer.from(zipped, 'base64')).toString('utf8');
}

/** Bytes in parts that each fit into one object. */
export function splitParts(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += partLimitBytes) parts.push(bytes.subarray(at, at + partLimitBytes));
  return parts;
}

export interface PackedPlan {
  /** Beside the journal. */
  values: Values;
  /** In ConfigMaps of their own, when it is too long for that. */
  parts: Buffer[];
}

/** The plan beside the journal, or, for a fleet of targets, spread over further ConfigMaps. */
export function packPlan(plan: Plan): PackedPlan {
  const text = stringifyJson(plan as unknown as JsonObject);
  const values: Values = { data: { 'plan.sha256': digest(text) }, binaryData: {} };
  const zipped = gzipSync(text);
  if (zipped.length > besideLimitBytes) {
    const parts = splitParts(zipped);
    values.data['plan.parts'] = String(parts.length);
    return { values, parts };
  }
  packText(values, 'plan.json', text);
  return { values, parts: [] };
}

/** What a record holds of its plan, without the rest. */
export function planValues(values: Partial<Values>): Values {
  const ofPlan = (from: Record<string, string> = {}) => Object.fromEntries(Object.entries(from).filter(([name]) => name.startsWith('plan.')));
  return { data: ofPlan(values.data), binaryData: ofPlan(values.binaryData) };
}

/** How many further ConfigMaps hold the plan. */
export function countPlanParts(values: Partial<Values>): number {
  return Number(values.data?.['plan.parts'] ?? 0);
}

/**
 * The plan as JSON, not yet checked against the schema.
 * @throws Error when a part is missing or was changed
 */
export function unpackPlan(values: Partial<Values>, parts: readonly Buffer[]): unknown {
  const text = countPlanParts(values) > 0 ? gunzipSync(Buffer.concat(parts)).toString('utf8') : unpackText(values, 'plan.json');
  if (text === undefined) throw new Error('it has no plan');
  if (digest(text) !== values.data?.['plan.sha256']) throw new Error('its plan is not the one that was written');
  return parseJson(text);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A revision (hash) of a workload (uid) that a run went away from. */
export interface LeftMark {
  uid: string;
  hash: string;
  runId: string;
}

const leftLimitBytes = 100 * 1024;

/** What a run went away from, short enough to be read with the metadata alone; empty for one that is too long for an annotation. */
export function packLeft(left: readonly Pick<LeftMark, 'uid' | 'hash'>[]): string {
  const text = JSON.stringify(left.map(({ uid, hash }) => [uid, hash]));
  return left.length > 0 && text.length <= leftLimitBytes ? text : '';
}

/** The reverse; anything that cannot be read is nothing. */
export function unpackLeft(text: string, runId: string): LeftMark[] {
  try {
    const pairs = JSON.parse(text) as unknown;
    if (!Array.isArray(pairs)) return [];
    return pairs.flatMap((pair) => (Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string' ? [{ uid: pair[0], hash: pair[1], runId }] : []));
  } catch {
    return [];
  }
}
