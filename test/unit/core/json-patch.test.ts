import { describe, expect, test } from 'vitest';
import { PatchMismatch, applyJsonPatch, pointerTo } from '../../../lib/core/json-patch.ts';
import type { PatchOperation } from '../../../lib/core/json-patch.ts';
import { parseJson, stringifyJson } from '../../../lib/core/json.ts';

describe('JSON Pointer', () => {
  test('slash and tilde in a key are escaped', () => {
    expect(pointerTo('metadata', 'annotations', 'kubectl.kubernetes.io/~x')).toBe('/metadata/annotations/kubectl.kubernetes.io~1~0x');
    expect(pointerTo('a', 0)).toBe('/a/0');
    expect(pointerTo()).toBe('');
  });
});

describe('JSON Patch', () => {
  const document = { uid: 'u', spec: { replicas: 3, list: ['a', 'b'], 'x/y~z': 1 } };
  const applied: [string, PatchOperation[], unknown][] = [
    ['replace', [{ op: 'replace', path: '/spec/replicas', value: 1 }], { ...document, spec: { ...document.spec, replicas: 1 } }],
    ['remove', [{ op: 'remove', path: '/spec/list/0' }], { ...document, spec: { ...document.spec, list: ['b'] } }],
    ['add at the end', [{ op: 'add', path: '/spec/list/-', value: 'c' }], { ...document, spec: { ...document.spec, list: ['a', 'b', 'c'] } }],
    ['add in the middle', [{ op: 'add', path: '/spec/list/1', value: 'c' }], { ...document, spec: { ...document.spec, list: ['a', 'c', 'b'] } }],
    ['an escaped key', [{ op: 'replace', path: '/spec/x~1y~0z', value: 2 }], { ...document, spec: { ...document.spec, 'x/y~z': 2 } }],
    ['the whole document', [{ op: 'replace', path: '', value: 1 }], 1],
    ['a test that holds', [{ op: 'test', path: '/spec/list', value: ['a', 'b'] }], document],
  ];
  test.each(applied)('%s', (_name, patch, after) => expect(applyJsonPatch(document, patch)).toEqual(after));

  const refused: [string, PatchOperation[]][] = [
    ['a test that fails', [{ op: 'test', path: '/uid', value: 'other' }]],
    ['replace of what is not there', [{ op: 'replace', path: '/spec/paused', value: true }]],
    ['remove of what is not there', [{ op: 'remove', path: '/spec/list/2' }]],
    ['a path through a scalar', [{ op: 'add', path: '/uid/x', value: 1 }]],
    ['an index beyond the end', [{ op: 'add', path: '/spec/list/5', value: 1 }]],
    ['the prototype', [{ op: 'test', path: '/constructor', value: 1 }]],
  ];
  test.each(refused)('%s is refused and changes nothing', (_name, patch) => {
    const before = structuredClone(document);
    expect(() => applyJsonPatch(document, [{ op: 'replace', path: '/spec/replicas', value: 9 }, ...patch])).toThrow(PatchMismatch);
    expect(document).toEqual(before);
  });

  test('numbers kept as text survive', () => {
    const big = parseJson('{"a":{"n":9223372036854775807}}');
    expect(stringifyJson(applyJsonPatch(big, [{ op: 'add', path: '/b', value: 1 }]))).toBe('{"a":{"n":9223372036854775807},"b":1}');
  });
});
