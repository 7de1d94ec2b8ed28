import { flagsOfAll, type Command, type Plugin } from './define-command.ts';
import type { FlagSpec } from './flag.ts';
import { findCommandWord, namesOf } from './words.ts';

/** What stands where the person pressed TAB. `words` are those before it, without the command's name. */
export type Cursor =
  | { at: 'command'; current: string }
  | { at: 'flag'; command: Command | undefined; current: string; words: string[] }
  | { at: 'value'; command: Command | undefined; current: string; words: string[]; key: string; spec: FlagSpec }
  | { at: 'word'; command: Command; current: string; words: string[] };

/**
 * Finds out what is to be completed. Pure.
 * @param typed the words after the plugin's name; the last one is the one to complete, `''` after a space
 * @returns undefined where nothing can be said, as after the name of no command
 */
export function findCursor(plugin: Plugin, typed: readonly string[]): Cursor | undefined {
  const current = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const commandAt = findCommandWord(before, flagsOfAll(plugin));
  const name = commandAt === undefined ? undefined : before[commandAt];
  const command = plugin.commands.find((known) => known.name === name || known.aliases?.includes(name ?? ''));
  if (name === 'help') return commandAt === before.length - 1 ? { at: 'command', current } : undefined;
  if (name !== undefined && command === undefined) return undefined;
  const words = before.filter((_word, index) => index !== commandAt);
  return (words.includes('--') ? undefined : findFlag(plugin, command, words, current)) ?? (command === undefined ? { at: 'command', current } : { at: 'word', command, current, words });
}

function findFlag(plugin: Plugin, command: Command | undefined, words: string[], current: string): Cursor | undefined {
  const names = namesOf(command?.flags ?? flagsOfAll(plugin));
  const pending = names.get(words.at(-1) ?? '');
  // A level of -v may stand behind it, but need not.
  if (pending?.spec.value !== undefined && pending.key !== 'v') return { at: 'value', command, current, words: words.slice(0, -1), ...pending };
  const [, name = '', value = ''] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const assigned = names.get(name);
  if (assigned?.spec.value !== undefined) return { at: 'value', command, current: value, words, ...assigned };
  return current.startsWith('-') ? { at: 'flag', command, current, words } : undefined;
}
