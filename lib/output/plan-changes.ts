import type { FieldChange } from '../run/plan.ts';
import { labelledLines, padTo, widthOf, wrapWords } from './lines.ts';
import { oneLine } from './printable.ts';
import { paint, type Style } from './style.ts';

/** Changed fields, one below the other: `path  from → to`, or both sides with their sign where they do not fit. */
export function renderChanges(changes: readonly FieldChange[], style: Style): string[] {
  const width = Math.min(36, Math.max(0, ...changes.map(({ path }) => widthOf(path))) + 2);
  return changes.flatMap((change) => renderChange(change, width, style));
}

function renderChange(change: FieldChange, width: number, style: Style): string[] {
  const path = oneLine(change.path);
  const [from, to] = [change.from, change.to].map((text) => (text === undefined ? undefined : oneLine(text)));
  const indent = '    ';
  const room = style.columns === undefined ? Infinity : style.columns - indent.length;
  if (from === undefined || to === undefined) {
    const sign = from === undefined ? paint(style, 'good', '+') : paint(style, 'bad', '-');
    return labelledLines(path, width, `${sign} ${from ?? to}`, room === Infinity ? undefined : room).map((line) => indent + line);
  }
  const inOneLine = `${padTo(path, width)}${from} → ${to}`;
  if (widthOf(inOneLine) <= room && widthOf(path) < width) return [indent + inOneLine];
  const signed = (sign: string, text: string) => wrapWords(text, room === Infinity ? undefined : room - 4).map((line, at) => `${indent}  ${at === 0 ? sign : ' '} ${line}`);
  return [indent + path, ...signed(paint(style, 'bad', '-'), from), ...signed(paint(style, 'good', '+'), to)];
}
