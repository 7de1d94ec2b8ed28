import { digestOf } from '../core/digest.ts';
import { isObject, objectAt, objectsAt, textAt, textsAt } from '../core/fields.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { canonicalQuantity } from './quantity.ts';

/** `kubectl rollout restart` writes it: a change of pods, not of what they run. */
export const restartedAtKey = 'kubectl.kubernetes.io/restartedAt';

/**
 * A pod template with everything removed that says nothing: bookkeeping of the controllers (`pod-template-hash`,
 * `$patch`), nulls, and fields that hold what the API server would put there by itself. A ControllerRevision keeps the
 * template as it was written; a newer API server defaults fields that it does not have, and kubectl's byte comparison
 * then restarts pods for nothing (`rollout undo`, polymorphichelpers/rollback.go). Defaults are those of
 * k8s.io/kubernetes/pkg/apis/core/v1/defaults.go.
 */
export function canonicalTemplate(template: JsonObject): JsonObject {
  const { creationTimestamp: _created, labels: _labels, annotations: _annotations, ...rest } = objectAt(template, 'metadata') ?? {};
  const { 'pod-template-hash': _hash, ...labels } = textsAt(template, 'metadata', 'labels');
  const annotations = textsAt(template, 'metadata', 'annotations');
  const metadata: JsonObject = rest;
  if (Object.keys(labels).length > 0) metadata['labels'] = labels;
  if (Object.keys(annotations).length > 0) metadata['annotations'] = annotations;
  const spec = canonicalValue(objectAt(template, 'spec') ?? {}, ['spec']) as JsonObject;
  return { metadata, spec };
}

/** True when the two templates mean the same pods: no pod would be replaced by going from one to the other. */
export function templatesEqual(a: JsonObject, b: JsonObject): boolean {
  return canonicalJson(canonicalTemplate(a)) === canonicalJson(canonicalTemplate(b));
}

/** Digest of what the template means: equal exactly when {@link templatesEqual}. */
export function templateDigest(template: JsonObject): string {
  return digestOf(canonicalTemplate(template));
}

/** Images of all containers, in their order; init containers last; each once. */
export function imagesOf(template: JsonObject): string[] {
  const containers = ['containers', 'initContainers'].flatMap((list) => objectsAt(template, 'spec', list));
  return [...new Set(containers.map((container) => textAt(container, 'image')).filter((image) => image !== undefined))];
}

/** An image without its registry and folders: `quay.io/thanos/thanos:v0.41.0` → `thanos:v0.41.0`. */
export function shortImageOf(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1).replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}

const quantityParents = new Set(['limits', 'requests', 'overhead']);

function canonicalValue(value: Json, path: string[]): Json | undefined {
  if (value === null) return undefined;
  const key = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (quantityParents.has(parent) || key === 'sizeLimit' || key === 'divisor') return canonicalQuantity(String(value)) ?? value;
  // An int-or-string: the kubelet reads "8080" as a number when no port has that name.
  if (key === 'port' && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (Array.isArray(value)) return value.map((item) => canonicalValue(item, [...path, '*']) ?? null);
  if (!isObject(value)) return value;
  const canonical: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const kept = canonicalValue(member, [...path, name]);
    if (kept !== undefined && !isDefault(path, name, kept, value)) canonical[name] = kept;
  }
  return canonical;
}

type Defaults = Record<string, Json>;

const podDefaults: Defaults = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  terminationGracePeriodSeconds: 30,
  schedulerName: 'default-scheduler',
  enableServiceLinks: true,
  hostNetwork: false,
  hostPID: false,
  hostIPC: false,
  shareProcessNamespace: false,
  setHostnameAsFQDN: false,
  hostUsers: true,
};
const containerDefaults: Defaults = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  stdin: false,
  stdinOnce: false,
  tty: false,
};
const probeDefaults: Defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, initialDelaySeconds: 0 };
const actionDefaults: Defaults = { scheme: 'HTTP', path: '/', service: '' };
const fieldRefDefaults: Defaults = { apiVersion: 'v1' };
const filesystemSources = new Set(['secret', 'configMap', 'projected', 'downwardAPI']);
const probes = new Set(['livenessProbe', 'readinessProbe', 'startupProbe']);
// `{}` under these names means what its absence means; elsewhere it does not (an empty labelSelector selects everything).
const emptyWhenUnset = new Set([
  'securityContext', 'resources', 'limits', 'requests', 'nodeSelector', 'affinity', 'volumeMounts', 'env',
  'envFrom', 'ports', 'volumes', 'initContainers', 'imagePullSecrets', 'tolerations', 'hostAliases', 'args',
  'command', 'supplementalGroups', 'topologySpreadConstraints',
]);

function isDefault(path: string[], name: string, value: Json, owner: JsonObject): boolean {
  if (emptyWhenUnset.has(name) && typeof value === 'object' && value !== null && Object.keys(value).length === 0) return true;
  const defaults = defaultsAt(path);
  if (defaults && Object.hasOwn(defaults, name) && defaults[name] === value) return true;
  if (name === 'optional' || name === 'readOnly') return value === false;
  if (path.length === 1 && path[0] === 'spec' && name === 'serviceAccount') return value === owner['serviceAccountName'];
  if (isContainer(path) && name === 'imagePullPolicy') return value === defaultPullPolicy(textAt(owner, 'image') ?? '');
  if (path.at(-2) === 'ports' && name === 'protocol') return value === 'TCP';
  return false;
}

function defaultsAt(path: string[]): Defaults | undefined {
  const key = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (path.length === 1 && key === 'spec') return podDefaults;
  if (isContainer(path)) return containerDefaults;
  if (probes.has(key)) return probeDefaults;
  if (key === 'httpGet' || key === 'grpc') return actionDefaults;
  if (key === 'fieldRef') return fieldRefDefaults;
  if (key === 'resourceFieldRef') return { divisor: '0' };
  if (path[1] !== 'volumes') return undefined;
  if (filesystemSources.has(key) && path.length === 4) return { defaultMode: 420 };
  if (key === 'hostPath') return { type: '' };
  if (key === 'serviceAccountToken') return { expirationSeconds: 3600 };
  if (key === 'spec' && parent === 'volumeClaimTemplate') return { volumeMode: 'Filesystem' };
  return undefined;
}

function isContainer(path: string[]): boolean {
  return path.length === 3 && path[0] === 'spec' && /^(containers|initContainers|ephemeralContainers)$/.test(path[1] ?? '');
}

/** `Always` without a tag or with `latest`, else `IfNotPresent`; a digest is a fixed version. */
function defaultPullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}
