import { objectAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { diffFields } from './field-diff.ts';
import { canonicalTemplate, restartedAtKey } from './pod-template.ts';
import { changeOf } from './template-change.ts';
import type { TemplateChange } from './template-change.ts';

/**
 * What changes between two pod templates, in the order in which a person reads a manifest. Defaults and key order do
 * not count. A restart (`kubectl rollout restart`) is listed only when it is the only difference.
 */
export function diffTemplates(from: JsonObject, to: JsonObject): TemplateChange[] {
  const [a, b] = [canonicalTemplate(from), canonicalTemplate(to)];
  const changes = ['spec', 'metadata'].flatMap((part) => diffFields(objectAt(a, part) ?? {}, objectAt(b, part) ?? {}, changeOf));
  const restart = `annotations[${restartedAtKey}]`;
  const lasting = changes.filter((change) => change.path !== restart);
  return lasting.length > 0 ? lasting : changes;
}
