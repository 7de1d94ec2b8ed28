import { describe, expect, it } from 'vitest';
import { permissionOf, readRefusal } from '../../../lib/kube/permissions.ts';

describe('the permission that a request needs', () => {
  it.each([
    ['GET', '/api/v1/namespaces/m/pods/p', {}, { verb: 'get', resource: 'pods', group: '', namespace: 'm', name: 'p' }],
    ['GET', '/api/v1/namespaces/m/pods', {}, { verb: 'list', resource: 'pods', group: '', namespace: 'm' }],
    ['GET', '/api/v1/pods', { watch: true }, { verb: 'watch', resource: 'pods', group: '' }],
    ['GET', '/api/v1/namespaces/m', {}, { verb: 'get', resource: 'namespaces', group: '', name: 'm' }],
    ['PUT', '/api/v1/namespaces/m/finalize', {}, { verb: 'update', resource: 'namespaces/finalize', group: '', name: 'm' }],
    ['POST', '/api/v1/namespaces/m/pods/p/eviction', {}, { verb: 'create', resource: 'pods/eviction', group: '', namespace: 'm', name: 'p' }],
    ['PUT', '/apis/apps/v1/namespaces/m/statefulsets/s', {}, { verb: 'update', resource: 'statefulsets', group: 'apps', namespace: 'm', name: 's' }],
    ['PATCH', '/apis/apps/v1/namespaces/m/statefulsets/s/scale', {}, { verb: 'patch', resource: 'statefulsets/scale', group: 'apps', namespace: 'm', name: 's' }],
    ['DELETE', '/apis/storage.k8s.io/v1/storageclasses/x', {}, { verb: 'delete', resource: 'storageclasses', group: 'storage.k8s.io', name: 'x' }],
    ['DELETE', '/apis/apps/v1/namespaces/m/statefulsets', {}, { verb: 'deletecollection', resource: 'statefulsets', group: 'apps', namespace: 'm' }],
    ['GET', '/version', {}, { verb: 'get', resource: '/version', group: '' }],
  ] as const)('%s %s', (method, path, query, permission) => {
    expect(permissionOf({ method, path, query })).toEqual(permission);
  });
});

describe("the API server's refusal", () => {
  const request = { method: 'GET', path: '/api/v1/namespaces/m/pods/p', query: {} } as const;

  it('names user, verb and resource; an impersonation is refused for the impersonation', () => {
    const plain = 'pods "p" is forbidden: User "eve" cannot get resource "pods" in API group "" in the namespace "m": no reason';
    expect(readRefusal(request, plain)).toEqual({ user: 'eve', missing: [{ verb: 'get', resource: 'pods', group: '', namespace: 'm', name: 'p' }] });
    const impersonation = 'users "bob" is forbidden: User "eve" cannot impersonate resource "users" in API group "" at the cluster scope';
    expect(readRefusal(request, impersonation)).toEqual({ user: 'eve', missing: [{ verb: 'impersonate', resource: 'users', group: '' }] });
    expect(readRefusal(request, 'forbidden: User "eve" cannot get path "/version"').missing).toEqual([{ verb: 'get', resource: '/version', group: '' }]);
  });

  it('by an admission rule is no missing permission', () => {
    expect(readRefusal(request, 'pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1').missing).toEqual([]);
  });

  it('without a reason is taken for the permission that the request needs', () => {
    expect(readRefusal(request, '').missing).toEqual([{ verb: 'get', resource: 'pods', group: '', namespace: 'm', name: 'p' }]);
  });
});
