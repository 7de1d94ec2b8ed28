import { objectsAt, textAt } from '../core/fields.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { KubeObject } from '../kube/types.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** A claim as far as it tells whether its volume is there. */
export interface ClaimFacts {
  name: string;
  namespace: string;
  uid: string;
  createdAt: string;
  phase: string;
  volume: string;
  ending: boolean;
  /** Conditions of a resize that goes on or failed. */
  resizing: string[];
}

/** kubernetes/api core/v1 PersistentVolumeClaimConditionType: those that mean a resize is not over. */
const resizeConditions = ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'];

/**
 * Every claim bound to a volume and none on its way out: a claim that is deleted while its pod runs stays Bound until the pod
 * ends, and then an empty one takes its place (kubernetes StatefulSet controller).
 */
export const pvc = defineCheck({
  name: 'pvc',
  decides: 'now',
  sources: ['kubernetes/kubernetes pkg/controller/volume/pvcprotection', 'kubernetes/api core/v1 types.go (PersistentVolumeClaimConditionType)'],
  needs: [{ verb: 'list', resource: 'persistentvolumeclaims', group: '' }],
  async observe({ list }): Promise<{ claims: ClaimFacts[] }> {
    return { claims: (await list(builtinTypes.persistentvolumeclaims)).map(readClaim) };
  },
  judge({ claims }, question) {
    const found = claims.flatMap((claim) => judgeClaim(claim, question));
    return claims.length === 0 || found.some(({ verdict }) => verdict !== 'warn') ? found : [...found, finding('claims-bound', 'pass', { claims: claims.length })];
  },
});

function readClaim(claim: KubeObject): ClaimFacts {
  return {
    name: claim.metadata.name,
    namespace: String(claim.metadata['namespace'] ?? ''),
    uid: claim.metadata.uid,
    createdAt: claim.metadata.creationTimestamp,
    phase: textAt(claim, 'status', 'phase') ?? 'Pending',
    volume: textAt(claim, 'spec', 'volumeName') ?? '',
    ending: textAt(claim, 'metadata', 'deletionTimestamp') !== undefined,
    resizing: objectsAt(claim, 'status', 'conditions').flatMap(({ type, status }) => (status === 'True' && resizeConditions.includes(String(type)) ? [String(type)] : [])),
  };
}

/** A volume that is not there after so long does not come by itself: a wrong class, no space, a snapshot that is smaller. */
const longestBindMs = 300_000;

function judgeClaim({ name, namespace, phase, volume, ending, resizing, createdAt }: ClaimFacts, question: Question): Finding[] {
  const claim = nameFor({ name, namespace }, question);
  if (ending) return [finding('claim-ending', 'fail', { claim })];
  if (phase === 'Lost') return [finding('claim-lost', 'fail', { claim, volume })];
  const forMs = Math.max(0, Date.parse(question.now) - Date.parse(createdAt));
  if (phase !== 'Bound') return [finding('claim-unbound', forMs > longestBindMs ? 'fail' : 'pending', { claim, phase, forMs })];
  return resizing.map((condition) => finding('claim-resizing', condition.endsWith('Error') ? 'fail' : 'warn', { claim, condition }));
}
