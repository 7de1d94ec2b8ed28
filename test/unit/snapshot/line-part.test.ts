import { expect, test } from 'vitest';
import { LinePart } from '../../../lib/snapshot/file/line-part.ts';

const linesOf = (bytes: Uint8Array) => Bun.zstdDecompressSync(new Uint8Array(bytes)).toString('utf8');

test('lines of any length and script come out as they went in, over many chunks', async () => {
  const korean = '모니터링🚀'.repeat(60_000);
  // The second fits into the first chunk by its characters, not by its bytes.
  const lines = ['a'.repeat(1_800_000), korean.slice(0, 200_000), korean, '', 'x'.repeat(5 * 1024 * 1024), korean.slice(0, 700_000), 'é'.repeat(1_100_000), 'last', ...Array.from({ length: 40_000 }, (_, at) => `{"at":${at},"text":"이름"}`)];
  const part = new LinePart('objects');
  expect(part.isEmpty).toBe(true);
  for (const line of lines) part.add(line);
  expect(part.isEmpty).toBe(false);
  const made = await part.finish();
  expect(made.part).toMatchObject({ name: 'objects', encoding: 'zstd', objects: lines.length, bytes: made.bytes.length });
  expect(linesOf(made.bytes) === lines.map((line) => `${line}\n`).join('')).toBe(true);
});

test('no line at all is a part of no bytes of text', async () => {
  const { part, bytes } = await new LinePart('objects').finish();
  expect([part.objects, linesOf(bytes)]).toEqual([0, '']);
});
