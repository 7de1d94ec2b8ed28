import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, readJournal, repairTornEnd } from '../../../lib/run/journal.ts';

const now = () => new Date('2026-11-22T03:12:00Z');
const by = { user: 'alice', host: 'laptop' };
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrace-journal-'));
  path = join(folder, 'journal.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

async function writeThreeLines(): Promise<string> {
  const journal = new Journal(path, [], now);
  await journal.append({ type: 'started', by, pid: 7 });
  await journal.append({ type: 'intended', step: '2' });
  await journal.append({ type: 'done', step: '2', already: false, result: { generation: 41 } });
  return readFile(path, 'utf8');
}

describe('a journal', () => {
  it('is read back as it was written', async () => {
    await writeThreeLines();
    const { entries } = await readJournal(path, now);
    expect(entries.map((entry) => [entry.seq, entry.type])).toEqual([[1, 'started'], [2, 'intended'], [3, 'done']]);
    expect(entries[2]).toMatchObject({ result: { generation: 41 }, at: '2026-11-22T03:12:00.000Z' });
  });

  it('cut at any byte is read up to its last whole line, and can be written on', async () => {
    const text = await writeThreeLines();
    for (let bytes = 0; bytes <= text.length; bytes++) {
      await writeFile(path, text.slice(0, bytes));
      const journal = await readJournal(path, now);
      expect(journal.entries.length).toBe(text.slice(0, bytes).split('\n').length - 1);
      await repairTornEnd(journal);
      await journal.append({ type: 'finished' });
      expect((await readJournal(path, now)).entries.at(-1)?.type).toBe('finished');
    }
  });

  it('with a changed line in the middle is refused with the line, never guessed', async () => {
    const lines = (await writeThreeLines()).split('\n');
    const broken: [string, string][] = [
      [[lines[0], '{"seq":2', lines[2], ''].join('\n'), 'not JSON'],
      [[lines[0], lines[2], ''].join('\n'), 'number 3 where 2 was expected: a line is missing'],
      [[lines[0], lines[1]!.replace('intended', 'extended'), lines[2], ''].join('\n'), 'extended'],
    ];
    for (const [text, detail] of broken) {
      await writeFile(path, text);
      await expect(readJournal(path, now)).rejects.toMatchObject({ code: 'journal.corrupt', exitCode: 11, params: { line: 2, detail: expect.stringContaining(detail) } });
    }
  });

  it('that is not there is empty: the process died before its first line', async () => {
    expect((await readJournal(path, now)).entries).toEqual([]);
  });

  it('says which file could not be written', async () => {
    const journal = new Journal('/dev/full', [], now);
    await expect(journal.append({ type: 'finished' })).rejects.toMatchObject({ code: 'file.write', exitCode: 11, params: { path: '/dev/full' } });
  });
});
