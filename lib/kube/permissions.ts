import type { MissingPermission } from '../core/errors.ts';
import type { KubeRequest } from './types.ts';

// Source of both rules: apiserver's RequestInfoFactory (what a path means to the authorizer) and its forbiddenMessage.
const objectPath = /^\/(?:api\/[^/]+|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+)(?!\/(?:status|finalize)$))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/;
const refusal = /User "([^"]*)" cannot (\S+) (?:resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?|path "([^"]+)")/;

export interface Refusal {
  user: string | undefined;
  /** Empty when it was no right that was missing but an admission rule that refused (quota, pod security). */
  missing: MissingPermission[];
}

/**
 * Which permission a refused request lacked. The server's words come first: an impersonation is refused for
 * `impersonate users`, whatever the request was for.
 * @param message of the Status with 403
 */
export function readRefusal(request: Pick<KubeRequest, 'method' | 'path' | 'query'>, message: string): Refusal {
  const match = refusal.exec(message);
  if (!match) return { user: undefined, missing: message.includes('cannot') || message === '' ? [permissionOf(request)] : [] };
  const [, user, verb = '', resource, group = '', namespace, path] = match;
  if (path !== undefined) return { user, missing: [{ verb, resource: path, group: '' }] };
  const asked = permissionOf(request);
  const permission: MissingPermission = { verb, resource: resource ?? asked.resource, group };
  if (namespace !== undefined) permission.namespace = namespace;
  if (asked.name !== undefined && asked.resource === permission.resource) permission.name = asked.name;
  return { user, missing: [permission] };
}

/** The permission that a request needs: verb on `resource[/subresource]`, in which namespace, for which name. */
export function permissionOf({ method, path, query }: Pick<KubeRequest, 'method' | 'path' | 'query'>): MissingPermission {
  const match = objectPath.exec(path);
  if (!match) return { verb: method.toLowerCase(), resource: path, group: '' };
  const [, group = '', namespace, plural = '', name, subresource] = match;
  const permission: MissingPermission = {
    verb: verbOf(method, name !== undefined, query?.['watch'] !== undefined),
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    group,
  };
  if (namespace !== undefined) permission.namespace = namespace;
  if (name !== undefined) permission.name = name;
  return permission;
}

function verbOf(method: string, named: boolean, watching: boolean): string {
  if (method === 'GET') return watching ? 'watch' : named ? 'get' : 'list';
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}
