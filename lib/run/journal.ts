import { open, readFile, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import * as v from 'valibot';
import { orFileError } from '../core/durable-file.ts';
import { RetraceError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { parseJson, stringifyJson } from '../core/json.ts';

const jsonObject = v.record(v.string(), v.any());
const stamp = { seq: v.pipe(v.number(), v.integer()), at: v.string() };
const person = v.object({ user: v.string(), host: v.string() });

const entrySchema = v.variant('type', [
  v.object({ ...stamp, type: v.literal('started'), by: person, pid: v.number() }),
  v.object({ ...stamp, type: v.literal('resumed'), by: person, pid: v.number() }),
  v.object({ ...stamp, type: v.literal('intended'), step: v.string() }),
  v.object({ ...stamp, type: v.literal('noted'), step: v.string(), entry: jsonObject }),
  v.object({ ...stamp, type: v.literal('done'), step: v.string(), already: v.boolean(), result: jsonObject }),
  v.object({ ...stamp, type: v.literal('stopped'), step: v.string(), code: v.string(), params: jsonObject }),
  v.object({ ...stamp, type: v.literal('finished') }),
  v.object({ ...stamp, type: v.literal('closed'), by: person }),
  v.object({ ...stamp, type: v.literal('reverted'), by: person, byRun: v.string() }),
]);

export type JournalEntry = v.InferOutput<typeof entrySchema>;
type WithoutStamp<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;
export type NewJournalEntry = WithoutStamp<JournalEntry>;

/** The lines of one run, one JSON object each; every line is on the disk before `append` returns. */
export class Journal {
  readonly path: string;
  readonly entries: JournalEntry[];
  readonly #now: () => Date;
  /** Called when a line is on the disk, before what it announces is done: keeps the copy in the cluster. */
  onAppended: ((entry: JournalEntry) => Promise<void>) | undefined;

  constructor(path: string, entries: JournalEntry[], now: () => Date) {
    this.path = path;
    this.entries = entries;
    this.#now = now;
  }

  /** @throws file.write (disk full), or what `onAppended` throws: what the line announces must not be done then */
  async append(entry: NewJournalEntry): Promise<void> {
    const line = { seq: this.entries.length + 1, at: this.#now().toISOString(), ...entry } as JournalEntry;
    await orFileError(this.path, async () => {
      const file = await open(this.path, 'a', 0o600);
      try {
        await this.#write(file, `${stringifyJson(line)}\n`);
      } finally {
        await file.close();
      }
    });
    this.entries.push(line);
    await this.onAppended?.(line);
  }

  /** The lines as they stand in the file. */
  text(): string {
    return this.entries.map((entry) => `${stringifyJson(entry)}\n`).join('');
  }

  /** A half-written line (disk full) is taken back, so that what follows stays readable. */
  async #write(file: FileHandle, text: string): Promise<void> {
    const { size } = await file.stat();
    try {
      await file.appendFile(text);
      await file.sync();
    } catch (error) {
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  }
}

/**
 * Reads a journal back. A last line without its end is what a crash in the middle of a write leaves: it is dropped,
 * since what it announced was not begun. Anything else that cannot be read is an error, never guessed.
 * A missing file is an empty journal: the process died before its first line.
 * @throws journal.corrupt with the line; file.unreadable
 */
export async function readJournal(path: string, now: () => Date): Promise<Journal> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new RetraceError('file.unreadable', { path, detail: error.message }, { cause: error });
  });
  return parseJournal(text, path, now);
}

/** A journal from its text; `path` is where new lines go, and what errors name. @throws journal.corrupt */
export function parseJournal(text: string, path: string, now: () => Date): Journal {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1);
  return new Journal(path, lines.map((line, index) => parseLine(line, index + 1, path)), now);
}

/** Cuts a torn last line off the file before new lines are written behind it. @throws file.write */
export async function repairTornEnd(journal: Journal): Promise<void> {
  await orFileError(journal.path, async () => {
    const bytes = await readFile(journal.path).catch(() => undefined);
    const whole = bytes ? bytes.lastIndexOf(0x0a) + 1 : 0;
    if (bytes && whole < bytes.length) await truncate(journal.path, whole);
  });
}

function parseLine(line: string, number: number, path: string): JournalEntry {
  const corrupt = (detail: string) => new RetraceError('journal.corrupt', { path, line: number, detail });
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw corrupt('not JSON');
  }
  const parsed = v.safeParse(entrySchema, value);
  if (!parsed.success) throw corrupt(v.summarize(parsed.issues));
  if (parsed.output.seq !== number) throw corrupt(`number ${parsed.output.seq} where ${number} was expected: a line is missing`);
  return parsed.output as JournalEntry & { entry?: JsonObject };
}
