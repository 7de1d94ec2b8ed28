import { isObject } from './fields.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * One rule for every value that reaches a terminal, a log, a plan, a journal or a report: what looks like a credential
 * is replaced. Judged by the name first (env variable, flag, key of a config line), then by the shape of the text.
 * Values that only point at a secret (a path, a file name, a Secret's name, `$(VAR)`) are kept: they are what the
 * person needs to find the fault.
 */
export const redacted = '<redacted>';

const secretWords = new Set([
  'password', 'passwd', 'passphrase', 'pwd', 'pass', 'secret', 'token', 'credential', 'credentials', 'apikey',
  'accesskey', 'secretkey', 'privatekey', 'authkey', 'sas',
]);
// `PGPASSWORD`, `dbpassword`, `clientsecret`: written together.
const secretEndings = /(password|passwd|passphrase|secret|apikey|accesskey|secretkey|privatekey|authtoken)$/;
const keyOwners = /^(api|access|secret|private|encryption|signing|auth|account|master|license|storage|shared|service|sse|kms)$/;
// The name of a place, a kind or a limit, not the secret itself.
const pointerEndings = new Set([
  'file', 'files', 'filename', 'path', 'dir', 'directory', 'name', 'ref', 'url', 'uri', 'endpoint',
  'namespace', 'ttl', 'expiry', 'expiration', 'duration', 'interval', 'timeout', 'seconds', 'audience',
  'audiences', 'issuer', 'type', 'mode', 'enabled', 'disabled', 'count', 'length', 'size', 'limit', 'header',
  'headers', 'version', 'provider', 'class', 'store', 'manager', 'mount', 'projection', 'selector',
]);

/**
 * One pass over a text that costs little and lets everything through that a rule below could hide, and more: a name above
 * in any spelling (its words may be parted by anything but letters and digits), or the beginning of a shape. Most texts of a
 * cluster end here (measured: the rules alone take 4 s for the 24 MB of 10 000 objects). Matched in lower case; `apİ`.toLowerCase()
 * ends in a combining dot, which parts words.
 */
const sieve =
  /pass|pwd|secret|token|credential|sas|bearer|basic|(?:api|access|private|encryption|signing|auth|account|master|license|storage|shared|service|sse|kms)[^a-z0-9]*key|-----begin |:\/\/[^\s/@"']{1,1500}@|eyj|akia|asia|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|age-secret/;

/** False only where neither a name nor a text like this can be hidden. */
export function mayHoldCredential(text: string): boolean {
  return sieve.test(text.toLowerCase());
}

// The same over JSON: between two words may stand an escape (`\\n`, `\\u0001`), and an address is longer by its escapes.
const jsonSieve = new RegExp(sieve.source.replace('[^a-z0-9]*key', '(?:\\\\(?:[bfnrt]|u[0-9a-f]{4})|[^a-z0-9])*key').replace('{1,1500}', '{1,9000}'));

/** False only where no text and no name in this JSON can be hidden: one look at an object in place of one at each of its texts. */
export function mayHoldCredentialInJson(json: string): boolean {
  return jsonSieve.test(json.toLowerCase());
}

/** True when a variable, flag or config key of this name usually holds a credential. */
export function isSecretName(name: string): boolean {
  const known = judgedNames.get(name);
  if (known !== undefined) return known;
  const judged = mayHoldCredential(name) && judgeName(name);
  // Names repeat: a few hundred of them stand before most texts of a cluster.
  if (judgedNames.size < 10_000) judgedNames.set(name, judged);
  return judged;
}

const judgedNames = new Map<string, boolean>();

/** The rule of `isSecretName`, without the sieve before it. */
export function judgeName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined || pointerEndings.has(last)) return false;
  if (words.some((word) => secretWords.has(word) || secretEndings.test(word))) return true;
  if (words.join('-') === 'basic-auth' || words.slice(-2).join('-') === 'basic-auth') return true;
  return words.some((word, at) => word === 'key' && keyOwners.test(words[at - 1] ?? ''));
}

/** True when the value cannot be a credential, whatever its name: empty, a switch, a path, a reference to a variable. */
function isHarmless(value: string): boolean {
  const bare = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  return /^(|true|false|null|none|\$\([A-Za-z_]\w*\)|\$\{?[A-Za-z_]\w*\}?|\.{0,2}\/[\w./@-]*|<redacted>( \(changed\))?)$/i.test(bare);
}

/** The value of a named thing (env variable, config key) as it may be shown. */
export function redactValue(name: string, value: string): string {
  return isSecretName(name) && !isHarmless(value) ? redacted : redactText(value);
}

/**
 * Arguments of a command line as they may be shown. The value of a secret flag may be in the same argument
 * (`--password=x`) or the next one (`--password x`).
 */
export function redactArguments(args: readonly string[]): string[] {
  return args.map((arg, at) => {
    const before = args[at - 1] ?? '';
    const isValueOfFlag = /^--?[\w.-]+$/.test(before) && isSecretName(before) && !arg.startsWith('-');
    return isValueOfFlag && !isHarmless(arg) ? redacted : redactText(arg);
  });
}

interface Shape {
  pattern: RegExp;
  replacement: string | ((match: string, ...groups: string[]) => string);
}

// Lengths are bounded where a repetition could start anywhere: a log line of a megabyte must not take quadratic time.
const shapes: Shape[] = [
  { pattern: /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(-----END \1-----|$)/g, replacement: redacted },
  // https://user:password@host: the user is shown, it tells which account.
  { pattern: /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']{0,200}):[^\s/@"']{1,500}@/gi, replacement: `$1:${redacted}@` },
  { pattern: /\b(Bearer|Basic)(\s+)[A-Za-z0-9+/=._~-]{6,}/g, replacement: `$1$2${redacted}` },
  { pattern: /\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]*/g, replacement: redacted },
  { pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, replacement: redacted },
  { pattern: /\b(gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AGE-SECRET-KEY-1)[\w-]{8,}/g, replacement: redacted },
  // {"name": "TOKEN", "value": "x"}: an env variable in JSON, also over two lines; then the same inside a JSON text.
  {
    pattern: /("name"\s*:\s*"([^"\\]{1,100})"\s*,\s*"value"\s*:\s*)"((?:[^"\\]|\\.)*)"/g,
    replacement: (match, before, name, value) => (hides(name!, value!) ? `${before}"${redacted}"` : match),
  },
  {
    pattern: /(\\"name\\"\s*:\s*\\"([^"\\]{1,100})\\"\s*,\s*\\"value\\"\s*:\s*)\\"((?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*)\\"/g,
    replacement: (match, before, name, value) => (hides(name!, value!) ? `${before}\\"${redacted}\\"` : match),
  },
  // "secret_key": "x" in JSON, also in the middle of another text; then the same inside a JSON text.
  {
    pattern: /(["'])([\w.-]{1,100})\1(\s*:\s*)"((?:[^"\\]|\\.)*)"/g,
    replacement: (match, quote, name, colon, value) => (hides(name!, value!) ? `${quote}${name}${quote}${colon}"${redacted}"` : match),
  },
  {
    pattern: /\\"([\w.-]{1,100})\\"(\s*:\s*)\\"((?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*)\\"/g,
    replacement: (match, name, colon, value) => (hides(name!, value!) ? `\\"${name}\\"${colon}\\"${redacted}\\"` : match),
  },
  // {bucket: b, secret_key: x} and --objstore.config=secret_key: x; quotes and backslashes end it, so JSON around it stays whole.
  {
    pattern: /([{,=][ \t]{0,8})([\w.-]{1,100})([ \t]{0,8}:[ \t]{1,8})([^\s,}\]"'\\][^,}\]\n"'\\]*)/g,
    replacement: (match, before, name, colon, value) => (hides(name!, value!) ? `${before}${name}${colon}${redacted}` : match),
  },
  // secret_key: x on a line of YAML; then on a line of YAML inside a JSON text.
  {
    pattern: /^([ \t]*(?:-[ \t]+)?)([\w.-]{1,100})([ \t]*:[ \t]+)(\S.*)$/gm,
    replacement: (match, indent, name, colon, value) => (hides(name!, value!) ? `${indent}${name}${colon}${redacted}` : match),
  },
  {
    pattern: /(\\n|")([ \t]*(?:-[ \t]+)?)([\w.-]{1,100})([ \t]*:[ \t]+)((?:\\"|[^\s"\\])(?:(?!\\n)(?:\\.|[^\n"\\]))*)/g,
    replacement: (match, before, indent, name, colon, value) => (hides(name!, value!) ? `${before}${indent}${name}${colon}${redacted}` : match),
  },
  // "--secret-key", "x": two arguments of a command line in JSON; then the same inside a JSON text (last-applied).
  {
    pattern: /("--?([\w.-]{1,100})"\s*,\s*)"(?!-)((?:[^"\\]|\\.)*)"/g,
    replacement: (match, before, name, value) => (hides(name!, value!) ? `${before}"${redacted}"` : match),
  },
  {
    pattern: /(\\"--?([\w.-]{1,100})\\"\s*,\s*)\\"(?!-)((?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*)\\"/g,
    replacement: (match, before, name, value) => (hides(name!, value!) ? `${before}\\"${redacted}\\"` : match),
  },
  // --password=x, password=x, ?token=x&…; a backslash before a quote belongs to the quote, or JSON inside JSON would break.
  {
    pattern: /(^|[^\w.-])([\w.-]{1,100})=("[^"]*"|'[^']*'|(?:[^\s&,;"'\\]|\\(?!["']))+)/g,
    replacement: (match, before, name, value) => (hides(name!, value!) ? `${before}${name}=${redacted}` : match),
  },
];

function hides(name: string, value: string): boolean {
  return isSecretName(name) && !isHarmless(value);
}

/** Any text as it may be shown: a flag, a URL, a log line, a whole config file. Ordinary text comes back unchanged. */
export function redactText(text: string): string {
  return mayHoldCredential(text) ? redactShapes(text) : text;
}

/** The rule of `redactText`, without the sieve before it. */
export function redactShapes(text: string): string {
  let shown = text;
  for (const { pattern, replacement } of shapes) {
    shown = typeof replacement === 'string' ? shown.replace(pattern, replacement) : shown.replace(pattern, replacement);
  }
  return shown;
}

/**
 * Any JSON as it may be kept or shown: texts by the name that they stand under, env variables by theirs, argument lists
 * as command lines, and all data of a Secret. JSON inside a text (last-applied) is covered too.
 * @returns the very same value when nothing in it is hidden
 */
export function redactJson(value: Json, name = ''): Json {
  if (typeof value === 'string') return redactValue(name, value);
  if (Array.isArray(value)) {
    const isCommandLine = value.every((item) => typeof item === 'string');
    const shown = isCommandLine ? redactArguments(value as string[]) : value.map((item) => redactJson(item, name));
    return shown.some((item, at) => item !== value[at]) ? shown : value;
  }
  if (!isObject(value)) return value;
  const isSecret = value['kind'] === 'Secret';
  const variable = typeof value['name'] === 'string' ? value['name'] : '';
  let shown: JsonObject | undefined;
  for (const key of Object.keys(value)) {
    const member = value[key]!;
    const isData = isSecret && (key === 'data' || key === 'stringData') && isObject(member);
    const safe = isData ? hideAll(member) : redactJson(member, key === 'value' ? variable : key);
    if (safe === member) continue;
    shown ??= copyOf(value);
    setMember(shown, key, safe);
  }
  return shown ?? value;
}

// Not by assignment: a member named `__proto__` is a member.
function copyOf(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value));
}

function setMember(value: JsonObject, key: string, member: Json): void {
  Object.defineProperty(value, key, { value: member, enumerable: true, configurable: true, writable: true });
}

function hideAll(map: JsonObject): JsonObject {
  return Object.keys(map).length === 0 ? map : Object.fromEntries(Object.keys(map).map((key) => [key, redacted]));
}

/** Marks the new side of a change whose two sides look the same once their secrets are gone. */
export function markHiddenChange(isChanged: boolean, from: string, to: string): string {
  return isChanged && from === to ? `${to} (changed)` : to;
}
