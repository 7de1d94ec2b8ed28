import { objectsAt, textAt, textsAt } from '../../core/fields.ts';
import { parseJson } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';

/** Metadata that the server or a controller sets: an object that is made gets its own, one that is there keeps what it has. */
export const systemMetadata = [
  'uid', 'resourceVersion', 'creationTimestamp', 'generation', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds',
  'managedFields', 'ownerReferences', 'generateName',
] as const;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What kubectl applied last, parsed; undefined when it never did, or wrote something else there. */
export function lastAppliedOf(object: JsonObject): JsonObject | undefined {
  const text = textAt(object, 'metadata', 'annotations', lastApplied);
  if (text === undefined) return undefined;
  try {
    return parseJson(text) as JsonObject;
  } catch {
    return undefined;
  }
}

/**
 * Whether a person chose a Service's node port rather than the server: it stands in what kubectl applied last (by name, by number
 * where unnamed), or a field manager owns it (velero pkg/restore/actions/service_action.go).
 */
export function isExplicitNodePort(service: JsonObject, port: JsonObject): boolean {
  const applied = objectsAt(lastAppliedOf(service), 'spec', 'ports').find((one) => (textAt(port, 'name') === undefined ? one['port'] === port['port'] : textAt(one, 'name') === textAt(port, 'name')));
  if (applied && applied['nodePort'] !== undefined && applied['nodePort'] !== 0) return true;
  return ownsServiceField(service, (spec) => {
    const key = `k:{"port":${String(port['port'])},"protocol":"${textAt(port, 'protocol') ?? 'TCP'}"}`;
    const entry = (spec['f:ports'] as JsonObject | undefined)?.[key] as JsonObject | undefined;
    return entry?.['f:nodePort'] !== undefined;
  });
}

export function isExplicitHealthPort(service: JsonObject): boolean {
  const applied = lastAppliedOf(service)?.['spec'] as JsonObject | undefined;
  return applied?.['healthCheckNodePort'] !== undefined || ownsServiceField(service, (spec) => spec['f:healthCheckNodePort'] !== undefined);
}

function ownsServiceField(service: JsonObject, owns: (spec: JsonObject) => boolean): boolean {
  return objectsAt(service, 'metadata', 'managedFields').some((entry) => {
    const spec = (entry['fieldsV1'] as JsonObject | undefined)?.['f:spec'] as JsonObject | undefined;
    return spec !== undefined && owns(spec);
  });
}

/** True when cert-manager puts the CA bundle in: whatever stands there is of its certificates of today. */
export function isBundleInjected(object: JsonObject): boolean {
  return Object.keys(textsAt(object, 'metadata', 'annotations')).some((key) => /^cert-manager\.io\/inject-(ca-from(-secret)?|apiserver-ca)$/.test(key));
}
