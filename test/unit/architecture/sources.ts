/** Source files of the product as the rules see them. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Import {
  /** A path from the repository's root, or the name of a package. */
  to: string;
  /** As written. */
  specifier: string;
  /** Loaded together with the file; neither by `import()` nor for its types alone. */
  isStatic: boolean;
}

export interface Source {
  /** From the repository's root: `lib/core/json.ts`. */
  path: string;
  text: string;
  /** Without comments and types. */
  code: string;
  imports: Import[];
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every TypeScript file below lib and plugins. */
export function readSources(): Source[] {
  const paths = [...new Bun.Glob('{lib,plugins}/**/*.ts').scanSync(root)].toSorted();
  return paths.map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

const keepEverything = { compilerOptions: { verbatimModuleSyntax: true } };
const transpiler = new Bun.Transpiler({ loader: 'ts', tsconfig: JSON.stringify(keepEverything) });

/** A file's imports: those that remain at run time from Bun's parser, those for types alone from the text. */
export function parseSource(path: string, text: string): Source {
  const scanned = transpiler.scanImports(text);
  const found = new Map<string, Import>();
  for (const { path: specifier, kind } of scanned) add(specifier, kind === 'import-statement');
  // Types leave no trace in what the parser gives, but a type from a forbidden room is a dependency all the same.
  for (const [, specifier] of withoutComments(text).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\n]+)['"]/g)) add(specifier!, false);
  return { path, text, code: transpiler.transformSync(text), imports: [...found.values()] };

  function add(specifier: string, isStatic: boolean): void {
    const to = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : packageOf(specifier);
    const before = found.get(specifier);
    found.set(specifier, { to, specifier, isStatic: isStatic || before?.isStatic === true });
  }
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '');
}
