import yargs from 'yargs';
import { RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import type { Command } from './define-command.ts';
import { flagName, type FlagSpec, type FlagTable, type GivenFlags } from './flag.ts';
import { namesOf, spellOutShortFlags, type NamedFlag } from './words.ts';

export interface Parsed {
  /** Values by flag key, and `words`: fits the command's `run`. */
  args: Record<string, unknown> & { words: string[] };
  given: GivenFlags;
}

// Each answers a trap that was measured with yargs 18: numbers from words, `--no-x` as 0, `a.b` as an object, Korean
// from a locale file under `bun run` and English when compiled. Duplicates stay arrays: that is how they are seen.
const parserConfiguration = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
};

/**
 * Reads the words after a command's name.
 * @throws RetraceError usage.* naming the flag and what to type instead
 */
export function parseArguments(argv: readonly string[], command: Command, fullName: string): Parsed {
  const flags = command.flags;
  const given: GivenFlags = {};
  const words = spellOutShortFlags(argv, flags);
  checkFlagWords(words, flags, fullName);
  const parsed = parseWithYargs(words, flags, given, fullName);
  const args: Parsed['args'] = { words: [...((parsed['words'] as string[] | undefined) ?? []), ...(parsed['_'] as string[])] };
  for (const [key, spec] of Object.entries(flags)) {
    const value = parsed[flagName(key)];
    if (spec.value === undefined) {
      args[key] = value === true;
      if (value === true) given[key] = true;
    } else {
      args[key] = value ?? (spec.fallback === undefined ? (spec.repeat ? [] : undefined) : spec.value.read(spec.fallback));
    }
  }
  checkWords(args.words, command, fullName);
  for (const keys of command.exclusive ?? []) {
    const both = keys.filter((key) => given[key] !== undefined);
    if (both.length > 1) throw new RetraceError('usage.exclusive', { flags: both.map((key) => `--${flagName(key)}`) });
  }
  return { args, given };
}

function parseWithYargs(words: string[], flags: FlagTable, given: GivenFlags, fullName: string): Record<string, unknown> {
  // yargs wraps what a coerce throws into an error of its own.
  let refused: unknown;
  const parser = yargs(words)
    .scriptName(fullName)
    .locale('en')
    .exitProcess(false)
    .help(false)
    .version(false)
    .strict()
    .parserConfiguration(parserConfiguration)
    .updateStrings({ 'Not enough arguments following: %s': 'missing %s' })
    .command('$0 [words..]', false, (builder) => builder.positional('words', { type: 'string', array: true }))
    .fail((message, error) => {
      throw refused ?? usageError(error?.message ?? message, flags, fullName);
    });
  for (const [key, spec] of Object.entries(flags)) {
    const name = flagName(key);
    const alias = spec.alias === undefined ? {} : { alias: spec.alias };
    if (spec.value === undefined) parser.option(name, { ...alias, type: 'boolean' });
    else parser.option(name, { ...alias, type: 'string', requiresArg: true, coerce: (raw: unknown) => tryToRead(key, spec, raw) });
  }
  return parser.parseSync() as Record<string, unknown>;

  function tryToRead(key: string, spec: FlagSpec, raw: unknown): unknown {
    try {
      return readFlag(key, spec, raw, given);
    } catch (error) {
      refused = error;
      throw error;
    }
  }
}

function readFlag(key: string, spec: FlagSpec, raw: unknown, given: GivenFlags): unknown {
  if (raw === undefined) return undefined;
  const flag = `--${flagName(key)}`;
  const texts = (Array.isArray(raw) ? raw : [raw]).map(String);
  if (texts.length > 1 && !spec.repeat) throw new RetraceError('usage.repeated', { flag });
  const values = texts.map((value) => {
    if (value === '') throw new RetraceError('usage.missing-value', { flag, placeholder: spec.value!.placeholder });
    const read = spec.value!.read(value);
    if (read === undefined) throw new RetraceError('usage.value', { flag, value: spec.secret ? '…' : value, expected: spec.value!.expected });
    return read;
  });
  given[key] = texts;
  return spec.repeat ? values : values[0];
}

// Before yargs sees them: it reads `-to=3` as -t and -o=3, and `--yes=maybe` as false.
function checkFlagWords(words: readonly string[], flags: FlagTable, fullName: string): void {
  const names = namesOf(flags);
  for (const word of flagWords(words)) {
    const [, flag = word, value] = /^([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const known = names.get(flag);
    if (known === undefined) throw new RetraceError('usage.unknown-flag', { flag, near: nearFlags(flag, names), command: fullName });
    if (known.spec.value !== undefined || value === undefined || value === 'true' || value === 'false') continue;
    throw new RetraceError('usage.value', { flag: `--${flagName(known.key)}`, value, expected: 'nothing after it, or =true, or =false' });
  }
}

function usageError(message: string, flags: FlagTable, fullName: string): RetraceError {
  const missing = /^missing (.+)$/.exec(message)?.[1];
  if (missing === undefined) return new RetraceError('usage.flags', { detail: message, command: fullName });
  const names = namesOf(flags);
  const known = names.get(`--${missing}`) ?? names.get(`-${missing}`);
  return new RetraceError('usage.missing-value', { flag: `--${flagName(known?.key ?? missing)}`, placeholder: known?.spec.value?.placeholder ?? 'VALUE' });
}

// Three letters are near to too much: --yes is not a misspelt --as.
function nearFlags(flag: string, names: Map<string, NamedFlag>): string[] {
  const name = flag.replace(/^-+/, '');
  if (names.has(`--${name}`)) return [`--${name}`];
  const long = [...names.keys()].filter((known) => known.startsWith('--')).map((known) => known.slice(2));
  return name.length < 4 ? [] : nearNames(name, long).map((near) => `--${near}`);
}

function flagWords(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).filter((word) => /^-./.test(word));
}

function checkWords(words: readonly string[], command: Command, fullName: string): void {
  const { positional } = command;
  if (positional?.required && words.length === 0) throw new RetraceError('usage.missing-target', { command: `${fullName} ${positional.name}` });
  const most = positional === undefined ? 0 : positional.many ? Infinity : 1;
  if (words.length > most) throw new RetraceError('usage.flags', { detail: `unexpected ${JSON.stringify(words[most])}`, command: fullName });
}
