import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { compareStates } from '../../../lib/snapshot/diff/compare-states.ts';
import type { ComparedState } from '../../../lib/snapshot/diff/coverage.ts';
import { stubOf, type StoredObject } from '../../../lib/snapshot/stored-object.ts';
import { base64, makeObject } from './sample-objects.ts';

const typeOf = (kind: string, resource: string, apiVersion = 'v1', namespaced = true) => ({ apiVersion, kind, resource, namespaced, resourceVersion: '1', objects: 1 });
const types = [typeOf('ConfigMap', 'configmaps'), typeOf('Secret', 'secrets'), typeOf('StatefulSet', 'statefulsets', 'apps/v1'), typeOf('StorageClass', 'storageclasses', 'storage.k8s.io/v1', false)];

function state(objects: (KubeObject | StoredObject)[], changes: Partial<ComparedState> = {}): ComparedState {
  const stored = objects.map((object): StoredObject => ('object' in object && 'kind' in (object.object as object) ? (object as StoredObject) : { object: object as KubeObject }));
  return { scope: { namespaces: ['monitoring'] }, types, gaps: [], secrets: 'encrypted', startedAt: '2026-11-22T02:50:11Z', finishedAt: '2026-11-22T02:50:12Z', objects: stored, ...changes };
}
const config = (value: string, metadata = {}) => makeObject('ConfigMap', 'rules', { data: { a: value } }, { resourceVersion: `of ${value}`, ...metadata });
const secret = (value: string, metadata = {}) => makeObject('Secret', 'objstore', { type: 'Opaque', data: { key: base64(value) } }, { resourceVersion: `of ${value}`, ...metadata });
const stub = (object: KubeObject): StoredObject => ({ ...stubOf(object), sealed: true });
const told = (before: ComparedState, after: ComparedState) => compareStates(before, after).map(({ object, change, why, changes }) => [object.name, change, ...(why ? [why] : []), ...changes.map(({ path }) => path)].join(' '));

const storageClass = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'longhorn', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' } } as unknown as KubeObject;
const late = { uid: 'new', creationTimestamp: '2026-11-23T00:00:00Z' };

const table: [string, ComparedState, ComparedState, string[]][] = [
  ['nothing', state([config('1')]), state([config('1', { uid: 'other', resourceVersion: '9' })]), []],
  ['changed', state([config('1')]), state([config('2')]), ['rules changed data[a]']],
  ['added and gone', state([config('1')]), state([makeObject('ConfigMap', 'debug', {}, late)]), ['debug added', 'rules gone']],
  ['another version of one group is the same object', state([{ ...storageClass, apiVersion: 'storage.k8s.io/v1beta1' } as KubeObject]), state([storageClass]), []],
  ['the same kind of another group is another object', state([config('1')]), state([{ ...config('1'), apiVersion: 'x.io/v1' } as KubeObject], { types: [...types, typeOf('ConfigMap', 'configmaps', 'x.io/v1')] }), ['rules gone', 'rules added']],
  ['sorted by namespace, kind and name', state([]), state([makeObject('Secret', 'a', {}, late), makeObject('ConfigMap', 'z', {}, late), makeObject('ConfigMap', 'b', {}, { ...late, namespace: 'a' })], { scope: {} }), ['b added', 'z added', 'a added']],

  ['a type that could not be listed now is not gone', state([config('1')]), state([], { types: types.slice(1), gaps: [{ what: 'configmaps -n monitoring', why: 'access.forbidden', detail: '' }] }), ['rules unknown not-captured']],
  ['nor where one of two namespaces could not be listed', state([config('1')]), state([], { gaps: [{ what: 'configmaps -n monitoring', why: 'access.forbidden', detail: '' }] }), ['rules unknown not-captured']],
  ['but the other one could', state([config('1')]), state([], { gaps: [{ what: 'configmaps -n other', why: 'access.forbidden', detail: '' }] }), ['rules gone']],
  ['nor where its API does not answer', state([{ ...config('1'), apiVersion: 'x.io/v1' } as KubeObject]), state([], { gaps: [{ what: 'x.io/v1', why: 'api.unavailable', detail: '' }] }), ['rules unknown not-captured']],
  ['a type that is served no more is gone', state([{ ...config('1'), apiVersion: 'x.io/v1' } as KubeObject]), state([]), ['rules gone']],
  ['what the snapshot could not list is not added', state([], { types: types.slice(1), gaps: [{ what: 'configmaps', why: 'access.forbidden', detail: '' }] }), state([config('1')]), ['rules unknown not-captured']],
  ['unless it was made afterwards', state([], { types: types.slice(1), gaps: [{ what: 'configmaps', why: 'access.forbidden', detail: '' }] }), state([config('1', late)]), ['rules added']],
  ['another namespace was not looked at', state([]), state([config('1', { namespace: 'other' })], { scope: {} }), ['rules unknown not-captured']],
  ['kinds that were left out were not looked at', state([config('1')]), state([], { types: types.slice(1), scope: { withoutKinds: ['cm'] } }), ['rules unknown not-captured']],
  ['Secrets that were not read now are not gone', state([secret('hunter2')]), state([], { types: types.filter(({ kind }) => kind !== 'Secret'), secrets: 'omitted' }), ['objstore unknown not-captured']],
  ['nor added, where the first state did not read them', state([], { types: types.filter(({ kind }) => kind !== 'Secret'), secrets: 'omitted' }), state([secret('hunter2')]), ['objstore unknown not-captured']],
  ['but of the other kinds all were read', state([config('1')]), state([], { secrets: 'omitted' }), ['rules gone']],
  ['what has no namespace comes with what needs it', state([storageClass]), state([]), ['longhorn unknown not-captured']],
  ['of the whole cluster it is gone', state([storageClass], { scope: {} }), state([], { scope: {} }), ['longhorn gone']],
  ['a selector chose', state([config('1')], { scope: { selector: 'a=b' } }), state([], { scope: { selector: 'a=b' } }), ['rules unknown not-captured']],

  ['Secrets that can be opened', state([secret('hunter2')]), state([secret('hunter3')]), ['objstore changed data[key]']],
  ['a sealed Secret that nobody wrote', state([stub(secret('hunter2'))]), state([secret('hunter2')]), []],
  ['one that was written, of another size', state([stub(secret('hunter2'))]), state([secret('hunter22', { resourceVersion: '9' })]), ['objstore changed data[key]']],
  ['of the same size: nobody knows', state([stub(secret('hunter2'))]), state([secret('hunter3', { resourceVersion: '9' })]), ['objstore unknown sealed']],
  ['made again with the same version number: nobody knows', state([stub(secret('hunter2'))]), state([secret('hunter3', { uid: 'other', resourceVersion: 'of hunter2' })]), ['objstore unknown sealed']],
  ['two sealed ones', state([stub(secret('hunter2'))]), state([stub(secret('hunter3', { resourceVersion: '9' }))]), ['objstore unknown sealed']],
  ['labels of a sealed one are seen', state([stub(secret('hunter2'))]), state([stub(secret('hunter2', { resourceVersion: '9', labels: { a: 'b' } }))]), ['objstore changed metadata.labels[a]']],
  ['a sealed object of another kind', state([stub(config('password: hunter2'))]), state([config('password: hunter3', { resourceVersion: '9' })]), ['rules unknown sealed']],
];

describe('what differs between two states', () => {
  test.each(table)('%s', (_name, before, after, expected) => expect(told(before, after)).toEqual(expected));

  test('an object that was asked for and is not there is gone', () => {
    expect(compareStates(state([storageClass]), state([]), new Set([storageClass])).map(({ change }) => change)).toEqual(['gone']);
  });

  test('what a controller makes is marked', () => {
    const owned = { ...late, ownerReferences: [{ kind: 'Prometheus', name: 'k8s', controller: true }] };
    expect(compareStates(state([]), state([config('1', owned), secret('x', late)])).map(({ owned: isOwned }) => isOwned)).toEqual([true, false]);
  });

  test('no value of a Secret is told, opened or not', () => {
    const shown = JSON.stringify([
      compareStates(state([secret('hunter2-planted')]), state([secret('other')])),
      compareStates(state([stub(secret('hunter2-planted'))]), state([secret('other', { resourceVersion: '9' })])),
      compareStates(state([]), state([secret('hunter2-planted')])),
    ]);
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(base64('hunter2-planted'));
  });
});
