import { objectsAt, textAt } from '../core/fields.ts';
import { containerStatesOf } from '../formats/pod.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { KubeObject } from '../kube/types.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** A container that was killed for its memory, and the limit that it has now. */
export interface OomFacts {
  pod: string;
  namespace: string;
  container: string;
  at: string;
  limit?: string;
}

/** No container was killed for its memory since the change; before it: told, for the limit may be what was changed. */
export const resources = defineCheck({
  name: 'resources',
  decides: 'now',
  sources: ['kubernetes/kubernetes pkg/kubelet/kuberuntime (reason OOMKilled)'],
  needs: [{ verb: 'list', resource: 'pods', group: '' }],
  async observe({ list }): Promise<{ containers: number; killed: OomFacts[] }> {
    const pods = await list(builtinTypes.pods);
    return { containers: pods.reduce((sum, pod) => sum + objectsAt(pod, 'spec', 'containers').length, 0), killed: pods.flatMap(readKilled) };
  },
  judge({ containers, killed }, question) {
    const found = killed.map((one) => judgeKilled(one, question));
    return containers === 0 || found.some(({ verdict }) => verdict === 'fail') ? found : [...found, finding('no-oom', 'pass', { containers })];
  },
});

function readKilled(pod: KubeObject): OomFacts[] {
  return containerStatesOf(pod).flatMap((state) => {
    const { container, reason, previous } = state;
    const spec = objectsAt(pod, 'spec', 'containers').find(({ name }) => name === container);
    const limit = textAt(spec, 'resources', 'limits', 'memory');
    const place = { pod: pod.metadata.name, namespace: String(pod.metadata['namespace'] ?? ''), container, ...(limit === undefined ? {} : { limit }) };
    const isKilledNow = state.state === 'terminated' && reason === 'OOMKilled';
    const at = isKilledNow ? endedAt(pod, container) : previous?.reason === 'OOMKilled' ? previous.finishedAt : undefined;
    return at === undefined ? [] : [{ ...place, at }];
  });
}

function endedAt(pod: KubeObject, container: string): string | undefined {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((list) => objectsAt(pod, 'status', list));
  return textAt(statuses.find(({ name }) => name === container), 'state', 'terminated', 'finishedAt');
}

/** Without a change to compare with, the last hour counts as after it. */
const recentMs = 3_600_000;

function judgeKilled({ pod, namespace, container, at, limit }: OomFacts, question: Question): Finding {
  const { now, since } = question;
  const fromMs = since === undefined ? Date.parse(now) - recentMs : Date.parse(since);
  const isBefore = Date.parse(at) <= fromMs;
  return finding('oom', isBefore ? 'warn' : 'fail', { pod: nameFor({ name: pod, namespace }, question), container, at, ...(limit === undefined ? {} : { limit }), isBefore });
}
