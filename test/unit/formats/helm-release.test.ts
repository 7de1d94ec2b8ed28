import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeHelmRelease, manifestHolds, readManifest } from '../../../lib/formats/helm-release.ts';

const manifest = `---
# Source: stack/templates/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: query
---
apiVersion: v1
kind: ConfigMapList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one, namespace: other}
---
`;
const stored = { name: 'kps', namespace: 'monitoring', version: 14, info: { status: 'deployed', last_deployed: '2026-11-23T03:12:00Z' }, manifest, config: { password: 'planted' } };
const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64');
const text = JSON.stringify(stored);

describe('a stored release', () => {
  const expected = { name: 'kps', namespace: 'monitoring', revision: 14, status: 'deployed', deployedAt: '2026-11-23T03:12:00Z' };
  test.each([
    ['a Secret', { kind: 'Secret', data: { release: base64(base64(gzipSync(text))) } }],
    ['a ConfigMap', { kind: 'ConfigMap', data: { release: base64(gzipSync(text)) } }],
    ['an old one that is not compressed', { kind: 'Secret', data: { release: base64(base64(text)) } }],
  ])('%s is read, without its values', (_name, object) => {
    const release = decodeHelmRelease(object);
    expect(release).toMatchObject(expected);
    expect(release?.objects?.map(({ kind, name }) => `${kind}/${name}`)).toEqual(['Deployment/query', 'ConfigMap/one']);
    expect(JSON.stringify(release)).not.toContain('planted');
  });

  test.each([
    ['no data', { kind: 'Secret' }],
    ['no base64', { kind: 'Secret', data: { release: '%%%' } }],
    ['cut off', { kind: 'Secret', data: { release: base64(base64(gzipSync(text).subarray(0, 40))) } }],
    ['no release', { kind: 'Secret', data: { release: base64(base64('{}')) } }],
  ])('%s is none', (_name, object) => {
    expect(decodeHelmRelease(object)).toBeUndefined();
  });
});

test('a manifest that is no YAML has no known objects', () => {
  expect(readManifest('a: [')).toBeUndefined();
  expect(manifestHolds({ namespace: 'm', objects: undefined }, {})).toBeUndefined();
});

test.each([
  ['itself', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'query', namespace: 'monitoring' } }, true],
  ['in another served version', { apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata: { name: 'query', namespace: 'monitoring' } }, true],
  ['in another namespace', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'query', namespace: 'other' } }, false],
  ['of another group', { apiVersion: 'example.com/v1', kind: 'Deployment', metadata: { name: 'query', namespace: 'monitoring' } }, false],
])('the manifest holds it: %s', (_name, object, expected) => {
  expect(manifestHolds({ namespace: 'monitoring', objects: readManifest(manifest) }, object)).toBe(expected);
});
