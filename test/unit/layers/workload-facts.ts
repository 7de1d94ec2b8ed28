/**
 * Facts of workloads as an API server gives them, small enough to read. The clock of all of them stands at 03:21 of
 * 22 November 2026, nine minutes after a bad roll-out.
 */
import type { Json, JsonObject } from '../../../lib/core/json.ts';
import type { WorkloadFacts } from '../../../lib/layers/workload/facts.ts';
import type { KubeObject, ResourceType } from '../../../lib/kube/types.ts';
import type { Ownership } from '../../../lib/ownership/judge.ts';
import type { RunOptions } from '../../../lib/run/plan.ts';

/** Nobody above the target. */
export const unowned: Ownership = { owners: [], putBack: [], advice: [], contested: [], void: [], drivers: [], unread: [], unlisted: [] };

export const now = new Date('2026-11-22T03:21:00Z');
export const options: RunOptions = { stableForMs: 10_000, stuckAfterMs: 10_000, stuckPods: 'evict', timeoutMs: 600_000 };

const plurals: Record<string, string> = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets', ReplicaSet: 'replicasets', Prometheus: 'prometheuses' };

export function typeOf(kind: string): ResourceType {
  return { group: 'apps', version: 'v1', kind, plural: plurals[kind] ?? '', singular: kind.toLowerCase(), shortNames: [], namespaced: true, verbs: [] };
}

export function templateOfImage(image: string, more: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {
    metadata: { labels: { app: 'receive' } },
    spec: { containers: [{ name: 'receive', image: `quay.io/thanos/thanos:${image}`, args: ['receive'], ...container }], ...more },
  };
}

export interface RevisionGiven {
  number: number;
  hash: string;
  template: JsonObject;
  /** Time of day on 22 November, or a whole date. */
  created: string;
  annotations?: Record<string, string>;
}

export interface PodGiven {
  name: string;
  hash: string;
  ready?: boolean;
  terminating?: boolean;
  phase?: string;
}

export interface FactsGiven {
  kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  revisions: RevisionGiven[];
  /** Number of the revision whose template is live; the highest when left out. */
  live?: number;
  pods?: PodGiven[];
  spec?: JsonObject;
  metadata?: JsonObject;
  more?: Partial<WorkloadFacts>;
}

export const at = (time: string): string => (time.includes('T') ? time : `2026-11-22T${time}Z`);

export function factsOf({ kind = 'StatefulSet', revisions, live, pods = [], spec = {}, metadata = {}, more = {} }: FactsGiven): WorkloadFacts {
  const newest = revisions.find((revision) => revision.number === (live ?? Math.max(...revisions.map(({ number }) => number))));
  const name = 'thanos-receive';
  const object = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'monitoring', uid: 'uid-workload', resourceVersion: '900', generation: 40, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { selector: { matchLabels: { app: 'receive' } }, ...(kind === 'DaemonSet' ? {} : { replicas: 3 }), template: newest?.template ?? {}, ...spec },
    status: { observedGeneration: 40 },
  } as KubeObject;
  return {
    type: typeOf(kind),
    object,
    revisions: revisions.map((given) => (kind === 'Deployment' ? replicaSet(name, given) : controllerRevision(name, given, kind))),
    pods: pods.map((given) => pod(name, kind, given)),
    autoscalers: [],
    budgets: [],
    claims: [],
    serverVersion: 'v1.36.3',
    unread: [],
    ...more,
  };
}

function replicaSet(owner: string, { number, hash, template, created, annotations = {} }: RevisionGiven): KubeObject {
  const labels = { app: 'receive', 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${owner}-${hash}`, uid: `uid-${hash}`, resourceVersion: '1', creationTimestamp: at(created), labels,
      annotations: { 'deployment.kubernetes.io/revision': String(number), ...annotations },
    },
    spec: { template: { ...template, metadata: { ...(template['metadata'] as JsonObject), labels } } },
  };
}

function controllerRevision(owner: string, { number, hash, template, created, annotations = {} }: RevisionGiven, kind: string): KubeObject {
  const label = kind === 'StatefulSet' ? 'controller.kubernetes.io/hash' : 'controller-revision-hash';
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: `${owner}-${hash}`, uid: `uid-${hash}`, resourceVersion: '1', creationTimestamp: at(created), labels: { app: 'receive', [label]: hash }, annotations },
    revision: number,
    data: { spec: { template: { $patch: 'replace', ...template } } },
  };
}

function pod(owner: string, kind: string, { name, hash, ready = true, terminating = false, phase = 'Running' }: PodGiven): KubeObject {
  const revision = kind === 'Deployment' ? { 'pod-template-hash': hash } : { 'controller-revision-hash': kind === 'StatefulSet' ? `${owner}-${hash}` : hash };
  const waiting: Json = { name: 'receive', ready: false, restartCount: 6, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name, namespace: 'monitoring', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: at('03:12:30'), labels: { app: 'receive', ...revision },
      ...(terminating ? { deletionTimestamp: at('03:20:00') } : {}),
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at('03:13:00') }],
      containerStatuses: [ready ? { name: 'receive', ready: true, restartCount: 0, state: { running: {} } } : waiting],
    },
  } as unknown as KubeObject;
}

export const good = templateOfImage('v0.41.0');
export const bad = templateOfImage('v0.42.4', {}, { args: ['receive', '--receive.capnproto-address=0.0.0.0:19391'] });

/** 5 for a month, 6 for a fortnight, 7 bad since 03:12. */
export const revisions: RevisionGiven[] = [
  { number: 5, hash: '5555555555', template: templateOfImage('v0.40.0'), created: '2026-10-01T00:00:00Z' },
  { number: 6, hash: '64696cc595', template: good, created: '2026-11-08T03:00:00Z' },
  { number: 7, hash: '6fff58c554', template: bad, created: '03:12:00' },
];

/** The night of the story: OrderedReady, ordinal 2 crashes on the new revision, the others run the old one. */
export function stuckRollout(given: Partial<FactsGiven> = {}): WorkloadFacts {
  return factsOf({
    revisions,
    pods: [
      { name: 'thanos-receive-0', hash: '64696cc595' },
      { name: 'thanos-receive-1', hash: '64696cc595' },
      { name: 'thanos-receive-2', hash: '6fff58c554', ready: false },
    ],
    ...given,
  });
}
