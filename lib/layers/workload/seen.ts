import { writersOf } from '../../formats/managed-fields.ts';
import { isPodReady, isPodTerminating, podProblemOf } from '../../formats/pod.ts';
import { replicasOf } from '../../formats/workload.ts';
import type { SeenState } from '../../run/plan.ts';
import type { WorkloadFacts } from './facts.ts';

/** How the workload stood when it was planned: what a person wants to see before the question, and nothing is decided by. */
export function describeState(facts: WorkloadFacts): SeenState {
  const pods = facts.pods.filter((pod) => !isPodTerminating(pod));
  const [writer] = writersOf(facts.object, ['spec', 'template']);
  return {
    wanted: facts.type.kind === 'DaemonSet' ? pods.length : replicasOf(facts.object),
    ready: pods.filter(isPodReady).length,
    troubled: pods.flatMap((pod) => {
      const problem = podProblemOf(pod);
      return problem ? [{ pod: pod.metadata.name, reason: problem.reason }] : [];
    }),
    ...(writer === undefined ? {} : { writtenBy: writer.manager, ...(writer.time === undefined ? {} : { writtenAt: writer.time }) }),
  };
}
