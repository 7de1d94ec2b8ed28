import type { MissingPermission } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Connection } from './types.ts';

/**
 * Which of the wanted permissions the API server would refuse us, asked all at once (SelfSubjectAccessReview).
 * @param wanted `resource` may name a subresource: `pods/eviction`
 */
export async function findMissingPermissions(connection: Connection, wanted: MissingPermission[]): Promise<MissingPermission[]> {
  const allowed = await Promise.all(wanted.map((permission) => isAllowed(connection, permission)));
  return wanted.filter((_, index) => !allowed[index]);
}

async function isAllowed(connection: Connection, { verb, resource, group, namespace, name }: MissingPermission): Promise<boolean> {
  const [plural = '', subresource] = resource.split('/');
  const attributes: JsonObject = { verb, group, resource: plural };
  if (subresource !== undefined) attributes['subresource'] = subresource;
  if (namespace !== undefined) attributes['namespace'] = namespace;
  if (name !== undefined) attributes['name'] = name;
  const { body } = await connection.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } },
    withoutEffect: true,
  });
  return (body as { status?: { allowed?: boolean } }).status?.allowed === true;
}

export interface ServerVersion {
  /** `v1.36.3`, `v1.31.4+k3s1` */
  gitVersion: string;
  major: number;
  minor: number;
}

/** Version of the API server; providers append a `+` to the minor version. */
export async function readServerVersion(connection: Connection): Promise<ServerVersion> {
  const { body } = await connection.request({ method: 'GET', path: '/version' });
  const { gitVersion = '', major = '', minor = '' } = body as { gitVersion?: string; major?: string; minor?: string };
  return { gitVersion, major: Number.parseInt(major, 10), minor: Number.parseInt(minor, 10) };
}
