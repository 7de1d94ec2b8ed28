import { flagName, type FlagSpec, type FlagTable } from './flag.ts';

export interface NamedFlag {
  key: string;
  spec: FlagSpec;
}

/** Every spelling of the table's flags: `--namespace` and `-n`. */
export function namesOf(flags: FlagTable): Map<string, NamedFlag> {
  const names = new Map<string, NamedFlag>();
  for (const [key, spec] of Object.entries(flags)) {
    names.set(`--${flagName(key)}`, { key, spec });
    if (spec.alias !== undefined) names.set(`-${spec.alias}`, { key, spec });
  }
  return names;
}

/**
 * Brings kubectl's forms into one that yargs reads the same way: `-nmonitoring` (yargs would see -n -m -o …), `-Ay`,
 * `-v` with or without a level, `-v=6`, `-f -`, `--to-revision -1` (a bad value, not a flag that is named 1).
 */
export function spellOutShortFlags(argv: readonly string[], flags: FlagTable): string[] {
  const names = namesOf(flags);
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === '--') return [...words, ...argv.slice(index)];
    if (word === '-v' || word === '--v') {
      const next = argv[index + 1];
      const hasLevel = next !== undefined && /^\d+$/.test(next);
      words.push(`--v=${hasLevel ? next : '1'}`);
      if (hasLevel) index++;
    } else if (/^-v=\d+$/.test(word)) {
      words.push(`-${word}`);
    } else {
      const spelled = /^-[A-Za-z]./.test(word) ? spellOut(word.slice(1), names) : [word];
      const last = spelled.pop()!;
      const next = argv[index + 1];
      const isValue = next !== undefined && takesNextWord(last, names) && !/^-(?!\d|$)/.test(next);
      words.push(...spelled, isValue ? `${last}=${next}` : last);
      if (isValue) index++;
    }
  }
  return words;
}

function spellOut(letters: string, names: Map<string, NamedFlag>): string[] {
  const words: string[] = [];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!;
    const known = names.get(`-${letter}`);
    const rest = letters.slice(at + 1);
    if (known?.spec.value !== undefined) return [...words, rest === '' ? `-${letter}` : `-${letter}=${rest.replace(/^=/, '')}`];
    if (known === undefined || rest.startsWith('=')) return [...words, `-${letters.slice(at)}`];
    words.push(`-${letter}`);
  }
  return words;
}

/** The first word that is neither a flag nor a flag's value: the command; undefined when there is none. */
export function findCommandWord(argv: readonly string[], flags: FlagTable): number | undefined {
  const names = namesOf(flags);
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === '--') return index + 1 < argv.length ? index + 1 : undefined;
    if (!word.startsWith('-') || word === '-') return index;
    if (takesNextWord(word, names)) index++;
  }
  return undefined;
}

function takesNextWord(word: string, names: Map<string, NamedFlag>): boolean {
  return word !== '--v' && names.get(word)?.spec.value !== undefined;
}
