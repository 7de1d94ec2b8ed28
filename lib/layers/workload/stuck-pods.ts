import type { KubeObject } from '../../kube/types.ts';
import { isPodEnded, isPodOfRevision, isPodReady, isPodTerminating, ordinalOf } from '../../formats/pod.ts';
import { isParallel, partitionOf, strategyOf } from '../../formats/workload.ts';
import type { WorkloadFacts } from './facts.ts';

/**
 * Pods of another revision that are not Ready and that the controller leaves as they are once the template is the one of
 * `revision`: an OrderedReady StatefulSet waits for them for ever (kubernetes#67250), and under OnDelete nobody replaces
 * them. Highest ordinal first. Below the partition a new pod would get the same old revision; ended pods are replaced.
 */
export function stuckPodsOf(facts: WorkloadFacts, revision: { name: string; hash: string }): KubeObject[] {
  if (!leavesStuckPods(facts)) return [];
  const partition = partitionOf(facts.object);
  return facts.pods
    .filter((pod) => !isPodReady(pod) && !isPodTerminating(pod) && !isPodEnded(pod) && !isPodOfRevision(pod, revision))
    .filter((pod) => facts.type.kind !== 'StatefulSet' || (ordinalOf(pod) ?? 0) >= partition)
    .sort((a, b) => (ordinalOf(b) ?? 0) - (ordinalOf(a) ?? 0));
}

function leavesStuckPods(facts: WorkloadFacts): boolean {
  if (strategyOf(facts.object) === 'OnDelete') return true;
  if (facts.type.kind !== 'StatefulSet') return false;
  return !isParallel(facts.object) || hasParallelRegression(facts.serverVersion);
}

/**
 * Kubernetes 1.35.0–1.35.3 counts broken pods of the old revision against maxUnavailable and then replaces none of them,
 * even under Parallel (kubernetes#137409; off again in 1.35.4 by #137904).
 */
export function hasParallelRegression(serverVersion: string | undefined): boolean {
  return /^v?1\.35\.[0-3](?!\d)/.test(serverVersion ?? '');
}

export function namesOf(pods: KubeObject[]): string[] {
  return pods.map((pod) => pod.metadata.name);
}
