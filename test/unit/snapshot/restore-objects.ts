/** Small objects, as captured or live, for the tables of the restore rules. */
import type { JsonObject } from '../../../lib/core/json.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';

/** An object with the metadata that a server sets. */
export function made(apiVersion: string, kind: string, more: JsonObject = {}): KubeObject {
  const { metadata, ...rest } = more as { metadata?: JsonObject };
  return {
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'monitoring', uid: 'u-old', resourceVersion: '7', generation: 3, creationTimestamp: '2026-11-01T00:00:00Z', ...metadata },
    ...rest,
  } as KubeObject;
}

/** The same object as it is now: another uid and resourceVersion, and what has changed. */
export function live(apiVersion: string, kind: string, more: JsonObject = {}): KubeObject {
  const { metadata, ...rest } = more as { metadata?: JsonObject };
  return made(apiVersion, kind, { metadata: { uid: 'u-live', resourceVersion: '900', generation: 9, creationTimestamp: '2026-11-20T00:00:00Z', ...metadata }, ...rest });
}

export const applied = (manifest: JsonObject): JsonObject => ({ 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(manifest) });

/** managedFields of somebody who set the node port of port 80. */
export const nodePortOwner: JsonObject[] = [{ manager: 'helm', operation: 'Update', fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:nodePort': {} } } } } }];
