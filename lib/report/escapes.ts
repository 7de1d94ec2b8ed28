// XML 1.0 §2.2: no other character may stand in a document, not even as a reference; a lone surrogate is none.
const notInXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Text for XML and HTML, between tags and in an attribute in double quotes. What may not stand there becomes U+FFFD. */
export function escapeXml(text: string): string {
  // A line feed in an attribute is read back as a space, unless it is a reference (XML 1.0 §3.3.3).
  return text.replace(notInXml, '\u{fffd}').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text for one cell of a table in GitHub's Markdown: nothing of it is taken for markup, a link or the cell's end. */
export function escapeMarkdown(text: string): string {
  // `<` and `&` as references: a backslash does not hold back HTML in every reader. `@` and `#` would name people and issues.
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/[\\`*_~[\]|]/g, '\\$&').replace(/([@#])(?=\w)/g, '$1<!-- -->').replace(/\s*[\r\n]+\s*/g, ' ');
}
