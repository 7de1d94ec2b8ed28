/** The rules of the house. Each takes all files and gives one line per violation. */
import type { Source } from './sources.ts';

export type Rule = (sources: readonly Source[]) => string[];

/** lib's rooms in one row: a room imports only from rooms before it. */
export const rooms = [
  'core', 'formats', 'config', 'kube', 'tools', 'prometheus', 'objectstore', 'ownership', 'snapshot', 'run',
  'checks', 'layers', 'procedure', 'report', 'output', 'cli', 'plugins',
] as const;

function roomOf(path: string): string | undefined {
  if (path.startsWith('plugins/')) return 'plugins';
  return /^lib\/([^/]+)\//.exec(path)?.[1];
}

const rank = (path: string): number => (rooms as readonly string[]).indexOf(roomOf(path) ?? '');
const isOurs = (to: string) => /^(lib|plugins)\//.test(to);
const eachImport = (sources: readonly Source[], isWrong: (from: string, to: string) => boolean): string[] =>
  sources.flatMap(({ path, imports }) => imports.filter(({ to }) => isWrong(path, to)).map(({ to }) => `${path} imports ${to}`));

const roomsAreKnown: Rule = (sources) => sources.filter(({ path }) => rank(path) < 0).map(({ path }) => `${path} stands in no room`);

const rowIsKept: Rule = (sources) => eachImport(sources, (from, to) => isOurs(to) && rank(to) > rank(from));

const siblingsAreStrangers: Rule = (sources) =>
  eachImport(sources, (from, to) => {
    const pattern = /^(plugins|lib\/layers)\/([^/]+)\//;
    const [a, b] = [pattern.exec(from), pattern.exec(to)];
    return a !== null && b !== null && a[1] === b[1] && a[2] !== b[2];
  });

const noCycles: Rule = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, way: string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) cycles.push([...way.slice(at), path].join(' → '));
    if (at >= 0 || finished.has(path)) return;
    for (const { to } of byPath.get(path)?.imports ?? []) visit(to, [...way, path]);
    finished.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return cycles;
};

const only = (name: string, room: string): Rule => (sources) => eachImport(sources, (from, to) => to === name && !from.startsWith(room));

const mayTouchProcess = (path: string) => path === 'lib/cli/run-plugin.ts' || path.startsWith('lib/output/');
const ambient = /\bprocess\.|\bconsole\.|\bDate\.now\(|\bMath\.random\b|\bnew Date\(\)|\bnode:process\b/;

const contextOnly: Rule = (sources) =>
  sources.filter(({ path, code }) => !mayTouchProcess(path) && ambient.test(code)).map(({ path, code }) => `${path} uses ${ambient.exec(code)![0]}`);

const effectful = /^(node:)?(fs|child_process|net|tls|http|https|http2|dgram|dns|os|process|worker_threads|fs\/promises)$/;

const formatsArePure: Rule = (sources) =>
  eachImport(sources, (from, to) => from.startsWith('lib/formats/') && (effectful.test(to) || (isOurs(to) && !/^lib\/(core|formats)\//.test(to))));

const namesSaySomething: Rule = (sources) =>
  sources.filter(({ path }) => /(^|[/-])(utils?|helpers?|managers?|index|misc|common|service)\.ts$/.test(path)).map(({ path }) => path);

const tlsIsChecked: Rule = (sources) => sources.filter(({ text }) => text.includes('NODE_TLS_REJECT_UNAUTHORIZED')).map(({ path }) => path);

const endingsAreWritten: Rule = (sources) =>
  sources.flatMap(({ path, imports }) =>
    imports.filter(({ specifier }) => specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier)).map(({ specifier }) => `${path} imports ${specifier}`),
  );

/** What main.ts loads before it knows the command decides how long --version takes. */
const startIsLight: Rule = (sources) => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  return sources.filter(({ path }) => /^plugins\/[^/]+\/main\.ts$/.test(path)).flatMap(({ path }) => {
    const seen = new Set<string>();
    const heavy: string[] = [];
    const visit = (at: string): void => {
      if (seen.has(at)) return;
      seen.add(at);
      for (const { to, isStatic } of byPath.get(at)?.imports ?? []) {
        if (!isStatic) continue;
        if (isOurs(to)) visit(to);
        else if (!to.startsWith('node:')) heavy.push(`${path} loads ${to} at once, by ${at}`);
      }
    };
    visit(path);
    return heavy;
  });
};

const filesAreShort: Rule = (sources) =>
  sources.map(({ path, text }) => ({ path, lines: text.split('\n').length })).filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path} has ${lines} lines`);

export const rules: Record<string, Rule> = {
  'every file stands in a room': roomsAreKnown,
  'a room imports only from rooms before it': rowIsKept,
  'plugins and layers do not import each other': siblingsAreStrangers,
  'no cycles': noCycles,
  'only lib/kube imports @kubernetes/client-node': only('@kubernetes/client-node', 'lib/kube/'),
  'only lib/tools imports execa': only('execa', 'lib/tools/'),
  'the process and the clock come by the context': contextOnly,
  'formats are pure': formatsArePure,
  'a file is named by a noun that says something': namesSaySomething,
  'nobody turns certificate checks off for the whole process': tlsIsChecked,
  'relative imports have their ending': endingsAreWritten,
  'nothing heavy is loaded before the command is known': startIsLight,
  'files stay short': filesAreShort,
};
