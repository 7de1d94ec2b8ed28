/** A plan as the workload layer makes it, and how its parts vary. */
import type { Plan, WorkloadTarget } from '../../../lib/run/plan.ts';
import { note } from '../../../lib/run/notes.ts';

export const now = new Date('2026-11-23T03:21:00Z');

const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets', namespace: 'monitoring', name: 'thanos-receive', uid: 'u-1' };

export const sampleTarget: WorkloadTarget = {
  object,
  layer: 'workload',
  action: 'change',
  from: { number: 7, hash: '6fff58c554', name: 'thanos-receive-6fff58c554', templateDigest: 'sha256:bb', images: ['quay.io/thanos/thanos:v0.42.4'], createdAt: '2026-11-23T03:12:00Z' },
  to: { number: 6, hash: '64696cc595', name: 'thanos-receive-64696cc595', templateDigest: 'sha256:aa', images: ['quay.io/thanos/thanos:v0.41.0'], createdAt: '2026-11-09T03:12:00Z' },
  chosenBy: 'ready-pods',
  changes: [
    { path: 'containers[receive].image', from: 'v0.42.4', to: 'v0.41.0' },
    { path: 'containers[receive].args[4]', from: '--receive.capnproto-address=0.0.0.0:19391' },
  ],
  seen: {
    wanted: 3,
    ready: 2,
    troubled: [{ pod: 'thanos-receive-2', reason: 'CrashLoopBackOff' }],
    writtenBy: 'kubectl-client-side-apply',
    writtenAt: '2026-11-23T03:12:00Z',
  },
  basisDigest: 'sha256:cc',
  basis: {},
};

/** The plan of design and ux page: a crashing receiver goes back one revision. */
export function samplePlan(change: Partial<Plan> = {}): Plan {
  return {
    apiVersion: 'retrace/v1',
    kind: 'Plan',
    id: 'p-1',
    createdAt: now.toISOString(),
    purpose: 'undo',
    cluster: { contextName: 'cluster-03', server: 'https://10.0.3.1:6443', uid: 'u-0' },
    targets: [sampleTarget],
    steps: [
      { id: 's1', kind: 'keep-evidence', target: object, params: {} },
      { id: 's2', kind: 'patch-template', target: object, params: { revision: 6, hash: '64696cc595', templateDigest: 'sha256:aa' } },
      { id: 's3', kind: 'wait-rollout', target: object, params: { hash: '64696cc595' } },
    ],
    notes: [
      note('will-evict', 'info', { pods: ['thanos-receive-2'], how: 'evict' }),
      note('reference-changed', 'warning', { kind: 'ConfigMap', name: 'thanos-receive-hashring', changedAt: '2026-11-23T03:10:00Z', usedAs: 'volumes[hashring]' }),
      note('put-back-by', 'warning', { target: 'statefulset/thanos-receive', how: 'kubectl-apply' }),
      note('dry-run', 'info', { result: 'ok' }),
    ],
    confirmation: { kind: 'yes' },
    needs: [],
    options: { stableForMs: 10_000, stuckAfterMs: 5_000, stuckPods: 'evict', timeoutMs: 600_000 },
    ...change,
  };
}
