/** A permission that the API server refused or would refuse: verb on resource, where. */
export interface MissingPermission {
  verb: string;
  resource: string;
  group: string;
  namespace?: string;
  name?: string;
}

/** As RBAC writes it: `patch statefulsets.apps`. */
export function ruleText({ verb, resource, group }: Pick<MissingPermission, 'verb' | 'resource' | 'group'>): string {
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}

/** Each permission once: several targets of one kind share most of theirs. */
export function eachOnce(needs: readonly MissingPermission[]): MissingPermission[] {
  return [...new Map(needs.map((permission) => [JSON.stringify(permission), permission])).values()];
}
