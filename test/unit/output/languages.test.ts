/**
 * Korean lacks nothing that English has. The types hold the codes of failures and notes; what they cannot see is held here: words that are
 * looked up by a text, and sentences that were left in English.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { chooseLanguage, loadMessages } from '../../../lib/output/messages/language.ts';

const folder = fileURLToPath(new URL('../../../lib/output/messages/', import.meta.url));
const files = readdirSync(folder).filter((name) => /^en\b/.test(name));
const read = (name: string) => readFileSync(`${folder}${name}`, 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
const hangul = /[가-힣]/;

/** Path of every leaf: `run.columns.age`. */
function leavesOf(table: object, path = ''): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [key, value] of Object.entries(table)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'object' && value !== null) leavesOf(value as object, here).forEach((leaf, at) => leaves.set(at, leaf));
    else leaves.set(here, value);
  }
  return leaves;
}

const [inEnglish, inKorean] = [leavesOf(english), leavesOf(korean)];
/** English shows these by their code, which is a word of it already. */
const namedByCode = /^run\.(runState|stepState)\./;
/** The same in both: a word of Kubernetes, and what names the language. */
const asInEnglish = new Set(['language', 'run.podState.stable']);

describe('the tables', () => {
  test('have the same keys, each a sentence or a function in both', () => {
    const shapes = (leaves: Map<string, unknown>) => [...leaves].filter(([path]) => !namedByCode.test(path)).map(([path, leaf]) => `${path}: ${typeof leaf}`).sort();
    expect(shapes(inEnglish).length).toBeGreaterThan(100);
    expect(shapes(inKorean)).toEqual(shapes(inEnglish));
  });

  test('name every state of a run and of a step in Korean', () => {
    for (const state of ['running', 'interrupted', 'stopped', 'finished', 'closed', 'reverted']) expect(korean.run.runState[state]).toMatch(hangul);
    for (const state of ['pending', 'intended', 'done']) expect(korean.run.stepState[state]).toMatch(hangul);
  });

  test('Korean sentences are Korean', () => {
    const left = [...inKorean].filter(([path, leaf]) => typeof leaf === 'string' && !asInEnglish.has(path) && !hangul.test(leaf));
    expect(left).toEqual([]);
  });

  test.each(files)('%s and its Korean counterpart know the same words looked up by text', (name) => {
    expect(lookedUp(read(name.replace('en', 'ko')))).toEqual(lookedUp(read(name)));
  });
});

/** What stands behind `case`, and the keys of tables that are looked up by any text: their default hides what is missing. */
function lookedUp(code: string): string[] {
  const cases = [...code.matchAll(/\bcase '([^']+)':/g)].map(([, word]) => `case ${word}`);
  const tables = [...code.matchAll(/^const (\w+): Record<string, string> = \{([^}]*)\}/gm)].flatMap(([, table, body]) =>
    [...body!.matchAll(/(?:^|[,{\s])'?([\w-]+)'?: ['"`]/g)].map(([, key]) => `${table}.${key}`),
  );
  return [...cases, ...tables].sort();
}

describe('no English is left in the Korean files', () => {
  /** Words of which English prose has one in nearly every sentence, and no command, flag or field has. */
  const prose = /\b(the|is|are|was|were|of|with|not|and|this|that|has|have|cannot|nothing|its|already)\b/i;
  const literals = (code: string) => [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(([, plain, template]) => plain ?? template!.replaceAll(/\$\{[^{}]*\}/g, ' '));

  test.each(files.map((name) => name.replace('en', 'ko')))('%s', (name) => {
    expect(literals(read(name)).filter((text) => text.trim().includes(' ') && prose.test(text) && !hangul.test(text))).toEqual([]);
    expect(literals(read(name)).filter((text) => hangul.test(text)).length).toBeGreaterThan(0);
  });

  test('and the search finds it in the English ones', () => {
    for (const name of files) expect(literals(read(name)).filter((text) => prose.test(text)), name).not.toEqual([]);
  });
});

test('every language that --lang takes has its own table', async () => {
  for (const language of ['en', 'ko']) expect((await loadMessages(chooseLanguage(language, {}))).language).toBe(language);
});
