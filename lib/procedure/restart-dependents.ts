import type { MissingPermission } from '../core/errors.ts';
import { isTrueAt, textsAt } from '../core/fields.ts';
import { isError } from '../core/errors.ts';
import { listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { planRestarts } from '../layers/workload/plan-restart.ts';
import type { RestartInput, RestartPlan } from '../layers/workload/plan-restart.ts';
import { findDependents } from '../ownership/dependents.ts';
import { sourceKindOf, type SourceObject } from '../ownership/judge-dependents.ts';
import { permissionsToObserve } from '../run/wait/observe.ts';

export type RestartChoice = Pick<RestartInput, 'mode' | 'withoutHold' | 'replaced' | 'remade' | 'restartedAt' | 'planCommand'>;

/** An object that a plan changes, as it is and as it is to be. */
export interface ChangedObject {
  live: KubeObject | undefined;
  wanted: KubeObject;
}

/**
 * Who uses the changed ConfigMaps and Secrets, and the restarts of who reads them only at its start. Nothing to ask where
 * none of either changes.
 * @returns with what could not be looked at: there may be other users
 */
export async function planDependents(connection: Connection, changed: readonly ChangedObject[], choice: RestartChoice): Promise<RestartPlan & { unread: MissingPermission[] }> {
  const sources = changed.flatMap(sourceOf);
  if (sources.length === 0) return { steps: [], notes: [], needs: [], unread: [] };
  const namespaces = [...new Set(sources.map(({ namespace }) => namespace))];
  const [{ dependents, workloads, unread }, services] = await Promise.all([findDependents(connection, sources), Promise.all(namespaces.map((namespace) => listServices(connection, namespace)))]);
  const plan = planRestarts({ ...choice, dependents, workloads, services: services.flat(), flagsForHints: connection.flagsForHints });
  const restarted = plan.steps.flatMap(({ kind, target }) => (kind === 'restart' ? [target!] : []));
  return { ...plan, needs: [...plan.needs, ...restarted.flatMap(permissionsToObserve)], unread };
}

function sourceOf({ live, wanted }: ChangedObject): SourceObject[] {
  const kind = sourceKindOf(wanted);
  if (kind === undefined) return [];
  const { metadata } = wanted;
  const labels = { ...textsAt(live, 'metadata', 'labels'), ...textsAt(wanted, 'metadata', 'labels') };
  const immutable = isTrueAt(live, 'immutable') || isTrueAt(wanted, 'immutable');
  return [{ kind, namespace: String(metadata['namespace'] ?? ''), name: metadata.name, labels, annotations: textsAt(wanted, 'metadata', 'annotations'), immutable }];
}

/** Only the order of restarts depends on them. */
async function listServices(connection: Connection, namespace: string): Promise<KubeObject[]> {
  try {
    return (await listObjects(connection, builtinTypes.services, { namespace })).items;
  } catch (error) {
    if (isError(error, 'access.forbidden')) return [];
    throw error;
  }
}
