import { numberAt, textAt } from '../../core/fields.ts';
import { isControlledBy } from '../../formats/owner-reference.ts';
import { templatesEqual } from '../../formats/pod-template.ts';
import {
  isPodEnded,
  isPodReady,
  isPodTerminating,
  ordinalOf,
  podProblemOf,
  readyChangedAt,
  revisionLabelOf,
} from '../../formats/pod.ts';
import {
  minReadySecondsOf,
  partitionOf,
  replicasOf,
  revisionHashOf,
  revisionNumberOf,
  strategyOf,
  templateOf,
  templateOfRevision,
} from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { Observed } from './observe.ts';
import type { PodView, RolloutView } from './rollout-view.ts';

/** Reads raw objects into what the judge decides on. Pure. */
export function viewRollout(target: KubeObject, { pods, revisions }: Pick<Observed, 'pods' | 'revisions'>): RolloutView {
  const own = revisions.filter((revision) => isControlledBy(revision, target.metadata.uid));
  const owners = new Set([target.metadata.uid, ...own.map((revision) => revision.metadata.uid)]);
  return {
    kind: target.kind,
    name: target.metadata.name,
    observed: (numberAt(target, 'status', 'observedGeneration') ?? 0) >= (numberAt(target, 'metadata', 'generation') ?? 0),
    updateHash: findUpdateHash(target, own),
    wanted: target.kind === 'DaemonSet' ? (numberAt(target, 'status', 'desiredNumberScheduled') ?? 0) : replicasOf(target),
    strategy: strategyOf(target) as RolloutView['strategy'],
    partition: partitionOf(target),
    minReadyMs: minReadySecondsOf(target) * 1000,
    pods: pods.filter((pod) => [...owners].some((uid) => isControlledBy(pod, uid))).map((pod) => viewPod(pod, target.kind)),
  };
}

/**
 * Hash that the controller gives to pods of the current template. A StatefulSet says so itself; for the others it is the
 * newest revision that holds this template (the controller reuses an older equal one and renumbers it).
 */
function findUpdateHash(target: KubeObject, own: KubeObject[]): string | undefined {
  if (target.kind === 'StatefulSet') {
    const name = textAt(target, 'status', 'updateRevision');
    return name?.slice(name.lastIndexOf('-') + 1);
  }
  const template = templateOf(target);
  const [newest] = [...own]
    .sort((a, b) => (revisionNumberOf(b) ?? 0) - (revisionNumberOf(a) ?? 0))
    .filter((revision) => template && templatesEqual(templateOfRevision(revision) ?? {}, template));
  return newest && revisionHashOf(newest);
}

function viewPod(pod: KubeObject, kind: string): PodView {
  const label = revisionLabelOf(pod) ?? '';
  const ordinal = kind === 'StatefulSet' ? ordinalOf(pod) : undefined;
  const problem = podProblemOf(pod);
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    // A StatefulSet's pods carry the revision's whole name, the others its hash.
    hash: label.slice(label.lastIndexOf('-') + 1),
    ordinal,
    ready: isPodReady(pod),
    sinceMs: Date.parse(readyChangedAt(pod) ?? '') || 0,
    terminating: isPodTerminating(pod),
    ended: isPodEnded(pod),
    ...(problem ? { reason: problem.reason } : {}),
  };
}
