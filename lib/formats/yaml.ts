import { defineScalarTag, dump, DUMP_SCHEMA, NOT_RESOLVED, Schema } from 'js-yaml';
import { isRawNumber, parseJson, stringifyJson } from '../core/json.ts';

const numberInJson = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** A number that no double gives back as written: it goes out as the server wrote it. */
const rawNumber = defineScalarTag('tag:yaml.org,2002:number', {
  implicit: true,
  implicitFirstChars: ['-', ...'0123456789'],
  // What it resolves is written plain; a text that looks like it is quoted.
  resolve: (source) => (numberInJson.test(source) && String(Number(source)) !== source ? source : NOT_RESOLVED),
  identify: isRawNumber,
  represent: (value) => (value as unknown as { rawJSON: string }).rawJSON,
});

/**
 * Whatever begins as a number: kubectl's reader takes more for one than YAML does (measured: `0X1F` and `0O17`, which
 * Go's strconv.ParseInt reads), so such texts are quoted.
 */
const nearNumber = defineScalarTag('tag:yaml.org,2002:near-number', {
  implicit: true,
  implicitFirstChars: ['-', '+', '.', ...'0123456789'],
  resolve: (source) => (/^[-+]?\.?\d/.test(source) ? source : NOT_RESOLVED),
  identify: () => false,
});

// In the order in which a text is tried: the tags of integers and floats would take a raw number for theirs.
const schema = new Schema([rawNumber, ...DUMP_SCHEMA.tags, nearNumber]);

/**
 * YAML of plain JSON that every reader takes for the same: kubectl's (YAML 1.1, where `yes` is true and `0o17` a text) and
 * those of YAML 1.2. Texts are never folded; members that are undefined are left out, as in JSON.
 */
export function renderYaml(document: unknown): string {
  return dump(parseJson(stringifyJson(document)), { schema, lineWidth: -1, noRefs: true });
}
