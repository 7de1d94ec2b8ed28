import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { builtinTypes } from '../../../lib/kube/paths.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { compareStates, goneObject, isSameObject, lastAppliedState, layOver } from '../../../lib/layers/object/states.ts';
import type { StateFact } from '../../../lib/layers/object/states.ts';

const applied = 'kubectl.kubernetes.io/last-applied-configuration';

function configMap(data: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'm', uid: 'u', resourceVersion: '7', creationTimestamp: '2026-11-01T00:00:00Z', ...metadata }, data } as unknown as KubeObject;
}

const fact = (stored: KubeObject): StateFact => ({ source: { kind: 'last-applied' }, at: undefined, isVerified: false, stored });

describe('a manifest laid over the live object', () => {
  const live = configMap({ a: '1', added: '2' }, { labels: { team: 'x', app: 'old' }, annotations: { 'meta.helm.sh/release-name': 'kps' }, finalizers: ['f'] });

  test('has its own data and nothing else of it, and keeps labels and annotations that it does not speak of', () => {
    expect(layOver({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels: { app: 'new' } }, data: { a: '0' } }, live)).toEqual({
      ...configMap({ a: '0' }),
      metadata: { ...live.metadata, labels: { team: 'x', app: 'new' }, annotations: { 'meta.helm.sh/release-name': 'kps' } },
    });
  });

  test('a field that it does not have is gone', () => {
    expect(layOver({ metadata: { name: 'x' } }, live)).not.toHaveProperty('data');
  });
});

describe('last-applied', () => {
  const of = (manifest: string, metadata: JsonObject = {}) => lastAppliedState(configMap({ a: '1' }, { annotations: { [applied]: manifest }, ...metadata }));
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '0' } });

  test('of the time when kubectl wrote it', () => {
    const managedFields = [{ manager: 'kubectl-patch', time: '2026-11-03T00:00:00Z' }, { manager: 'kubectl-client-side-apply', time: '2026-11-02T00:00:00Z' }];
    expect(of(manifest, { managedFields })).toMatchObject({ at: '2026-11-02T00:00:00Z', stored: { data: { a: '0' } } });
    expect(of(manifest)?.at).toBeUndefined();
  });

  test('nobody applied it, nobody can read it, or it is of another version', () => {
    expect(lastAppliedState(configMap({}))).toBeUndefined();
    expect(of('{')).toBeUndefined();
    expect(of(manifest.replace('"v1"', '"v2"'))).toBeUndefined();
  });
});

test('states are compared by what a person would see, with live and with each other', () => {
  const live = configMap({ a: '1' });
  const states = [configMap({ a: '1' }, { resourceVersion: '1', annotations: { [applied]: 'x' } }), configMap({ a: '0' }), configMap({ a: '0' }, { uid: 'another' }), configMap({ a: '2' })];
  const compared = compareStates(live, states.map(fact));
  expect(compared.map(({ isLive }) => isLive)).toEqual([true, false, false, false]);
  const [, second, third, fourth] = compared.map(({ digest }) => digest);
  expect(second).toBe(third);
  expect(fourth).not.toBe(second);
  expect(compared[1]!.changes).toEqual([{ path: 'data[a]', from: '1', to: '0' }]);
});

test('of Secrets with values of one size too, and no value is told', () => {
  const secret = (value: string) => ({ ...configMap({ token: Buffer.from(value).toString('base64') }), kind: 'Secret' }) as KubeObject;
  const compared = compareStates(secret('aaaa'), [fact(secret('bbbb')), fact(secret('cccc'))]);
  expect(compared[0]!.digest).not.toBe(compared[1]!.digest);
  expect(compared.map(({ isLive }) => isLive)).toEqual([false, false]);
  expect(JSON.stringify(compared.map(({ changes }) => changes))).not.toMatch(/YmJiYg|bbbb/);
});

test('an object that is not there is nobody, and everything differs from it', () => {
  const gone = goneObject(builtinTypes.configmaps, 'm', 'x');
  expect(isSameObject(gone, configMap({}))).toBe(true);
  expect(isSameObject(gone, configMap({}, { namespace: 'other' }))).toBe(false);
  expect(compareStates(gone, [fact(configMap({ a: '1' }))])[0]).toMatchObject({ isLive: false });
  expect(goneObject(builtinTypes.namespaces, 'm', 'x').metadata).not.toHaveProperty('namespace');
});
