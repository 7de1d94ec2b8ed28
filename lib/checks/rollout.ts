import { fieldAt, objectsAt, textAt } from '../core/fields.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { KubeObject } from '../kube/types.ts';
import { judgeRollout } from '../run/wait/judge.ts';
import type { RolloutView } from '../run/wait/rollout-view.ts';
import { viewRollout } from '../run/wait/view.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** A workload's roll-out, and what its controller says of it. */
export interface RolloutFacts extends RolloutView {
  namespace: string;
  paused: boolean;
  /** The Deployment controller has given up: reason of the condition Progressing. */
  gaveUp?: string;
}

/** Not Ready for so long in the way of a roll-out: as `undo` counts a stuck pod. */
const stuckAfterMs = 30_000;

/**
 * Every workload on the newest revision of its template, judged pod by pod: the controllers' own counters look complete while a
 * pod keeps a broken image (kubernetes#67250), and kubectl and Argo CD call OnDelete done at once.
 */
export const rollout = defineCheck({
  name: 'rollout',
  decides: 'now',
  sources: ['kubernetes/kubernetes#67250', 'kubernetes/kubernetes#73492', 'kubernetes-sigs/cli-utils pkg/kstatus/status/core.go'],
  needs: ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'].map((resource) => ({ verb: 'list', resource, group: 'apps' })).concat({ verb: 'list', resource: 'pods', group: '' }),
  async observe({ list }): Promise<{ workloads: RolloutFacts[] }> {
    const { deployments, statefulsets, daemonsets, replicasets, controllerrevisions, pods } = builtinTypes;
    const [workloads, revisions, found] = await Promise.all([
      Promise.all([deployments, statefulsets, daemonsets].map(list)),
      Promise.all([replicasets, controllerrevisions].map(list)),
      list(pods),
    ]);
    return { workloads: workloads.flat().map((workload) => readRollout(workload, revisions.flat(), found)) };
  },
  judge({ workloads }, question) {
    const found = workloads.flatMap((workload) => judgeWorkload(workload, question));
    const done = workloads.length - new Set(found.filter(({ verdict }) => verdict !== 'warn').map(({ params }) => (params as { workload: string }).workload)).size;
    return done === workloads.length && done > 0 ? [...found, finding('rollouts-done', 'pass', { workloads: done })] : found;
  },
});

function readRollout(workload: KubeObject, revisions: KubeObject[], pods: KubeObject[]): RolloutFacts {
  const progressing = objectsAt(workload, 'status', 'conditions').find(({ type }) => type === 'Progressing');
  const gaveUp = progressing?.['status'] === 'False' ? (textAt(progressing, 'reason') ?? 'Progressing=False') : undefined;
  const isInNamespace = ({ metadata }: KubeObject) => metadata['namespace'] === workload.metadata['namespace'];
  return {
    ...viewRollout(workload, { pods: pods.filter(isInNamespace), revisions: revisions.filter(isInNamespace) }),
    namespace: String(workload.metadata['namespace'] ?? ''),
    paused: fieldAt(workload, 'spec', 'paused') === true,
    ...(gaveUp === undefined ? {} : { gaveUp }),
  };
}

function judgeWorkload(view: RolloutFacts, question: Question): Finding[] {
  const { now } = question;
  const workload = `${view.kind.toLowerCase()}/${nameFor(view, question)}`;
  // How long a pod has been well is the business of `pods`.
  const { done, waitingFor, stuck, leftAsTheyAre } = judgeRollout({ ...view, minReadyMs: 0 }, { nowMs: Date.parse(now), stableForMs: 0, stuckAfterMs });
  const left = leftAsTheyAre.length === 0 ? [] : [finding('rollout-left', 'warn', { workload, pods: leftAsTheyAre, why: view.strategy === 'OnDelete' ? 'OnDelete' : 'partition' })];
  if (done) return [...(view.paused ? [finding('rollout-paused', 'warn', { workload })] : []), ...left];
  if (view.gaveUp !== undefined) return [finding('rollout-stuck', 'fail', { workload, waitingFor, why: view.gaveUp })];
  // The newest revision that does not come up goes on no more than an old pod that blocks it.
  const broken = stuck ?? view.pods.find(({ ready, terminating, reason }) => !ready && !terminating && reason !== undefined && reason !== 'NotReady');
  if (broken) return [finding('rollout-stuck', 'fail', { workload, waitingFor, why: `${broken.name}${broken.reason === undefined ? '' : ` ${broken.reason}`}` })];
  if (view.paused) return [finding('rollout-paused', 'inconclusive', { workload })];
  return [finding('rollout-waits', 'pending', { workload, waitingFor })];
}
