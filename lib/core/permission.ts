/** A permission that the API server refused or would refuse: verb on resource, where. */
export interface MissingPermission {
  verb: string;
  resource: string;
  group: string;
  namespace?: string;
  name?: string;
}
