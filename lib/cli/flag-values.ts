import { parseDuration } from '../core/durations.ts';

/** How the text after a flag is read. `read` gives undefined for text that is no such value. */
export interface FlagValue<T> {
  /** Shown in help: `--timeout DURATION`. */
  placeholder: string;
  /** Completes "expected …" in the error. */
  expected: string;
  read(text: string): T | undefined;
  /** Words that it can be, where there is a short list of them. */
  choices?: readonly string[];
}

/** Any text but the empty one: `-n "$UNSET"` must not fall back to another namespace in silence. */
export function text(placeholder: string): FlagValue<string> {
  return { placeholder, expected: 'text', read: (value) => value };
}

/** One of a few words. */
export function choice<const C extends string>(...choices: C[]): FlagValue<C> {
  return {
    placeholder: choices.join('|'),
    choices,
    expected: `one of ${choices.join(', ')}`,
    read: (value) => choices.find((known) => known === value),
  };
}

/** Words with commas between them, as `cm,sts`. */
export function words(placeholder: string): FlagValue<string[]> {
  return {
    placeholder: `${placeholder},…`,
    expected: 'words with commas between them',
    read(value) {
      const found = value.split(',').map((word) => word.trim());
      return found.includes('') ? undefined : found;
    },
  };
}

/** `KEY=VALUE`. */
export const pair: FlagValue<{ key: string; value: string }> = {
  placeholder: 'KEY=VALUE',
  expected: 'KEY=VALUE, as verified=good',
  read(value) {
    const [, key, rest] = /^([\w./-]+)=(.*)$/s.exec(value) ?? [];
    return key === undefined || rest === undefined ? undefined : { key, value: rest };
  },
};

/** A whole number in decimal digits, so neither `0x1` nor `1e3` nor `-1`. */
export function wholeNumber(placeholder: string, example: string): FlagValue<number> {
  return { placeholder, expected: `a whole number, as ${example}`, read: readWholeNumber };
}

/** `90s`, `10m`, `1h30m`, as milliseconds. */
export function duration(example: string, atLeastMs = 0): FlagValue<number> {
  return {
    placeholder: 'DURATION',
    expected: `a duration with its unit, as ${example}`,
    read(value) {
      const durationMs = parseDuration(value);
      return durationMs !== undefined && durationMs >= atLeastMs ? durationMs : undefined;
    },
  };
}

/** kubectl's --request-timeout as milliseconds: a duration, whole seconds, or 0 for no limit. */
export const requestTimeout: FlagValue<number> = {
  placeholder: 'DURATION',
  expected: 'a duration as 30s, or 0 for no limit',
  read(value) {
    const seconds = readWholeNumber(value);
    return seconds === undefined ? parseDuration(value) : seconds * 1000;
  },
};

/** Digits only, within what a double holds exactly. */
export function readWholeNumber(value: string): number | undefined {
  if (!/^\d+$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}
