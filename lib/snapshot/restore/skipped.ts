import { textAt, textsAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { controllerOwnerOf } from '../../formats/owner-reference.ts';
import { groupOf } from './immutable.ts';

/** Why an object of a snapshot is never written: a code with parameters. */
export interface SkipReason {
  code: 'owned' | 'made-by-server' | 'token' | 'helm-release' | 'own';
  params: { owner?: string };
}

// Made by controllers from something else, of a node, or gone by themselves. Engine state of Longhorn must never come from a manifest.
const observedKinds = new Set([
  '/Pod', '/Event', '/Node', '/ComponentStatus', '/Binding', 'events.k8s.io/Event', 'coordination.k8s.io/Lease', 'coordination.k8s.io/LeaseCandidate',
  'apps/ControllerRevision', 'storage.k8s.io/CSINode', 'storage.k8s.io/VolumeAttachment', 'storage.k8s.io/CSIStorageCapacity', 'networking.k8s.io/IPAddress',
  'networking.k8s.io/ServiceCIDR', 'certificates.k8s.io/CertificateSigningRequest', 'resource.k8s.io/ResourceSlice', 'internal.apiserver.k8s.io/StorageVersion',
]);
const observedGroups = /(^|\.)longhorn\.io$|^metrics\.k8s\.io$|^(custom|external)\.metrics\.k8s\.io$/;

/**
 * Whether an object is left alone whatever the snapshot says; undefined for what is restored.
 * @param isNamed the person named it: a stored revision of a Helm release is restored only then
 */
export function skipReason(object: JsonObject, { isNamed }: { isNamed: boolean }): SkipReason | undefined {
  const owner = controllerOwnerOf(object);
  if (owner) return { code: 'owned', params: { owner: `${owner.kind.toLowerCase()}/${owner.name}` } };
  const kind = `${groupOf(object)}/${textAt(object, 'kind') ?? ''}`;
  const labels = textsAt(object, 'metadata', 'labels');
  if (observedKinds.has(kind) || observedGroups.test(groupOf(object))) return { code: 'made-by-server', params: {} };
  if (kind === '/ConfigMap' && textAt(object, 'metadata', 'name') === 'kube-root-ca.crt') return { code: 'made-by-server', params: {} };
  if (kind === '/Endpoints' && labels['endpoints.kubernetes.io/managed-by'] !== undefined) return { code: 'made-by-server', params: {} };
  if (kind === 'discovery.k8s.io/EndpointSlice' && /-controller\.k8s\.io$/.test(labels['endpointslice.kubernetes.io/managed-by'] ?? '')) return { code: 'made-by-server', params: {} };
  if (kind === 'apiregistration.k8s.io/APIService' && labels['kube-aggregator.kubernetes.io/automanaged'] !== undefined) return { code: 'made-by-server', params: {} };
  if (kind === '/Secret' && textAt(object, 'type') === 'kubernetes.io/service-account-token') return { code: 'token', params: {} };
  if (kind === '/Secret' && textAt(object, 'type') === 'helm.sh/release.v1' && !isNamed) return { code: 'helm-release', params: {} };
  if (labels['app.kubernetes.io/managed-by'] === 'retrace') return { code: 'own', params: {} };
  return undefined;
}
