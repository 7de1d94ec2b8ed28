import { structuredPatch } from 'diff';
import type { DiffPhrases } from './messages/diff-phrases.ts';
import { cutTo, widthOf } from './lines.ts';
import { printablePair } from './look-alike.ts';
import { printable } from './printable.ts';
import { paint, type Style } from './style.ts';

// Enough to know where a line stands; the whole text is in -o json.
const contextLines = 2;
const mostLines = 24;
// Two texts that have less than this in common are not worth the seconds that the shortest edit takes (0.9 s at 1 000 of 20 000 lines).
const mostEdits = 1000;

/**
 * Two texts of many lines as their changed lines with `-` and `+` and some lines around. Lines that would look alike, for
 * a difference in spaces, control or look-alike characters, are spelled out. On a terminal long lines are cut around what
 * differs and many lines end with their count; a pipe gets everything.
 */
export function renderLineDiff(from: string, to: string, indent: string, style: Style, phrases: DiffPhrases): string[] {
  const patch = structuredPatch('', '', from, to, '', '', { context: contextLines, maxEditLength: mostEdits });
  const lines = patch === undefined ? everyLine(from, to) : patch.hunks.flatMap(({ lines }, at) => (at === 0 ? lines : ['…', ...lines]));
  const room = style.columns === undefined ? undefined : style.columns - widthOf(indent) - 2;
  const told = lines.map((line) => (line.startsWith('\\') ? `\\${phrases.noLastNewline}` : line));
  const shown = mapPairs(told, printablePair).map(printable);
  const fitted = room === undefined ? shown : fitPairs(shown, room);
  const most = style.columns === undefined ? fitted.length : mostLines;
  const painted = fitted.slice(0, most).map((line) => indent + paintLine(line, style));
  return fitted.length > most ? [...painted, `${indent}${phrases.moreLines(fitted.length - most)}`] : painted;
}

const everyLine = (from: string, to: string) => [...linesOf(from).map((line) => `-${line}`), ...linesOf(to).map((line) => `+${line}`)];

function linesOf(text: string): string[] {
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function paintLine(line: string, style: Style): string {
  const text = line === '…' ? line : `${line.startsWith('\\') ? ' ' : line[0]} ${line.slice(1)}`;
  if (line.startsWith('-')) return paint(style, 'bad', text);
  return line.startsWith('+') ? paint(style, 'good', text) : text;
}

/** Goes over each block of removed lines with the added ones that stand for them; `map` gets both without their signs. */
function mapPairs(lines: readonly string[], map: (removed: string, added: string) => [string, string]): string[] {
  const mapped = [...lines];
  for (let at = 0; at < mapped.length; at++) {
    if (!mapped[at]!.startsWith('-')) continue;
    let end = at;
    while (mapped[end]?.startsWith('-')) end++;
    // `\ No newline` stands between the two.
    const first = mapped[end]?.startsWith('\\') ? end + 1 : end;
    for (let pair = 0; at + pair < end && mapped[first + pair]?.startsWith('+'); pair++) {
      const [removed, added] = map(mapped[at + pair]!.slice(1), mapped[first + pair]!.slice(1));
      [mapped[at + pair], mapped[first + pair]] = [`-${removed}`, `+${added}`];
    }
    at = end - 1;
  }
  return mapped;
}

/** Lines cut to the room, those of a pair so that what differs is in what remains. */
function fitPairs(lines: readonly string[], room: number): string[] {
  const paired = mapPairs(lines, (removed, added) => {
    if (widthOf(removed) <= room && widthOf(added) <= room) return [removed, added];
    let equal = 0;
    while (equal < removed.length && equal < added.length && removed[equal] === added[equal]) equal++;
    const cut = equal - Math.floor(room / 3);
    return cut <= 0 ? [removed, added] : [`…${removed.slice(cut)}`, `…${added.slice(cut)}`];
  });
  return paired.map((line) => cutTo(line, room + 1));
}
