import type { Note } from '../run/notes.ts';
import { labelledLines, widthOf } from './lines.ts';
import type { Messages, NoteText } from './messages/messages.ts';
import type { PlanView } from './plan-view.ts';
import { paint } from './style.ts';

const rowOrder = ['careful', 'note', 'not-part', 'put-back'] as const;

/** The sentence of a note. A code of a newer version, from a saved plan, is shown as it is. */
export function noteText(note: Note, messages: Messages, now: Date): NoteText {
  const make = messages.notes[note.code] as ((params: unknown, telling: { now: Date }) => NoteText) | undefined;
  return make?.(note.params, { now }) ?? { row: 'note', text: note.code };
}

/** What a plan leaves undone or warns of, in labelled rows; warnings first. */
export function renderNotes({ plan, messages, style, now }: PlanView): string[] {
  const labels = { careful: messages.plan.careful, note: messages.plan.note, 'not-part': messages.plan.notPart, 'put-back': messages.plan.putBack };
  const all = plan.confirmation.kind === 'type-name' ? [plan.confirmation.because, ...plan.notes] : plan.notes;
  const texts = new Map(all.map((note) => noteText(note, messages, now)).map((text) => [text.text, text]));
  const rows = rowOrder.flatMap((row) => [...texts.values()].filter((text) => text.row === row));
  const width = Math.max(0, ...rows.map(({ row }) => widthOf(labelOf(row)))) + 3;
  let before = '';
  return rows.flatMap(({ row, text, command }) => {
    const label = row === before ? '' : labelOf(row);
    before = row;
    const lines = labelledLines(label, width, text, style.columns);
    if (label !== '' && row === 'careful') lines[0] = paint(style, 'careful', label) + lines[0]!.slice(label.length);
    return command === undefined ? lines : [...lines, ' '.repeat(width) + command];
  });

  function labelOf(row: NoteText['row']): string {
    return row === 'dry-run' ? '' : labels[row];
  }
}
