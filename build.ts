/**
 * Compiles the plugins into single executables.
 *
 *     bun build.ts                 for this machine: dist/kubectl-rollback …
 *     bun build.ts --all           every platform: dist/OS-ARCH/kubectl-rollback …
 *     bun build.ts --target linux-arm64
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from './package.json' with { type: 'json' };

const root = import.meta.dir;
const plugins = ['rollback', 'snapshot', 'verify'] as const;
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64', 'windows-arm64'] as const;
type Platform = (typeof platforms)[number];

/** Commit that is built, or what a build outside a checkout can say. */
function readCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** Bun's own name of a platform. Packages and krew cannot choose by processor, so x64 is built for those without AVX2 too. */
function bunTarget(platform: Platform): Bun.Build.CompileTarget {
  const isForAnyProcessor = platform === 'linux-x64' || platform === 'windows-x64';
  return `bun-${platform}${isForAnyProcessor ? '-baseline' : ''}` as Bun.Build.CompileTarget;
}

async function buildPlugin(plugin: string, platform: Platform | undefined, commit: string): Promise<void> {
  const folder = platform ? join(root, 'dist', platform) : join(root, 'dist');
  const outfile = join(folder, `kubectl-${plugin}`);
  const result = await Bun.build({
    entrypoints: [join(root, 'plugins', plugin, 'main.ts')],
    target: 'bun',
    format: 'esm',
    // What --version needs starts in 4 ms only because the rest lies in chunks that are loaded when asked for.
    splitting: true,
    bytecode: true,
    sourcemap: 'none',
    // Identifiers keep their names: minified ones collide (oven-sh/bun#28742), and stack traces stay readable.
    minify: { whitespace: true, syntax: true, identifiers: false },
    define: {
      RETRACE_VERSION: JSON.stringify(packageJson.version),
      RETRACE_COMMIT: JSON.stringify(commit),
      RETRACE_BUN_VERSION: JSON.stringify(Bun.version),
    },
    compile: {
      outfile,
      ...(platform ? { target: bunTarget(platform) } : {}),
      // Otherwise a .env or bunfig.toml of the current directory is read, and its preload line runs code before ours.
      autoloadDotenv: false,
      autoloadBunfig: false,
      // Clusters behind a company's own certificate authority, which is in the system's store and not in Bun's.
      execArgv: ['--use-system-ca'],
    },
  });
  if (!result.success) throw new AggregateError(result.logs, `kubectl-${plugin} was not built`);
}

const { values } = parseArgs({ options: { all: { type: 'boolean' }, target: { type: 'string', multiple: true } } });
const wanted: (Platform | undefined)[] = values.all
  ? [...platforms]
  : values.target
    ? values.target.map(readPlatform)
    : [undefined];
const commit = readCommit();

for (const platform of wanted) {
  for (const plugin of plugins.filter((name) => existsSync(join(root, 'plugins', name, 'main.ts')))) {
    await buildPlugin(plugin, platform, commit);
    process.stderr.write(`built kubectl-${plugin} for ${platform ?? 'this machine'}\n`);
  }
}

function readPlatform(name: string): Platform {
  const platform = platforms.find((candidate) => candidate === name);
  if (!platform) throw new Error(`no platform ${name}; one of ${platforms.join(', ')}`);
  return platform;
}
