import { objectAt, textAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { isEvictionBlocked } from '../../formats/disruption-budget.ts';
import { isByHand, isKubectlApply, lastWrittenAt, writersOf } from '../../formats/managed-fields.ts';
import { isPodOfRevision, isPodReady, isPodTerminating } from '../../formats/pod.ts';
import { templatesEqual } from '../../formats/pod-template.ts';
import { referencesOf } from '../../formats/template-reference.ts';
import { isAppliedByKubectl, isParallel, lastAppliedOf, partitionOf, replicasOf, strategyOf } from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { Ownership } from '../../ownership/judge.ts';
import { note } from '../../run/notes.ts';
import type { Note } from '../../run/notes.ts';
import type { RunOptions } from '../../run/plan.ts';
import { targetText } from './facts.ts';
import type { ReferenceFact, WorkloadFacts } from './facts.ts';
import type { WorkloadRevision } from './revisions.ts';
import { hasParallelRegression, namesOf } from './stuck-pods.ts';

/** How the workload's own settings change what an undo does. */
export function noteStrategy(facts: WorkloadFacts, to: { name: string; hash: string }): Note[] {
  const { object, type, serverVersion } = facts;
  const notes: Note[] = [];
  const partition = partitionOf(object);
  if (type.kind === 'StatefulSet' && partition > 0) notes.push(note('partition', 'warning', { partition, replicas: replicasOf(object) }));
  if (strategyOf(object) === 'OnDelete') {
    const healthy = facts.pods.filter((pod) => isPodReady(pod) && !isPodTerminating(pod) && !isPodOfRevision(pod, to));
    if (healthy.length > 0) notes.push(note('on-delete', 'warning', { pods: namesOf(healthy) }));
  }
  if (strategyOf(object) === 'Recreate') notes.push(note('recreate-strategy', 'warning', { replicas: replicasOf(object) }));
  if (type.kind === 'StatefulSet' && isParallel(object) && serverVersion !== undefined && hasParallelRegression(serverVersion)) {
    notes.push(note('parallel-regression', 'warning', { serverVersion }));
  }
  return notes;
}

/**
 * Who writes the object and would put the change back. `kubectl apply` would not when what it applied last is the template
 * to go back to: then the bad one was not applied (`kubectl set image`, `edit`), and to say so would send a person after a
 * manifest that is right.
 */
export function noteWriters(facts: WorkloadFacts, template: JsonObject, { owners }: Pick<Ownership, 'owners'>): Note[] {
  const target = targetText(facts);
  const applied = objectAt(lastAppliedOf(facts.object), 'spec', 'template');
  const appliesTheSame = applied !== undefined && templatesEqual(applied, template);
  const isApplied = isAppliedByKubectl(facts.object) && !appliesTheSame;
  const machine = writersOf(facts.object, ['spec', 'template']).find((writer) => !isByHand(writer) && !(appliesTheSame && writer.manager === 'kubectl-client-side-apply'));
  const how = machine ? (isKubectlApply(machine) ? 'kubectl-apply' : machine.manager) : isApplied ? 'kubectl-apply' : undefined;
  return [
    ...(isApplied ? [note('last-applied', 'warning', { target })] : []),
    // Field managers are a hint for where nobody is known to be above.
    ...(how === undefined || owners.length > 0 ? [] : [note('put-back-by', 'warning', { target, how })]),
  ];
}

/** Who above the target will put the change back, and marks of owners that were looked at and do not count. */
export function noteOwners(target: string, ownership: Ownership): Note[] {
  return [
    ...(ownership.putBack.length > 0 ? [note('owner-puts-back', 'warning', { target, putBack: ownership.putBack })] : []),
    ...ownership.contested.map((object) => note('owners-contested', 'warning', { object })),
    ...ownership.void.map(({ mark, why }) => note('owner-mark-void', 'info', { target, mark, why })),
  ];
}

// A change set writes its ConfigMaps shortly before the template that uses them.
const beforeTroubleMs = 3_600_000;

/**
 * Objects that the target revision needs and that changed since it was good: written later than an hour before the
 * revision was left, and after it was made. It was left when the first revision with a higher number was created that is
 * younger than it. Claims and ServiceAccounts are written all the time by controllers and do not count.
 */
export function noteReferences(template: JsonObject, references: ReferenceFact[], to: WorkloadRevision, entries: WorkloadRevision[]): Note[] {
  const madeMs = Date.parse(to.createdAt ?? '');
  const younger = entries
    .filter((entry) => (entry.number ?? 0) > (to.number ?? 0))
    .map((entry) => Date.parse(entry.createdAt ?? ''))
    .filter((createdMs) => createdMs > madeMs);
  const sinceMs = Math.max(madeMs, Math.min(...younger) - beforeTroubleMs);
  const uses = referencesOf(template);
  return references.flatMap((fact): Note[] => {
    const { kind, name } = fact;
    if (fact.state === 'unknown') {
      const [permission] = fact.missing ?? [];
      return [note('reference-unknown', 'warning', { kind, name, detail: permission ? `${permission.verb} ${permission.resource}` : '' })];
    }
    const changedAt = fact.metadata && lastWrittenAt({ metadata: fact.metadata });
    if ((kind !== 'ConfigMap' && kind !== 'Secret') || changedAt === undefined) return [];
    if (!(Date.parse(changedAt) > sinceMs)) return [];
    const usedAs = [...new Set(uses.filter((use) => use.kind === kind && use.name === name).map((use) => use.usedAs))].join(', ');
    return [note('reference-changed', 'warning', { kind, name, changedAt, usedAs })];
  });
}

/** What happens to pods that block the roll-out, and which budget forbids it. */
export function noteStuckPods(facts: WorkloadFacts, stuck: KubeObject[], { stuckPods }: RunOptions): Note[] {
  if (stuck.length === 0) return [];
  if (stuckPods === 'never') return [note('stuck-stays', 'warning', { pods: namesOf(stuck) })];
  const blocking = stuckPods === 'evict' ? facts.budgets.map((budget) => ({ budget, pods: stuck.filter((pod) => isEvictionBlocked(budget, pod)) })) : [];
  return [
    note('will-evict', 'info', { pods: namesOf(stuck), how: stuckPods }),
    ...blocking
      .filter(({ pods }) => pods.length > 0)
      .map(({ budget, pods }) => note('budget-blocks', 'warning', { budget: textAt(budget, 'metadata', 'name') ?? '', pods: namesOf(pods) })),
  ];
}
