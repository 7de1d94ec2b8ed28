import type { MissingPermission } from '../core/errors.ts';
import { eachOnce, ruleText } from '../core/permission.ts';
import { replicasOf } from '../formats/workload.ts';
import { findMissingPermissions } from '../kube/access-review.ts';
import type { Connection } from '../kube/types.ts';
import type { PlannedObject } from '../layers/object/plan.ts';
import { previewObjects } from '../layers/object/preview.ts';
import { keyOf } from '../layers/object/read-live.ts';
import { displayName } from '../run/object-ref.ts';
import { note } from '../run/notes.ts';
import type { Note } from '../run/notes.ts';
import { isWritten } from '../run/plan.ts';
import type { Step } from '../run/plan.ts';
import { waveOf, waveOfDeletion } from '../snapshot/restore/order.ts';

/** What the server says to the planned writes, with those left out that depend on another of them. */
export async function previewWrites(planned: readonly PlannedObject[], connection: Connection): Promise<{ planned: PlannedObject[]; untried: number }> {
  const created = planned.filter(({ target }) => target.verb === 'create');
  const namespaces = new Set(created.filter(({ target }) => target.object.kind === 'Namespace').map(({ target }) => target.object.name));
  const isTriable = ({ facts, target }: PlannedObject) => facts.type.verbs.length > 0 && !namespaces.has(target.object.namespace);
  const untried = planned.filter((one) => isWritten(one.target) && !isTriable(one)).length;
  return { planned: await previewObjects(connection, planned, isTriable), untried };
}

/** The safety copy, then one step a wave. */
export function stepsFor(planned: readonly PlannedObject[]): Step[] {
  const written = planned.filter(({ target }) => isWritten(target));
  if (written.length === 0) return [];
  const order = ({ facts, target }: PlannedObject) => (target.verb === 'delete' ? waveOfDeletion(facts.live!) : waveOf(facts.stored!));
  const waves = [...Map.groupBy(written, order)].sort(([a], [b]) => a - b);
  return [
    { id: 'keep-objects', kind: 'keep-objects', target: undefined, params: { objects: written.filter(({ target }) => target.verb !== 'create').length } },
    ...waves.map(([, group], index): Step => {
      const kinds = [...new Set(group.map(({ target }) => target.object.kind))].sort();
      return { id: `write-objects.${index + 1}`, kind: 'write-objects', target: undefined, params: { wave: index + 1, kinds, objects: group.map(({ target }) => keyOf(target.object)) } };
    }),
  ];
}

/** What the planned writes need. */
export function permissionsFor(planned: readonly PlannedObject[]): MissingPermission[] {
  const verbs = { create: ['create'], update: ['update'], recreate: ['delete', 'create'], delete: ['delete'], noop: [], skip: [], refuse: [] };
  const all = planned.flatMap(({ target: { object, verb } }) => {
    const [, group = ''] = object.apiVersion.split('/').reverse();
    const place = object.namespace === '' ? {} : { namespace: object.namespace };
    return verbs[verb].map((each): MissingPermission => ({ verb: each, resource: object.resource, group, ...place }));
  });
  return eachOnce(all);
}

/** What a plan over objects notes besides what stands at each: who puts it back, what may not be done or looked at. */
export async function noteObjects(planned: readonly PlannedObject[], needs: MissingPermission[], unread: readonly MissingPermission[], connection: Connection): Promise<Note[]> {
  const missing = await findMissingPermissions(connection, needs);
  const unique = (permissions: readonly MissingPermission[]) => [...new Set(permissions.map(ruleText))];
  const owned = planned.filter(({ target, facts }) => isWritten(target) && (facts.ownership?.putBack.length ?? 0) > 0);
  const kept = planned.filter(({ target, facts: { live, stored } }) => target.keepsReplicas && live && stored && replicasOf(live) !== replicasOf(stored)).map(({ target }) => displayName(target.object));
  const byOwner = Map.groupBy(owned, ({ facts }) => JSON.stringify(facts.ownership!.putBack));
  return [
    ...[...byOwner.values()].map((group) => note('owner-puts-back', 'warning', { target: nameOfGroup(group), putBack: group[0]!.facts.ownership!.putBack })),
    ...(kept.length > 0 ? [note('replicas-kept', 'info', { targets: kept })] : []),
    ...(missing.length > 0 ? [note('permission-missing', 'warning', { permissions: unique(missing) })] : []),
    ...(unread.length > 0 ? [note('not-looked-at', 'warning', { permissions: unique(unread) })] : []),
  ];
}

function nameOfGroup(group: readonly PlannedObject[]): string {
  const [first] = group;
  const name = displayName(first!.target.object);
  return group.length === 1 ? name : `${name} +${group.length - 1}`;
}
