import { timelineOf, type Cell } from '../checks/continuity/timeline.ts';
import type { ContinuityFacts } from '../checks/continuity/facts.ts';
import { cutTo, padTo, widthOf } from './lines.ts';
import type { Messages } from './messages/messages.ts';
import { oneLine, printableData } from './printable.ts';
import { paint, type Style, type Tone } from './style.ts';

const signs: Record<Cell, { sign: string; tone: Tone }> = { all: { sign: '█', tone: 'good' }, some: { sign: '▒', tone: 'careful' }, none: { sign: '·', tone: 'bad' }, before: { sign: ' ', tone: 'faint' } };
const [mostCells, leastCells, mostName] = [60, 10, 60] as const;

/** The window of a check of continuity: a line for each scraper and for each series that lacks samples, and where the change ended. */
export function renderTimeline(facts: ContinuityFacts, since: string | undefined, messages: Messages, style: Style): string[] {
  const { timeline: words } = messages.checks;
  const columns = style.columns ?? 120;
  const nameWidth = Math.min(mostName, Math.max(leastCells, columns - leastCells - 4));
  const cellCount = Math.max(leastCells, Math.min(mostCells, columns - nameWidth - 4));
  const { fromMs, toMs, rows, more } = printableData(timelineOf(facts, cellCount));
  if (rows.length === 0) return [];
  const names = rows.map(({ name, series }) => (series === undefined ? name : words.scraper(name, series)));
  const width = Math.min(nameWidth, Math.max(...names.map(widthOf)));
  const line = (name: string, cells: string) => `  ${padTo(cutTo(oneLine(name), width), width)}  ${cells}`;
  const sinceCell = since === undefined ? -1 : Math.floor(((Date.parse(since) - fromMs) / (toMs - fromMs)) * cellCount);
  return [
    words.heading(new Date(fromMs).toISOString(), new Date(toMs).toISOString(), `${signs.all.sign} ${signs.some.sign} ${signs.none.sign}`),
    ...rows.map(({ cells }, at) => line(names[at]!, cells.map((cell) => paint(style, signs[cell].tone, signs[cell].sign)).join(''))),
    ...(sinceCell >= 0 && sinceCell < cellCount ? [line('', `${' '.repeat(sinceCell)}^ ${words.since}`)] : []),
    ...(more > 0 ? [`  ${words.more(more)}`] : []),
  ];
}
