import { shortenSides } from '../formats/template-change.ts';
import type { ObjectChange } from '../formats/object-diff.ts';
import { renderLineDiff } from './line-diff.ts';
import { widthOf } from './lines.ts';
import { printablePair } from './look-alike.ts';
import type { DiffPhrases } from './messages/diff-phrases.ts';
import { renderChanges } from './plan-changes.ts';
import { oneLine, printable, printableData } from './printable.ts';
import { paint, type Style } from './style.ts';

const indent = '    ';
// A screen of them; -o json, wide and pipes have all.
const mostChanges = 40;

/**
 * The changes of one object, one below the other: short values as `path  from → to`, texts of many lines by their changed
 * lines. Signs carry the meaning, colour only repeats it.
 */
export function renderObjectChanges(changes: readonly ObjectChange[], style: Style, phrases: DiffPhrases): string[] {
  const most = style.columns === undefined ? changes.length : mostChanges;
  const shown = changes.slice(0, most);
  const lines: string[] = [];
  let short: ObjectChange[] = [];
  for (const change of shown) {
    if (!isLong(change)) {
      short.push(change);
      continue;
    }
    lines.push(...renderShort(short, style), ...renderLong(change, style, phrases));
    short = [];
  }
  lines.push(...renderShort(short, style));
  if (changes.length > most) lines.push(`${indent}${phrases.moreChanges(changes.length - most)}`);
  return lines.flatMap((line) => holdWidth(line, style.columns));
}

/** A path or a value without spaces may be longer than the terminal is wide. */
function holdWidth(line: string, columns: number | undefined): string[] {
  if (columns === undefined || widthOf(line) <= columns) return [line];
  const parts = Bun.wrapAnsi(line, columns - 6, { hard: true, trim: false }).split('\n');
  return parts.map((part, at) => (at === 0 ? part : `      ${part}`));
}

function isLong({ from, to }: ObjectChange): boolean {
  return Boolean(from?.includes('\n') || to?.includes('\n'));
}

function renderShort(changes: readonly ObjectChange[], style: Style): string[] {
  const visible = changes.map(({ path, ...sides }) => {
    const shown = { ...printableData(sides) };
    if (sides.from !== undefined && sides.to !== undefined) [shown.from, shown.to] = printablePair(sides.from, sides.to);
    return { path: printable(path), ...(style.columns === undefined ? shown : shortenSides(shown)) };
  });
  return renderChanges(visible, style);
}

function renderLong({ path, from, to }: ObjectChange, style: Style, phrases: DiffPhrases): string[] {
  const sign = from === undefined ? ` ${paint(style, 'good', '+')}` : to === undefined ? ` ${paint(style, 'bad', '-')}` : '';
  return [`${indent}${oneLine(printable(path))}${sign}`, ...renderLineDiff(from ?? '', to ?? '', indent, style, phrases)];
}
