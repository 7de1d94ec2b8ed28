import { describe, expect, test } from 'vitest';
import type { ObjectChange } from '../../../lib/formats/object-diff.ts';
import { widthOf } from '../../../lib/output/lines.ts';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { renderObjectChanges } from '../../../lib/output/object-diff.ts';
import { plainStyle, type Style } from '../../../lib/output/style.ts';

const terminal: Style = { colour: false, isTerminal: true, columns: 80, wide: false };
const draw = (changes: ObjectChange[], style: Style = terminal) => renderObjectChanges(changes, style, english.diff);
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);

describe('the changes of an object', () => {
  test('short ones in a line, texts by their changed lines', () => {
    const before = [...numbered(9), 'endpoints: [a, b]', ...numbered(9), ''].join('\n');
    expect(draw([{ path: 'spec.replicas', from: '3', to: '1' }, { path: 'data[f]', from: before, to: before.replace('a, b', 'a') }, { path: 'metadata.labels[x]', to: 'y' }])).toEqual([
      '    spec.replicas  3 → 1',
      '    data[f]',
      '      line 7',
      '      line 8',
      '    - endpoints: [a, b]',
      '    + endpoints: [a]',
      '      line 0',
      '      line 1',
      '    metadata.labels[x]  + y',
    ]);
  });

  test('blocks that lie apart have a mark between them', () => {
    const before = numbered(30);
    const after = before.with(3, 'x').with(25, 'y');
    const lines = draw([{ path: 'data[f]', from: before.join('\n'), to: after.join('\n') }]);
    expect(lines.filter((line) => line.trim() === '…')).toHaveLength(1);
    expect(lines.filter((line) => /^ {4}[-+] /.test(line))).toEqual(['    - line 3', '    + x', '    - line 25', '    + y']);
  });

  test('a text that comes is all plus, and long ones end with their count', () => {
    const lines = draw([{ path: 'data[f]', to: `${numbered(100).join('\n')}\n` }]);
    expect(lines[0]).toBe('    data[f] +');
    expect(lines).toHaveLength(1 + 24 + 1);
    expect(lines.slice(1, 25).every((line) => line.startsWith('    + line'))).toBe(true);
    expect(lines.at(-1)).toBe('    … 76 more lines (-o wide shows them)');
    expect(draw([{ path: 'data[f]', to: `${numbered(100).join('\n')}\n` }], plainStyle)).toHaveLength(101);
  });

  test('two texts with nothing in common end in time', () => {
    const other = (word: string) => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}`).join('\n');
    const started = performance.now();
    const lines = draw([{ path: 'data[f]', from: other('a'), to: other('b') }]);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(lines.at(-1)).toBe('    … 39976 more lines (-o wide shows them)');
  });

  test('a missing newline at the end is told', () => {
    expect(draw([{ path: 'data[f]', from: 'a\nb\n', to: 'a\nb' }])).toEqual(['    data[f]', '      a', '    - b', '    + b', '      (no newline at the end)']);
  });

  test.each([
    ['a tab', 'a\n\tb', 'a\n  b', '- \\tb', '+   b'],
    ['spaces at the end', 'a\nb ', 'a\nb', '- b·', '+ b'],
    ['a carriage return', 'a\nb\r', 'a\nb', '- b\\u000d', '+ b'],
    ['a space that does not break', 'a\nb c', 'a\nb\u00a0c', '- b c', '+ b\\u00a0c'],
    ['a mark without width', 'a\nb', 'a\n\ufeffb', '- b', '+ \\ufeffb'],
    ['a letter composed or not', 'a\né', 'a\ne\u0301', '- \\u00e9', '+ e\\u0301'],
  ])('what cannot be seen is spelled out: %s', (_name, from, to, removed, added) => {
    const lines = draw([{ path: 'data[f]', from, to }]).map((line) => line.trim());
    expect(lines).toContain(removed);
    expect(lines).toContain(added);
    const [short] = draw([{ path: 'spec.x', from: from.slice(2), to: to.slice(2) }]);
    expect(short).toContain(removed.slice(2));
  });

  test('a terminal obeys nothing that stands in a value or a path', () => {
    const hostile = 'x\u001b]0;owned\u0007\u001b[2J\u009b1m\u202eabc';
    for (const columns of [80, undefined]) {
      const lines = draw([{ path: `data[${hostile}]`, from: `a\n${hostile}`, to: `b\n${hostile}\n${hostile}` }, { path: 'spec.a', from: hostile, to: `${hostile}!` }, { path: 'spec.b', to: hostile }], { ...plainStyle, columns });
      expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(lines.join('\n')).toContain('\\u001b]0;owned');
    }
  });

  test('nothing is wider than the terminal, and the difference is in what is left', () => {
    const long = 'x'.repeat(500);
    const changes: ObjectChange[] = [
      { path: `spec.${'deep.'.repeat(40)}end`, from: long, to: `${long}!` },
      { path: 'data[f]', from: `a\n${long}old${long}`, to: `a\n${long}new${long}` },
      { path: 'data[g]', to: '가나다라'.repeat(60) },
      { path: 'data[h]', from: `a\n${'가'.repeat(100)}`, to: 'b\n' },
    ];
    for (const colour of [true, false]) for (const columns of [60, 80]) {
      const lines = draw(changes, { ...terminal, colour, columns });
      for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
      expect(lines.some((line) => line.includes('-') && line.includes('xold'))).toBe(true);
      expect(lines.some((line) => line.includes('+') && line.includes('xnew'))).toBe(true);
    }
    expect(draw(changes, plainStyle).join('\n')).toContain(`${long}new${long}`);
  });

  test('many changes end with their count', () => {
    const changes = Array.from({ length: 50 }, (_, at) => ({ path: `spec.f${at}`, to: 'x' }));
    expect(draw(changes)).toHaveLength(41);
    expect(draw(changes).at(-1)).toBe('    … 10 more changes (-o wide shows them)');
    expect(renderObjectChanges(changes, terminal, korean.diff).at(-1)).toBe('    … 변경 10개 더 있음 (-o wide로 모두 표시)');
    expect(draw(changes, plainStyle)).toHaveLength(50);
  });

  test('colour repeats the signs and no more', () => {
    const changes: ObjectChange[] = [{ path: 'data[f]', from: 'a\nb', to: 'a\nc' }, { path: 'spec.x', to: 'y' }, { path: 'spec.z', from: 'y' }];
    const painted = draw(changes, { ...terminal, colour: true });
    expect(painted.join('\n')).toContain('\u001b[31m- b');
    expect(painted.join('\n')).toContain('\u001b[32m+ c');
    expect(painted.map((line) => Bun.stripANSI(line))).toEqual(draw(changes));
  });
});
