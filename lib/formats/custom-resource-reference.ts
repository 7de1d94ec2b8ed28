import { isObject, textAt } from '../core/fields.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** A ConfigMap or Secret that a custom resource of the Prometheus Operator names, in its own namespace. */
export interface ResourceReference {
  kind: 'ConfigMap' | 'Secret';
  name: string;
  /** `spec.remoteWrite[0].basicAuth.password`. */
  usedAs: string;
}

/**
 * Every selector of the operator's types has one of few forms (prometheus-operator, pkg/apis/monitoring/v1/types.go):
 * a SecretKeySelector or ConfigMapKeySelector `{name, key}`, the latter below a member named `configMap…`; lists of names
 * `secrets` and `configMaps`; `configSecret` of an Alertmanager; pull secrets; and what the core API has for pods. Read by
 * form, so that a field of a newer operator is found too.
 */
export function referencesOfResource(object: JsonObject): ResourceReference[] {
  const found: ResourceReference[] = [];
  visit(object['spec'] ?? null, 'spec', [], found);
  return [...new Map(found.map((reference) => [JSON.stringify(reference), reference])).values()];
}

function visit(value: Json, path: string, keys: string[], found: ResourceReference[]): void {
  if (Array.isArray(value)) {
    const list = keys.at(-1);
    value.forEach((item, at) => {
      const place = `${path}[${at}]`;
      if (typeof item === 'string' && list === 'secrets') found.push({ kind: 'Secret', name: item, usedAs: path });
      else if (typeof item === 'string' && list === 'configMaps') found.push({ kind: 'ConfigMap', name: item, usedAs: path });
      else visit(item, place, keys, found);
    });
    return;
  }
  if (!isObject(value)) return;
  const reference = referenceIn(value, keys.at(-1) ?? '');
  if (reference) found.push({ ...reference, usedAs: path });
  for (const [key, member] of Object.entries(value)) {
    if (key === 'configSecret' && typeof member === 'string') found.push({ kind: 'Secret', name: member, usedAs: `${path}.${key}` });
    else visit(member, `${path}.${key}`, [...keys, key], found);
  }
}

function referenceIn(value: JsonObject, parent: string): Omit<ResourceReference, 'usedAs'> | undefined {
  const name = textAt(value, 'name');
  const kind = /^configMap/.test(parent) ? 'ConfigMap' : 'Secret';
  // A volume `secret: {secretName}`; a toleration has a key and no name, an environment variable a name and no key.
  const secretName = parent === 'secret' ? textAt(value, 'secretName') : undefined;
  if (secretName !== undefined) return { kind: 'Secret', name: secretName };
  if (name === undefined) return undefined;
  const isSelector = textAt(value, 'key') !== undefined || ['configMap', 'configMapRef', 'secretRef', 'imagePullSecrets', 'nodePublishSecretRef'].includes(parent);
  return isSelector ? { kind, name } : undefined;
}
