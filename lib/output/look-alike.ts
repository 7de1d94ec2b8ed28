import { printable } from './printable.ts';

/**
 * Two different texts for a terminal: printable, and spelled out where a person could not tell one from the other, for
 * they differ in spaces, control characters, or letters that look the same.
 */
export function printablePair(from: string, to: string): [string, string] {
  const isSeen = from === to || looksOf(from) !== looksOf(to);
  return isSeen ? [printable(from), printable(to)] : [spellOut(from), spellOut(to)];
}

function looksOf(text: string): string {
  return printable(text).replaceAll(/[\s\p{Cf}]+/gu, ' ').trim().normalize('NFKC');
}

/** Every character visible: tabs, spaces at the end, and whatever is not ASCII. */
function spellOut(text: string): string {
  return text
    .replaceAll('\t', '\\t')
    .replace(/ +$/, (spaces) => '·'.repeat(spaces.length))
    .replaceAll(/[^\n\x20-\x7e·]/gu, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}
