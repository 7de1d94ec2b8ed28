import { numberAt, objectAt, textAt, textsAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { isSelected } from './label-selector.ts';
import type { LabelSelector } from './label-selector.ts';
import { isPodEnded, isPodReady, isPodTerminating } from './pod.ts';

/**
 * True when this PodDisruptionBudget would refuse to evict the pod now. Pending, ended and terminating pods are never
 * covered; a pod that is not Ready may go under `AlwaysAllow`, and under the default while enough others are healthy
 * (kubernetes pkg/registry/core/pod/storage/eviction.go).
 */
export function isEvictionBlocked(budget: JsonObject, pod: JsonObject): boolean {
  const selector = objectAt(budget, 'spec', 'selector') as LabelSelector | undefined;
  if (!isSelected(selector, textsAt(pod, 'metadata', 'labels'))) return false;
  if (isPodEnded(pod) || isPodTerminating(pod) || textAt(pod, 'status', 'phase') === 'Pending') return false;
  if (!isPodReady(pod)) {
    if (textAt(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return false;
    const desired = numberAt(budget, 'status', 'desiredHealthy') ?? 0;
    if (desired > 0 && (numberAt(budget, 'status', 'currentHealthy') ?? 0) >= desired) return false;
  }
  return (numberAt(budget, 'status', 'disruptionsAllowed') ?? 0) <= 0;
}
