import { styleText } from 'node:util';
import type { OutputStream } from '../core/context.ts';

/** How text for one stream may look. Colour never carries meaning alone. */
export interface Style {
  colour: boolean;
  isTerminal: boolean;
  /** Columns to keep to; undefined where text is not to be cut: pipes and -o wide. */
  columns: number | undefined;
  wide: boolean;
}

export type Tone = 'good' | 'bad' | 'careful' | 'faint' | 'strong';

const formats: Record<Tone, Parameters<typeof styleText>[0]> = { good: 'green', bad: 'red', careful: 'yellow', faint: 'dim', strong: 'bold' };

export interface StyleWishes {
  noColor?: boolean;
  wide?: boolean;
}

/** Colour only on a terminal, and not where NO_COLOR, TERM=dumb or --no-color speak against it. */
export function styleFor(stream: OutputStream, env: Readonly<Record<string, string | undefined>>, wishes: StyleWishes = {}): Style {
  const colour = stream.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb' && wishes.noColor !== true;
  const wide = wishes.wide === true;
  return { colour, isTerminal: stream.isTTY, columns: stream.isTTY && !wide ? (stream.columns ?? 80) : undefined, wide };
}

/** No colour, no width: what a pipe gets. */
export const plainStyle: Style = { colour: false, isTerminal: false, columns: undefined, wide: false };

/** The text in the tone's colour, where the stream may have colour. */
export function paint(style: Style, tone: Tone, text: string): string {
  return style.colour ? styleText(formats[tone], text, { validateStream: false }) : text;
}
