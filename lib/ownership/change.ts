import type { Owner, OwnerChange } from '../core/owner.ts';
import type { Ownership } from './judge.ts';

/**
 * How the owners of a target differ from those that a plan names. An owner is the same as long as it is the same object
 * above the same object: a release that was upgraded since, or one that could not be looked at then and can be now, has
 * not changed. Where something may not be read now, no owner counts as gone.
 */
export function changeOfOwners(planned: readonly Owner[], { owners, unread }: Pick<Ownership, 'owners' | 'unread'>): OwnerChange {
  const added = owners.filter((owner) => !planned.some((other) => isSame(owner, other)));
  const gone = unread.length > 0 ? [] : planned.filter((owner) => !owners.some((other) => isSame(owner, other)));
  return { added, gone };
}

/** The namespace of an Application that was not seen is not known. */
function isSame(a: Owner, b: Owner): boolean {
  const isPlace = a.namespace === b.namespace || a.namespace === '' || b.namespace === '';
  return a.kind === b.kind && a.name === b.name && a.of === b.of && isPlace;
}
