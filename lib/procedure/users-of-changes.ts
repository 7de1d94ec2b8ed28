import { RetraceError } from '../core/errors.ts';
import type { MissingPermission } from '../core/permission.ts';
import type { Connection } from '../kube/types.ts';
import { findDependents } from '../ownership/dependents.ts';
import { restartFor, sourceKindOf, type Dependent, type SourceObject } from '../ownership/judge-dependents.ts';
import type { ObjectDifference } from '../snapshot/diff/compare-states.ts';

/** A difference, and who reads the object. */
export type UsedDifference = ObjectDifference & { usedBy?: Dependent[] };

export interface UsersOfChanges {
  objects: UsedDifference[];
  /** What may not be looked at: there may be other users. */
  unread: MissingPermission[];
  /** Nothing is known of users. */
  failed?: RetraceError;
}

/** Adds to each ConfigMap and Secret that differs who uses it, and whether a restart is needed to see it. Never ends the comparison. */
export async function addUsers(objects: readonly ObjectDifference[], connection: Connection): Promise<UsersOfChanges> {
  const sources = objects.filter(isReadByOthers).map(({ object }): SourceObject => ({ kind: sourceKindOf(object)!, namespace: object.namespace, name: object.name }));
  try {
    const { dependents, unread } = await findDependents(connection, sources);
    const usersOf = ({ kind, namespace, name }: ObjectDifference['object']) =>
      dependents.flatMap((dependent) => {
        const uses = dependent.uses.filter(({ source }) => source.kind === kind && source.namespace === namespace && source.name === name);
        // Of this object alone: it may read another one at its start.
        return uses.length === 0 ? [] : [{ ...dependent, uses, restart: restartFor(uses) }];
      });
    return { objects: objects.map((one) => (isReadByOthers(one) ? { ...one, usedBy: usersOf(one.object) } : one)), unread };
  } catch (error) {
    if (!(error instanceof RetraceError)) throw error;
    return { objects: [...objects], unread: [], failed: error };
  }
}

function isReadByOthers({ object, change, owned }: ObjectDifference): boolean {
  return !owned && sourceKindOf(object) !== undefined && (change === 'changed' || change === 'gone');
}
