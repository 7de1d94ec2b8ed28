import { describe, expect, test } from 'vitest';
import { rules } from './architecture/rules.ts';
import { parseSource, readSources } from './architecture/sources.ts';

const sources = readSources();

describe('the house', () => {
  test('is read at all', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(200);
  });

  test.each(Object.entries(rules))('%s', (_name, rule) => {
    expect(rule(sources)).toEqual([]);
  });
});

/** One break of each rule: a rule that cannot fail holds nothing. */
const breaks: Record<keyof typeof rules, Record<string, string>> = {
  'every file stands in a room': { 'lib/cellar/rat.ts': 'export const rat = 1;' },
  'a room imports only from rooms before it': { 'lib/core/a.ts': `import type { Plan } from '../run/plan.ts'; export type P = Plan;` },
  'plugins and layers do not import each other': { 'lib/layers/helm/a.ts': `export const load = () => import('../workload/plan.ts');` },
  'no cycles': { 'lib/core/a.ts': `import type { B } from './b.ts'; export type A = B;`, 'lib/core/b.ts': `export type B = typeof import('./a.ts');` },
  'only lib/kube imports @kubernetes/client-node': { 'lib/run/a.ts': `import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'; export type K = KubeConfig;` },
  'only lib/tools imports execa': { 'lib/kube/a.ts': `const { execa } = await import('execa'); export const run = execa;` },
  'the process and the clock come by the context': { 'lib/run/a.ts': 'export const now = () => Date.now();' },
  'formats are pure': { 'lib/formats/a.ts': `import { readFileSync } from 'node:fs'; export const read = readFileSync;` },
  'a file is named by a noun that says something': { 'lib/core/string-utils.ts': 'export const a = 1;' },
  'nobody turns certificate checks off for the whole process': { 'lib/kube/a.ts': `export const name = 'NODE_TLS_REJECT_UNAUTHORIZED';` },
  'relative imports have their ending': { 'lib/core/a.ts': `export { b } from './b';` },
  'nothing heavy is loaded before the command is known': { 'plugins/rollback/main.ts': `import '../../lib/cli/a.ts';`, 'lib/cli/a.ts': `import yargs from 'yargs'; export const parse = yargs;` },
  'files stay short': { 'lib/core/a.ts': '\n'.repeat(300) },
};

describe('a break is seen', () => {
  test.each(Object.entries(rules))('%s', (name, rule) => {
    const broken = Object.entries(breaks[name]!).map(([path, text]) => parseSource(path, text));
    expect(rule(broken)).not.toEqual([]);
  });

  test('only the broken rule complains', () => {
    const broken = Object.entries(breaks['only lib/tools imports execa']!).map(([path, text]) => parseSource(path, text));
    const complaining = Object.entries(rules).filter(([, rule]) => rule(broken).length > 0);
    expect(complaining.map(([name]) => name)).toEqual(['only lib/tools imports execa']);
  });

  test('words in comments and in texts are no imports', () => {
    const { imports, code } = parseSource('lib/core/a.ts', `/**\n * import { x } from '../cli/x.ts'; Date.now()\n */\n// process.exit\nexport const a = 1;`);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/Date|process/);
  });
});
