/** Reports of a verification for others, as a parser of XML or HTML reads them. */
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { renderReport } from '../../../lib/output/verify-report.ts';
import { escapeMarkdown, escapeXml } from '../../../lib/report/escapes.ts';
import { broken, dead, hostile, whole } from './seen.ts';

const all = [whole, broken, dead];

/** Throws at anything that is not well-formed. */
function parseXml(text: string) {
  return new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml');
}

/** The elements of a name, as plain data: attributes, and text where no element is inside. */
function elementsOf(text: string, name: string): { attributes: Record<string, string>; children: string[]; text: string }[] {
  return [...parseXml(text).getElementsByTagName(name)].map((element) => ({
    attributes: Object.fromEntries([...element.attributes].map(({ name: key, value }) => [key, value])),
    children: [...element.childNodes].filter(({ nodeType }) => nodeType === 1).map(({ nodeName }) => nodeName),
    text: element.textContent ?? '',
  }));
}

describe('JUnit', () => {
  test('what decides and failed is a failure, undecided an error; pending, absent and undecisive are skipped with their reason', () => {
    const xml = renderReport('junit', all, 3, english);
    expect(elementsOf(xml, 'testcase').map(({ attributes, children }) => [attributes['classname'], attributes['name'], children])).toEqual([
      ['cluster-01', 'pods', ['system-out']],
      ['cluster-02', 'pods', ['failure']],
      ['cluster-02', 'rollout', ['skipped']],
      ['cluster-02', 'resources', ['system-out']],
      ['cluster-02', 'pvc', ['skipped']],
      ['cluster-02', 'uploads', ['skipped']],
      ['cluster-03', 'connection', ['error']],
    ]);
    expect(elementsOf(xml, 'skipped').map(({ attributes }) => attributes['message'])).toEqual([
      'deployment/q rolls out: q-1, due 2026-11-22 03:25 UTC, in 59s',
      'nothing of the kind is there',
      'fail, does not decide: data-0 lost its volume pv-7',
    ]);
    expect(elementsOf(xml, 'error')).toMatchObject([{ attributes: { type: 'inconclusive', message: expect.stringContaining('cannot reach https://127.0.0.1:9: connection refused') } }]);
  });

  test('counts what it holds, in each suite and over all', () => {
    const xml = renderReport('junit', all, 3, english);
    expect(elementsOf(xml, 'testsuite')).toMatchObject([
      { attributes: { name: 'cluster-01', tests: '1', failures: '0', errors: '0', skipped: '0', timestamp: '2026-11-22T03:24:00' } },
      { attributes: { name: 'cluster-02', tests: '5', failures: '1', errors: '0', skipped: '3' } },
      { attributes: { name: 'cluster-03', tests: '1', failures: '0', errors: '1', skipped: '0' } },
    ]);
    expect(elementsOf(xml, 'testsuites')).toMatchObject([{ attributes: { tests: '7', failures: '1', errors: '1', skipped: '3' } }]);
  });

  test('evidence comes through whole, whatever it holds', () => {
    const [failure] = elementsOf(renderReport('junit', [broken], 3, english), 'failure');
    expect(failure!.text).toBe(`fail: thanos-receive-2 ${hostile.replace('\u0007', '\\u0007').replace('\u{fffe}', '\u{fffd}').replace('\ud800', '\u{fffd}')} (exit 1)\npending: thanos-receive-1 not ready for 5s`);
  });
});

test('any text is well-formed in XML and reads back as it was, but for what XML has no place for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
      const root = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`).documentElement!;
      const readable = text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
      expect([root.getAttribute('b'), root.textContent]).toEqual([readable, readable]);
    }),
  );
}, 30_000);

describe.each([['en', english], ['ko', korean]] as const)('HTML in %s', (language, messages) => {
  const html = renderReport('html', all, 3, messages);

  test('is well-formed, loads nothing, runs nothing, and names its language', () => {
    const document = parseXml(html.replace('<!doctype html>', '').replace(/<(meta|br)([^>]*)>/g, '<$1$2/>'));
    expect(document.documentElement!.getAttribute('lang')).toBe(language);
    expect([...document.getElementsByTagName('*')].map(({ tagName }) => tagName).filter((name) => /^(script|link|img|iframe|object|embed)$/.test(name))).toEqual([]);
    expect(html).not.toMatch(/\son\w+=|url\(|@import/);
    expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`);
  });

  test('says every verdict by a word, and no text of the cluster becomes markup', () => {
    for (const verdict of ['pass', 'warn', 'fail', 'inconclusive', 'pending', 'skipped'] as const) expect(html).toMatch(new RegExp(`<span class="verdict ${verdict}">\\S ${messages.checks.verdict[verdict]}</span>`));
    expect(html).not.toContain('<b>');
    expect(html).toContain('&lt;b&gt;&amp;&quot;');
  });

  // WCAG 2.2, 1.4.3: 4.5 to 1.
  test.each(['light', 'dark'])('every colour is readable on its ground: %s', (scheme) => {
    const [light, dark] = [...html.matchAll(/:root \{([^}]*)\}/g)].map(([, rules]) => Object.fromEntries([...rules!.matchAll(/--(\w+): (#\w+)/g)].map(([, name, colour]): [string, string] => [name!, colour!])));
    const { ground, line, ...texts } = (scheme === 'light' ? light : dark)!;
    expect([line, Object.keys(texts).length]).toEqual([expect.any(String), 8]);
    for (const [name, colour] of Object.entries(texts)) expect([name, contrast(colour, ground!) >= 4.5]).toEqual([name, true]);
  });
});

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit) : colour.slice(1).match(/../g)!;
  const [red, green, blue] = digits.map((pair) => Number.parseInt(pair, 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

describe('Markdown', () => {
  const markdown = renderReport('markdown', all, 3, english);

  test('a table a cluster, with as many cells in each row whatever a text holds', () => {
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.map((row) => row.replaceAll('\\|', '').split('|').length)).toEqual(rows.map(() => 6));
    expect(rows).toHaveLength(3 * 2 + 7);
    expect(markdown).toContain('## ✗ cluster-02: fail');
    expect(markdown).toContain('| pods | ✔ pass | yes | 14 pods ready, none restarted for 30s |');
    expect(markdown).toContain('| rollout | ◌ pending | yes | deployment/q rolls out: q-1, due 2026-11-22 03:25 UTC, in 59s |');
    expect(markdown).toContain('| uploads | ✗ fail | no | data-0 lost its volume pv-7 |');
    expect(markdown).toMatch(/\nexit 3\n$/);
  });

  test.each([
    ['a|b', 'a\\|b'],
    ['<script>&', '&lt;script&gt;&amp;'],
    ['`x` *y* _z_ ~w~ [l](u)', '\\`x\\` \\*y\\* \\_z\\_ \\~w\\~ \\[l\\](u)'],
    ['@team #12', '@<!-- -->team #<!-- -->12'],
    ['a\r\n  b', 'a b'],
    ['c:\\', 'c:\\\\'],
  ])('%j is no markup', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

test('reports are in the language of their reader', () => {
  expect(renderReport('markdown', [dead], 9, korean)).toContain('## ? cluster-03: 판단 불가');
  expect(elementsOf(renderReport('junit', [broken], 3, korean), 'skipped')[1]).toMatchObject({ attributes: { message: '해당하는 것이 없음' } });
});
