/**
 * Texts that YAML readers take for something else, alone and put together: what YAML 1.1 and 1.2 disagree about, numbers, dates,
 * indicators, every kind of line break and space, controls, quotes, long lines, and letters outside the first plane.
 */
const words = [
  'yes', 'no', 'on', 'off', 'y', 'n', 'Y', 'N', 'Yes', 'NO', 'true', 'True', 'FALSE', 'null', 'Null', 'NULL', '~', '', '-', '--', '---', '...',
  '0', '00', '012', '0o17', '0O17', '0x1f', '0X1F', '0b11', '1e3', '1E3', '1e+3', '1.', '.1', '-.1', '+1', '+.inf', '.inf', '-.INF', '.nan', '.NaN', '1_000', '1,000', '1__0', '-0', '-0.0', '1.0', '1.10',
  '9007199254740993', '18446744073709551616', '1e999', '190:20:30', '12:30:45', '1:1', '2020-01-01', '2020-1-1', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43', '20200101',
  '=', '<<', '!', '!!', '!!str', '!!binary aGk=', '!tag x', '&a', '*a', '&a b', '*', '@', '`', '%', '%YAML 1.2', '?', '? a', ':', ': a', 'a:', 'a: b', 'a:b', '- a', '-a', '- - a', '#', '# a', 'a #b', 'a#b', ',', 'a, b', '[', ']', '[]', '[a]', '{', '}', '{}', '{a: b}', '{{ .Values.x }}', '|', '>', '|-', '>+', '|2', '"', "'", '"a"', "'a'", "it's", 'say "x"', '\\', '\\n', '\\x41', 'C:\\dir',
  'a b', 'a  b', '$(VAR)', '${VAR}', 'kubectl', 'a=b', 'a;b', '𝒳', '😀', '가나다', 'é', 'e\u0301', '\u200b', '\u200d', '\u202e', '\u2066', 'Ω≈ç', '\u{10ffff}', '\u{1f1f0}\u{1f1f7}', '\ufffd', '\ufffe', '\uffff',
];
const breaks = ['\n', '\n\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029', '\t', ' ', '  ', '\u00a0', '\ufeff', '\u0000', '\u0001', '\u0007', '\b', '\u000b', '\f', '\u001b', '\u001b[2J', '\u007f', '\u0080', '\u009f', '\n ', '\n\t', ' \n', '\t\n', '\n- ', '\n---\n', '\n...\n', '\n# ', ': ', ' #', '\n\n\n'];

/** `count` different texts, always the same ones: every word, in every frame, then pieces put together by a fixed draw. */
export function hostileTexts(count: number): string[] {
  const texts = new Set<string>(words);
  for (const space of breaks) for (const word of ['a', 'yes', '1', '']) for (const text of [space + word, word + space, space + word + space, word + space + word]) texts.add(text);
  for (const length of [79, 80, 81, 128, 1024, 1025, 5000]) for (const unit of ['x', 'ab ', 'a\n', ' ', '가']) texts.add(unit.repeat(length));
  for (const word of words) for (const other of ['\n', ' ', '\t', ': ', '\r\n']) texts.add(word + other + word).add(other + word).add(word + other);
  const pieces = [...words, ...breaks];
  const draw = drawFrom(20261125);
  while (texts.size < count) texts.add(Array.from({ length: 2 + draw(6) }, () => pieces[draw(pieces.length)]!).join(''));
  return [...texts].slice(0, count);
}

/** Whole numbers below a limit, the same row for the same seed (a linear congruential generator). */
function drawFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}
