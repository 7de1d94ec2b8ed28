import { dump } from 'js-yaml';
import { stringifyJson } from '../core/json.ts';

/** YAML of a document that is plain JSON: members that are undefined are left out, as in JSON. */
export function renderYaml(document: unknown): string {
  return dump(JSON.parse(stringifyJson(document)), { lineWidth: -1, noRefs: true });
}
