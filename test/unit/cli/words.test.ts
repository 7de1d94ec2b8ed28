import { describe, expect, test } from 'vitest';
import { formatCommandLine, formatFlags } from '../../../lib/cli/command-line.ts';
import { quoteForShell } from '../../../lib/core/shell.ts';
import { clusterFlags, commonFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { parseArguments } from '../../../lib/cli/parse.ts';
import { findCommandWord, spellOutShortFlags } from '../../../lib/cli/words.ts';
import { defineCommand } from '../../../lib/cli/define-command.ts';

const flags = { ...clusterFlags, ...outputFlags, ...commonFlags, ...safetyFlags };

describe('short forms', () => {
  test.each([
    ['-nmonitoring', ['-n=monitoring']],
    ['-n=monitoring', ['-n=monitoring']],
    ['-n monitoring', ['-n=monitoring']],
    ['--namespace monitoring', ['--namespace=monitoring']],
    ['-yn monitoring', ['-y', '-n=monitoring']],
    ['-ynmonitoring', ['-y', '-n=monitoring']],
    ['-ojson sts/x', ['-o=json', 'sts/x']],
    ['-v sts/x', ['--v=1', 'sts/x']],
    ['-v 6 sts/x', ['--v=6', 'sts/x']],
    ['-v=6 sts/x', ['--v=6', 'sts/x']],
    ['-v6 sts/x', ['-v6', 'sts/x']],
    ['--v=6', ['--v=6']],
    ['--as -1', ['--as=-1']],
    ['--as -', ['--as=-']],
    ['--as --yes', ['--as', '--yes']],
    ['-- -n x', ['--', '-n', 'x']],
    ['-zq', ['-zq']],
  ])('%s', (typed, words) => expect(spellOutShortFlags(typed.split(' '), flags)).toEqual(words));

  test.each([
    [['-n', 'undo', 'plan'], 2],
    [['--namespace=undo', 'plan'], 1],
    [['-y', 'undo'], 1],
    [['--', 'undo'], 1],
    [['-n', 'x'], undefined],
    [[], undefined],
  ])('the command in %j', (words, at) => expect(findCommandWord(spellOutShortFlags(words, flags), flags)).toBe(words.length === 3 ? 1 : at));
});

const command = defineCommand({ name: 'undo', summary: '', positional: { name: 'TYPE/NAME', describe: '', required: false, many: true }, flags, examples: [], run: async () => undefined });

describe('arguments', () => {
  test('words stay text, also those that look like numbers', () => {
    expect(parseArguments(['007', '1e3', 'sts/x', '--', '-5', '--yes'], command, 'kubectl rollback undo').args.words).toEqual(['007', '1e3', 'sts/x', '-5', '--yes']);
  });
  test('values by key, with their fallbacks', () => {
    const { args, given } = parseArguments(['x', '-nm', '--as-group=a', '--as-group', 'b', '-y', '--request-timeout=5'], command, '');
    expect(args).toMatchObject({ namespace: 'm', asGroup: ['a', 'b'], yes: true, noInput: false, output: 'table', requestTimeout: 5000, context: undefined, v: 0 });
    expect(given).toEqual({ namespace: ['m'], asGroup: ['a', 'b'], yes: true, requestTimeout: ['5'] });
  });
  test('a switch can be turned off in words', () => {
    expect(parseArguments(['--yes=false'], command, '')).toMatchObject({ args: { yes: false }, given: {} });
  });
  test.each(['--__proto__=x', '--constructor=x', '--a.b=1', '--no-yes'])('%s is no flag', (word) => {
    expect(() => parseArguments([word], command, '')).toThrow('usage.unknown-flag');
  });
});

describe('a command to type next', () => {
  const given = { namespace: ['mon itoring'], token: ['secret'], asGroup: ['a', 'b'], yes: true as const, output: ['json'] };
  test('safe to paste, in the order of the table, without secrets', () => {
    expect(formatCommandLine({ start: 'kubectl rollback undo', words: ['sts/x', "it's"], flags, given, without: ['output'], add: ['--confirm=x'] })).toBe(
      `kubectl rollback undo sts/x 'it'\\''s' -n 'mon itoring' --token=… --as-group=a --as-group=b -y --confirm=x`,
    );
  });
  test('only the flags of the cluster', () => {
    expect(formatFlags(flags, given, ['namespace'])).toBe(` -n 'mon itoring'`);
    expect(formatFlags(flags, {}, ['namespace'])).toBe('');
  });
  test.each([['a', 'a'], ['', "''"], ['a b', "'a b'"], ['$(x)', "'$(x)'"], ['a=b,c:d/e.f-g', 'a=b,c:d/e.f-g']])('%j', (word, quoted) => expect(quoteForShell(word)).toBe(quoted));
});
