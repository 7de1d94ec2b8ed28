import { isByHand, isKubectlApply, writersOf } from '../../formats/managed-fields.ts';
import { isPodReady, isPodTerminating, podProblemOf } from '../../formats/pod.ts';
import { replicasOf } from '../../formats/workload.ts';
import type { Driver } from '../../core/owner.ts';
import type { Ownership } from '../../ownership/judge.ts';
import type { SeenState } from '../../run/plan.ts';
import type { WorkloadFacts } from './facts.ts';
import { readAutoscaler } from './replicas.ts';

/** How the workload stood when it was planned: what a person wants to see before the question, and nothing is decided by. */
export function describeState(facts: WorkloadFacts, { owners, drivers: above, unread }: Pick<Ownership, 'owners' | 'drivers' | 'unread'>): SeenState {
  const pods = facts.pods.filter((pod) => !isPodTerminating(pod));
  const own = readAutoscaler(facts);
  const drivers: Driver[] = [...(own ? [{ what: 'replicas' as const, ...own }] : []), ...above.filter(({ by }) => by !== own?.by)];
  const writers = writersOf(facts.object, ['spec', 'template']);
  const [writer] = writers;
  const program = owners.length > 0 ? undefined : writers.find((one) => !isByHand(one) && !isKubectlApply(one));
  return {
    wanted: facts.type.kind === 'DaemonSet' ? pods.length : replicasOf(facts.object),
    ready: pods.filter(isPodReady).length,
    troubled: pods.flatMap((pod) => {
      const problem = podProblemOf(pod);
      return problem ? [{ pod: pod.metadata.name, reason: problem.reason }] : [];
    }),
    ...(writer === undefined ? {} : { writtenBy: writer.manager, ...(writer.time === undefined ? {} : { writtenAt: writer.time }) }),
    ...(owners.length === 0 && unread.length > 0 ? { ownersUnread: unread } : {}),
    ...(program === undefined ? {} : { program: { name: program.manager, ...(program.time === undefined ? {} : { at: program.time }) } }),
    ...(drivers.length > 0 ? { drivers } : {}),
  };
}
