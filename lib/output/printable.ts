// Everything below U+0020 but the line feed, DEL, the C1 controls, and the marks that turn the reading direction:
// a pod's log line or an annotation must not move the cursor, set the title or hide what stands behind it.
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text of the cluster or of a file, made safe for a terminal: control characters become visible escapes. */
export function printable(text: string): string {
  return text.replace(controls, (character) => (character === '\t' ? '  ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/** A copy of plain data with every text in it printable. */
export function printableData<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableData) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [printable(key), printableData(member)])) as T;
}

/** In one line: what would break a table or the frame of a plan is shown as `\n`. */
export function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n');
}
