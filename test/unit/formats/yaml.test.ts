import { CORE_SCHEMA, load, loadAll, YAML11_SCHEMA } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../lib/core/json.ts';
import { renderYaml } from '../../../lib/formats/yaml.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';

const texts = hostileTexts(6000);

describe('YAML', () => {
  // What the real kubectl reads is held by test/cluster/snapshot-export.test.ts.
  test.each(Object.entries({ 'YAML 1.2': CORE_SCHEMA, 'YAML 1.1': YAML11_SCHEMA }))('of 6 000 hostile texts is read back by %s', (_name, schema) => {
    expect(new Set(texts).size).toBe(6000);
    const document = { list: texts, map: Object.fromEntries(texts.map((text, at) => [`k${at}`, text])), keys: Object.fromEntries(texts.filter((text) => text.length < 200 && !['<<', '__proto__'].includes(text)).map((text) => [text, 1])) };
    expect(load(renderYaml(document), { schema })).toEqual(document);
  });

  test('whatever a document ends with, the next one begins anew', () => {
    const documents = texts.map((text) => ({ text }));
    expect(loadAll(documents.map((document) => renderYaml(document)).join('---\n'))).toEqual(documents);
  });

  test('a number stays as the server wrote it, and a text that looks like one is a text', () => {
    const numbers = '[1599742175127236001,1.0,1e3,-0,18446744073709551615,12345678901234567890123,0.1,-7,0,1.5e-7]';
    const yaml = renderYaml({ numbers: parseJson(numbers), texts: (JSON.parse(numbers) as number[]).map(String) });
    const lines = yaml.split('\n').map((line) => line.trim().replace(/^- /, ''));
    expect(lines.slice(1, 11)).toEqual(numbers.slice(1, -1).split(','));
    expect(load(yaml)).toMatchObject({ texts: (JSON.parse(numbers) as number[]).map(String) });
    expect(lines.slice(12, 22).every((line) => /^'.*'$/.test(line))).toBe(true);
  });

  test('empty is not absent, and what is undefined is', () => {
    expect(renderYaml({ a: {}, b: [], c: null, d: undefined, e: '' })).toBe("a: {}\nb: []\nc: null\ne: ''\n");
  });

  test('text comes out as JSON has it', () => {
    const document = parseJson('{"a":{"b":[1,{"c":"x"},[],{}]},"constructor":"y"}');
    expect(stringifyJson(load(renderYaml(document)))).toBe(stringifyJson(document));
  });
});
