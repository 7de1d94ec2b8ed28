import { describe, expect, test } from 'vitest';
import { renderDocument, listOf } from '../../../lib/output/document.ts';
import { renderHistory } from '../../../lib/output/history.ts';
import { cutTo, flowParts, labelledLines, wrapWords } from '../../../lib/output/lines.ts';
import { english } from '../../../lib/output/messages/en.ts';
import { chooseLanguage, loadMessages } from '../../../lib/output/messages/language.ts';
import { sizeText } from '../../../lib/output/messages/phrases.ts';
import { fullName, imagesText, shortImage } from '../../../lib/output/names.ts';
import { printable, printableData } from '../../../lib/output/printable.ts';
import { nextCommand, renderRun, renderRuns } from '../../../lib/output/runs.ts';
import { paint, plainStyle, styleFor } from '../../../lib/output/style.ts';
import { renderTable } from '../../../lib/output/table.ts';
import { parseJson } from '../../../lib/core/json.ts';
import type { RunRecord } from '../../../lib/run/record.ts';
import { now, samplePlan, sampleTarget } from './sample-plan.ts';

const terminal = { isTTY: true, columns: 100, write: async () => undefined };

describe('style', () => {
  test.each([
    [terminal, {}, {}, true],
    [{ ...terminal, isTTY: false }, {}, {}, false],
    [terminal, { NO_COLOR: '1' }, {}, false],
    [terminal, { NO_COLOR: '' }, {}, true],
    [terminal, { TERM: 'dumb' }, {}, false],
    [terminal, {}, { noColor: true }, false],
  ])('colour only where nothing speaks against it', (stream, env, wishes, colour) => {
    const style = styleFor(stream, env, wishes);
    expect(style.colour).toBe(colour);
    expect(paint(style, 'bad', 'x') === 'x').toBe(!colour);
  });

  test('width: the terminal, but not for -o wide and not in a pipe', () => {
    expect(styleFor(terminal, {}).columns).toBe(100);
    expect(styleFor(terminal, {}, { wide: true }).columns).toBeUndefined();
    expect(styleFor({ ...terminal, isTTY: false }, {}).columns).toBeUndefined();
  });
});

describe('lines', () => {
  test('a word that is longer than the line stays whole, to be copied', () => {
    expect(wrapWords('see https://example.test/a/very/long/way now', 12)).toEqual(['see', 'https://example.test/a/very/long/way', 'now']);
  });
  test('Korean counts two columns a syllable', () => {
    expect(cutTo('되돌릴 리비전', 8)).toBe('되돌릴 …');
    expect(labelledLines('되돌릴', 8, 'x', 80)).toEqual(['되돌릴  x']);
  });
  test('parts flow to the next line, and empty ones leave no gap', () => {
    expect(flowParts(['a'.repeat(6), '', 'b'.repeat(6)], 12, '  ')).toEqual(['aaaaaa', '  bbbbbb']);
  });
});

describe('table', () => {
  const columns = [{ title: 'NAME' }, { title: 'IMAGES', mayBeCut: true }, { title: 'AGE' }];
  const rows = [['a', 'registry.example/thanos:v0.42.4', '9m'], ['b\nc', '', '1d']];
  test('in a pipe nothing is cut, no line ends in spaces, an empty cell says so', () => {
    expect(renderTable(columns, rows, plainStyle)).toBe('NAME   IMAGES                            AGE\na      registry.example/thanos:v0.42.4   9m\nb\\nc   <none>                            1d\n');
  });
  test('on a narrow terminal only what may be cut is cut', () => {
    const text = renderTable(columns, rows, { ...plainStyle, columns: 30 });
    expect(text.split('\n')[1]).toBe('a      registry.example…   9m');
  });
});

describe('names', () => {
  test('as kubectl prints them', () => {
    expect(fullName(sampleTarget.object)).toBe('statefulset.apps/thanos-receive');
    expect(fullName({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' })).toBe('configmap/a');
  });
  test('images without their registry', () => {
    expect(shortImage('quay.io:443/thanos/thanos:v0.42.4')).toBe('thanos:v0.42.4');
    expect(shortImage(`thanos@sha256:${'ab'.repeat(32)}`)).toBe('thanos@abababababab');
    expect(imagesText(['a/b:1', 'c:2', 'd:3'], false)).toBe('b:1, c:2 +1');
    expect(imagesText(['a/b:1', 'c:2'], true)).toBe('a/b:1,c:2');
  });
  test('sizes', () => {
    expect([512, 2048, 1_258_291, 42 * 1024 ** 2, 3 * 1024 ** 3].map(sizeText)).toEqual(['512 B', '2.0 KiB', '1.2 MiB', '42 MiB', '3.0 GiB']);
  });
});

describe('printable', () => {
  test.each([
    ['\u001b[31mred', '\\u001b[31mred'],
    ['a\tb\nc', 'a  b\nc'],
    ['\u009b2J\u007f', '\\u009b2J\\u007f'],
    ['abc\u202etxt', 'abc\\u202etxt'],
    ['한국어 ✔ 🙂', '한국어 ✔ 🙂'],
  ])('%j', (text, shown) => expect(printable(text)).toBe(shown));
  test('reaches into data and leaves the rest', () => {
    expect(printableData({ a: ['\u0007', 1, null, true], b: undefined })).toEqual({ a: ['\\u0007', 1, null, true], b: undefined });
  });
});

describe('documents', () => {
  test('JSON with a newline at the end, lists as the API has them, numbers as they came', async () => {
    const document = listOf('Run', [parseJson('{"n":9007199254740993}')]);
    expect(await renderDocument(document, 'json')).toBe('{\n  "apiVersion": "retrace/v1",\n  "kind": "RunList",\n  "items": [\n    {\n      "n": 9007199254740993\n    }\n  ]\n}\n');
  });
  test('YAML of the same, without what is undefined', async () => {
    expect(await renderDocument({ a: 'no', b: undefined, c: ['1'] }, 'yaml')).toMatch(/^a: ['"]no['"]\nc:\n {2}- ['"]1['"]\n$/);
  });
});

describe('language', () => {
  test.each([
    ['ko', {}, 'ko'],
    [undefined, { LANG: 'ko_KR.UTF-8' }, 'ko'],
    [undefined, { LANG: 'ko_KR.UTF-8', LC_ALL: 'C' }, 'c'],
    [undefined, { LANG: 'ko_KR.UTF-8', LC_ALL: '', LC_MESSAGES: 'en_GB' }, 'en'],
    [undefined, {}, 'en'],
  ])('%s %j', (asked, env, language) => expect(chooseLanguage(asked, env)).toBe(language));
  test('English where there is no table', async () => expect((await Promise.all(['c', 'de', 'ko'].map(loadMessages))).map(({ language }) => language)).toEqual(['en', 'en', 'ko']));
});

const run: RunRecord = {
  apiVersion: 'retrace/v1',
  kind: 'Run',
  id: 'r-7k2m4d',
  state: 'stopped',
  plan: samplePlan({ options: { ...samplePlan().options, reason: 'receive crashes' } }),
  startedAt: '2026-11-23T03:18:00Z',
  by: { user: 'jo', host: 'laptop' },
  pid: 7,
  steps: [{ id: 's1', kind: 'keep-evidence', state: 'done', result: { bytes: 2048 } }, { id: 's2', kind: 'patch-template', state: 'intended' }, { id: 's3', kind: 'wait-rollout', state: 'pending' }],
  stoppedBy: { step: 's2', code: 'run.interrupted', params: { id: 'r-7k2m4d', command: 'x' } },
  directory: '/state/runs/r-7k2m4d',
};

describe('runs', () => {
  test('newest first', () => {
    const older = { ...run, id: 'r-older', startedAt: '2026-11-22T03:18:00Z' };
    const lines = renderRuns([older, run], english, plainStyle, now).split('\n');
    expect(lines[0]).toMatch(/^RUN +STATE +TARGETS +CONTEXT +BY +AGE$/);
    expect(lines[1]).toMatch(/^r-7k2m4d +stopped +statefulset\/thanos-receive +cluster-03 +jo +3m$/);
    expect(lines[2]).toMatch(/^r-older/);
  });
  test('one: each step, why it stopped, and the next command as the last line', () => {
    expect(renderRun(run, english, plainStyle, now)).toBe(`\
run r-7k2m4d   stopped   started 3m ago by jo@laptop
statefulset/thanos-receive   namespace monitoring   → revision 6 (64696cc595)
reason   receive crashes

STEP       STATE   RESULT
evidence   done    kept, 2.0 KiB
template   begun   -
pods       to do   -

Stopped: run r-7k2m4d was stopped half way
evidence in /state/runs/r-7k2m4d
Go on with:  kubectl rollback resume r-7k2m4d
`);
  });
  test.each([['finished', 'kubectl rollback revert r-1'], ['interrupted', 'kubectl rollback resume r-1'], ['running', undefined], ['closed', undefined], ['reverted', undefined]] as const)(
    'after %s: %s', (state, command) => expect(nextCommand({ id: 'r-1', state })).toBe(command));
});

test('history: newest last, the one in force marked, what an undo left named', () => {
  const entry = { ...sampleTarget.from!, ageSeconds: 540, current: true, pods: { total: 3, ready: 1 }, changes: sampleTarget.changes, left: false };
  const older = { ...sampleTarget.to, ageSeconds: undefined, current: false, pods: { total: 0, ready: 0 }, changes: [], left: true };
  const text = renderHistory([{ apiVersion: 'retrace/v1', kind: 'History', target: sampleTarget.object, revisions: [older, entry] }], english, plainStyle);
  expect(text).toBe(`\
statefulset/thanos-receive   namespace monitoring   * in force now
REVISION   HASH         PODS   IMAGES           CHANGED                                                AGE
6          64696cc595   0/0    thanos:v0.41.0   left by an undo                                        <unknown>
7 *        6fff58c554   1/3    thanos:v0.42.4   containers[receive].image, containers[receive].args[4]   9m
`.replace('CHANGED                                                AGE', 'CHANGED                                                  AGE').replace('an undo                                        <', 'an undo                                          <'));
});
