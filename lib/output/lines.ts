/** Columns that the text takes on a terminal: 2 for a Korean syllable, 0 for a colour. */
export function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

/** The text with spaces to the given width. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Words broken into lines of at most `width`; a word that is longer stands alone, whole, so that it can be copied. */
export function wrapWords(text: string, width: number | undefined): string[] {
  if (width === undefined || widthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A label in a column of its own, its text wrapped beside it. */
export function labelledLines(label: string, labelWidth: number, text: string, columns: number | undefined): string[] {
  const indent = ' '.repeat(labelWidth);
  const room = columns === undefined ? undefined : Math.max(20, columns - labelWidth);
  return wrapWords(text, room).map((line, at) => (at === 0 ? padTo(label, labelWidth) : indent) + line);
}

/** Parts set side by side with three spaces, on as many lines as it takes; later lines are indented. */
export function flowParts(parts: readonly string[], columns: number | undefined, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts.filter((text) => text !== '')) {
    if (line !== '' && columns !== undefined && widthOf(line) + 3 + widthOf(part) > columns) {
      lines.push(line);
      line = indent + part;
    } else {
      line = line === '' ? part : `${line}   ${part}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Cut to the width with `…` at the end. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (widthOf(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}
