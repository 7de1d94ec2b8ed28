import { describe, expect, test } from 'vitest';
import { parseJson, type Json, type JsonObject } from '../../../lib/core/json.ts';
import { diffObjects, type ObjectChange } from '../../../lib/formats/object-diff.ts';

function object(kind: string, fields: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'monitoring', ...metadata }, ...fields };
}
const config = (data: JsonObject, metadata: JsonObject = {}) => object('ConfigMap', { data }, metadata);
const secret = (data: Record<string, string>) => object('Secret', { data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])) });
const spec = (fields: JsonObject, kind = 'Thing') => object(kind, { spec: fields });
const annotated = (annotations: JsonObject) => config({}, { annotations });

const table: [string, JsonObject | undefined, JsonObject | undefined, ObjectChange[]][] = [
  ['nothing', config({ a: '1' }), config({ a: '1' }), []],
  ['bookkeeping of the server', config({}, { uid: 'a', resourceVersion: '1', generation: 1, creationTimestamp: 'x', managedFields: [{ manager: 'a' }] }), { ...config({}, { uid: 'b', resourceVersion: '2' }), status: { ready: 1 } }, []],
  ['bookkeeping of controllers', annotated({ 'deployment.kubernetes.io/revision': '1', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }), annotated({ 'deployment.kubernetes.io/revision': '2' }), []],
  ['the uid of an owner', config({}, { ownerReferences: [{ kind: 'Deployment', name: 'd', uid: 'a' }] }), config({}, { ownerReferences: [{ kind: 'Deployment', name: 'd', uid: 'b' }] }), []],
  ['an empty time in a template', spec({ template: { metadata: { creationTimestamp: null } } }), spec({ template: { metadata: {} } }), []],
  ['keys by their names', config({ 'hashrings.json': '[]', old: 'x' }), config({ 'hashrings.json': '[1]', new: 'y' }), [
    { path: 'data[hashrings.json]', from: '[]', to: '[1]' }, { path: 'data[old]', from: 'x' }, { path: 'data[new]', to: 'y' }]],
  ['names that every object inherits', config({}), config({ constructor: 'x', toString: 'y' }), [{ path: 'data[constructor]', to: 'x' }, { path: 'data[toString]', to: 'y' }]],
  ['a text of many lines stays whole', config({ f: 'a\nb\n' }), config({ f: 'a\nc\n' }), [{ path: 'data[f]', from: 'a\nb\n', to: 'a\nc\n' }]],
  ['values of a Secret by their sizes', secret({ a: 'hunter2', b: 'x', same: 's' }), secret({ a: 'hunter3', b: 'xyz', same: 's', c: '' }), [
    { path: 'data[a]', from: '(7 bytes)', to: '(7 bytes) (changed)', hidden: true }, { path: 'data[b]', from: '(1 bytes)', to: '(3 bytes)', hidden: true }, { path: 'data[c]', to: '(0 bytes)', hidden: true }]],
  ['binary data by its size', object('ConfigMap', { binaryData: { f: btoa('abc') } }), object('ConfigMap', { binaryData: { f: btoa('abcd') } }), [{ path: 'binaryData[f]', from: '(3 bytes)', to: '(4 bytes)' }]],
  ['a Secret that is added', undefined, secret({ a: 'hunter2' }), [{ path: 'data[a]', to: '(7 bytes)', hidden: true }, { path: 'metadata', to: '{"name":"x","namespace":"monitoring"}' }]],
  ['labels', config({}, { labels: { a: '1' } }), config({}, { labels: { a: '2', b: '' } }), [{ path: 'metadata.labels[a]', from: '1', to: '2' }, { path: 'metadata.labels[b]', to: '' }]],
  ['ports of a Service by name', spec({ ports: [{ name: 'http', port: 80 }, { name: 'grpc', port: 90 }] }), spec({ ports: [{ name: 'grpc', port: 91 }, { name: 'http', port: 80 }] }), [{ path: 'spec.ports[grpc].port', from: '90', to: '91' }]],
  ['a port without a name by its number', spec({ ports: [{ port: 80, protocol: 'TCP', targetPort: 1 }] }), spec({ ports: [{ port: 80, protocol: 'TCP', targetPort: 2 }] }), [{ path: 'spec.ports[80/TCP].targetPort', from: '1', to: '2' }]],
  ['alerts and records by name, the same one twice', spec({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: '1' }, { alert: 'A', expr: '2' }, { record: 'r', expr: '3' }] }] }), spec({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: '1' }, { alert: 'A', expr: '9' }] }] }), [
    { path: 'spec.groups[g].rules[A#2].expr', from: '2', to: '9' }, { path: 'spec.groups[g].rules[r]', from: '{"expr":"3","record":"r"}' }]],
  ['rules of a role in their places', object('Role', { rules: [{ verbs: ['get'] }, { verbs: ['list'] }] }), object('Role', { rules: [{ verbs: ['get'] }, { verbs: ['list', 'watch'] }] }), [{ path: 'rules[1].verbs[1]', to: 'watch' }]],
  ['one that is put before the others', object('Role', { rules: [{ verbs: ['get'] }] }), object('Role', { rules: [{ verbs: ['create'] }, { verbs: ['get'] }] }), [{ path: 'rules[0]', to: '{"verbs":["create"]}' }]],
  ['empty is not absent', spec({ podSelector: {} }), spec({ ingress: [] }), [{ path: 'spec.podSelector', from: '{}' }, { path: 'spec.ingress', to: '[]' }]],
  ['an empty rule is not none', spec({ ingress: [] }), spec({ ingress: [{}] }), [{ path: 'spec.ingress[0]', to: '{}' }]],
  ['a number that no double holds', parseJson('{"kind":"X","spec":{"at":1599742175127236001}}') as JsonObject, parseJson('{"kind":"X","spec":{"at":1599742175127236002}}') as JsonObject, [{ path: 'spec.at', from: '1599742175127236001', to: '1599742175127236002' }]],
  ['another type', spec({ image: 'x' }), spec({ image: { tag: 'y' } }), [{ path: 'spec.image', from: 'x', to: '{"tag":"y"}' }]],
  ['an image in a template', spec({ template: { spec: { containers: [{ name: 'c', image: 'r/a:1' }] } } }), spec({ template: { spec: { containers: [{ name: 'c', image: 'r/a:2' }] } } }), [{ path: 'spec.template.spec.containers[c].image', from: '1', to: '2' }]],
  ['a big thing that comes is opened up', spec({}), spec({ storage: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '100Gi' } } } } } }), [{ path: 'spec.storage.volumeClaimTemplate', to: '{"spec":{"resources":{"requests":{"storage":"100Gi"}}}}' }]],
  ['a credential by its name', spec({ password: 'hunter2' }), spec({ password: 'hunter3' }), [{ path: 'spec.password', from: '<redacted>', to: '<redacted> (changed)', hidden: true }]],
  ['a credential that is a number', spec({ password: 12345 }), spec({ password: 12346 }), [{ path: 'spec.password', from: '<redacted>', to: '<redacted> (changed)', hidden: true }]],
  ['a parameter by its own name', spec({ parameters: [{ name: 'db.password', value: 'hunter2' }] }), spec({ parameters: [{ name: 'db.password', value: 'hunter3' }] }), [{ path: 'spec.parameters[db.password].value', from: '<redacted>', to: '<redacted> (changed)', hidden: true }]],
  ['a password in a file, beside a change that may be seen', config({ f: 'user: a\npassword: hunter2\nport: 1\n' }), config({ f: 'user: a\npassword: hunter3\nport: 2\n' }), [
    { path: 'data[f]', from: 'user: a\npassword: <redacted>\nport: 1\n', to: 'user: a\npassword: <redacted> (changed)\nport: 2\n', hidden: true }]],
  ['a password in a file, alone', config({ f: 'a: b\npassword: hunter2' }), config({ f: 'a: b\npassword: hunter3' }), [{ path: 'data[f]', from: 'a: b\npassword: <redacted>', to: 'a: b\npassword: <redacted> (changed)', hidden: true }]],
  ['a key over several lines', config({ f: '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n' }), config({ f: '-----BEGIN PRIVATE KEY-----\nabd\n-----END PRIVATE KEY-----\n' }), [{ path: 'data[f]', from: '<redacted>\n', to: '<redacted>\n (changed)', hidden: true }]],
];

describe('what changes between two states of an object', () => {
  test.each(table)('%s', (_name, from, to, changes) => expect(diffObjects(from, to)).toEqual(changes));

  test('a Secret is told by sizes whatever stands in it', () => {
    const planted = ['c2VjcmV0LXZhbHVl', 'secret-value'];
    const apply = (value: string) => ({ ...secret({ 'objstore.yml': value }), metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"objstore.yml":"${btoa(value)}"}}` } } });
    const shown = JSON.stringify([diffObjects(apply('secret-value'), apply('other')), diffObjects(undefined, apply('secret-value')), diffObjects(apply('secret-value'), undefined)]);
    for (const value of planted) expect(shown).not.toContain(value);
  });
});

describe('unequal is never told as equal', () => {
  const values: Json[] = [null, true, 0, '', 'a', 'a\nb', [], [1], ['a'], ['a', 'b'], ['b', 'a'], [[]], [{}], [{ name: 'a' }], [{ name: 'a' }, { name: 'b' }], [{ name: 'b' }, { name: 'a' }], [{ name: 'a' }, { name: 'a' }], {}, { a: null }, { a: {} }, { a: [] }, { name: 'a', value: 'b' }];
  const fields = ['f', 'ports', 'env', 'args', 'labels', 'volumes', 'containers', 'image', 'rules', 'password', 'data'];

  test.each(fields)('in a field %s', (field) => {
    for (const from of values) {
      for (const to of values) {
        const changes = diffObjects(spec({ [field]: from }), spec({ [field]: to }));
        expect(changes.length > 0, `${JSON.stringify(from)} → ${JSON.stringify(to)}`).toBe(JSON.stringify(from) !== JSON.stringify(to));
        for (const change of changes) expect(change.from === change.to, JSON.stringify([from, to, change])).toBe(false);
      }
    }
  });
});
