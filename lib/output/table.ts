import Table from 'cli-table3';
import { cutTo, widthOf } from './lines.ts';
import { oneLine, printable } from './printable.ts';
import type { Style } from './style.ts';

export interface Column {
  title: string;
  /** May be cut with `…` where a terminal is too narrow. */
  mayBeCut?: boolean;
  align?: 'left' | 'right';
}

const narrowest = 12;

// kubectl's tables have no lines, and three spaces between columns.
const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'].map((part) => [part, '']),
);

/** A table as kubectl prints it. In a pipe: the same columns, nothing cut. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], style: Style): string {
  const cells = rows.map((row) => row.map((cell) => oneLine(printable(cell === '' ? '<none>' : cell))));
  const widths = columns.map((column, at) => Math.max(widthOf(column.title), ...cells.map((row) => widthOf(row[at] ?? ''))));
  if (style.columns !== undefined) shrink(widths, columns, style.columns);
  const table = new Table({
    chars: { ...noLines, middle: '   ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: widths,
  });
  for (const row of cells) table.push(row.map((cell, at) => cutTo(cell, widths[at]!)));
  return `${table.toString().replace(/ +$/gm, '')}\n`;
}

function shrink(widths: number[], columns: readonly Column[], most: number): void {
  const total = () => widths.reduce((sum, width) => sum + width, 3 * (widths.length - 1));
  for (let over = total() - most; over > 0; over = total() - most) {
    const widest = columns.reduce((best, column, at) => (column.mayBeCut && widths[at]! > narrowest && (best < 0 || widths[at]! > widths[best]!) ? at : best), -1);
    if (widest < 0) return;
    widths[widest] = Math.max(narrowest, widths[widest]! - over);
  }
}
