/** Kubeconfigs of people other than the administrator. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { kubectl } from './kubectl.ts';
import { applyManifests } from './workloads.ts';

/** One rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What `plan` reads. */
export const readingRules: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['autoscaling', 'policy'], resources: ['*'], verbs: ['get', 'list'] },
  {
    apiGroups: [''],
    resources: ['pods', 'pods/log', 'events', 'configmaps', 'secrets', 'persistentvolumeclaims', 'serviceaccounts'],
    verbs: ['get', 'list', 'watch'],
  },
];

/** What a run keeps in the cluster for others: its lock, its record, and what it found before it wrote. */
export const sharingRules: readonly Rule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'update'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'update', 'delete'] },
];

/** A ServiceAccount with these rules in the namespace, and a kubeconfig with its token, written into `folder`. @returns its path */
export async function createIdentity(
  plane: ControlPlane,
  namespace: string,
  folder: string,
  name: string,
  rules: readonly Rule[],
): Promise<string> {
  await applyManifests(plane, namespace, [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ]);
  const token = (await kubectl(plane, ['create', 'token', name], { namespace })).stdout.trim();
  return writeKubeconfig(folder, name, plane, { token });
}

/** A kubeconfig for one cluster, user and context, all called `name`. @returns its path */
export function writeKubeconfig(folder: string, name: string, plane: Pick<ControlPlane, 'server' | 'pki'>, user: object): string {
  const path = join(folder, `${name}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: plane.server, 'certificate-authority-data': readFileSync(plane.pki.ca).toString('base64') } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Roles of users that need no kubeconfig: who asks impersonates them (`as`). All in one call. */
export async function bindUsers(plane: ControlPlane, namespace: string, users: Readonly<Record<string, readonly Rule[]>>): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const manifests = Object.entries(users).flatMap(([name, rules]) => [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name }, rules },
    { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: { name }, roleRef: { apiGroup: group, kind: 'Role', name }, subjects: [{ kind: 'User', apiGroup: group, name }] },
  ]);
  await applyManifests(plane, namespace, manifests);
}
