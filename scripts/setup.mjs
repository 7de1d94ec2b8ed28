/**
 * The one entry point of every npm script: makes a fresh clone able to run, then runs what was asked under the pinned Bun.
 *
 * Plain Node without dependencies, because at this moment there may be no node_modules. Everything after it is TypeScript and runs in Bun,
 * which comes from npm like the rest, so that its version is the one of package-lock.json.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each npm script runs, in order, as arguments for Bun. The last step gets the arguments that the person added. */
const tasks = {
  'test:unit': [vitest('unit')],
  test: [['node_modules/typescript/bin/tsc', '--noEmit'], ['scripts/tools/main.ts', 'all'], ['build.ts'], vitest('unit', 'cli', 'cluster', 'binary', 'faults')],
  'test:full': [['scripts/tools/main.ts', 'all'], ['build.ts'], vitest('unit', 'cli', 'cluster', 'binary', 'faults')],
  typecheck: [['node_modules/typescript/bin/tsc', '--noEmit']],
  build: [['build.ts']],
  package: [['build.ts', '--all'], ['scripts/package.ts']],
  demo: [['scripts/tools/main.ts'], ['build.ts'], ['scripts/demo.ts']],
  bench: [['scripts/tools/main.ts'], ['build.ts'], ['scripts/bench.ts']],
};

/** vitest under Bun needs the threads pool: its default, forks, fails there. */
function vitest(...projects) {
  return [
    '--bun',
    'node_modules/vitest/vitest.mjs',
    'run',
    '--pool=threads',
    ...projects.flatMap((name) => ['--project', name]),
  ];
}

/**
 * True when every package of package-lock.json stands in node_modules at the same version.
 * npm notes what it installed in a hidden lock file; comparing with that (and not with a stamp of ours) stays right after `npm install`.
 */
export function isInstalled(lock, installed) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    const found = installed.packages[path];
    if (path === '' || (wanted.optional && !found)) return true;
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function installPackages() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(hidden) && isInstalled(readJson(join(root, 'package-lock.json')), readJson(hidden))) return;
  process.stderr.write('installing npm packages …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  runOrExit(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
}

/** Version that a Bun binary reports, or undefined when it does not run. */
function bunVersion(path) {
  const result = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Path of a Bun that really runs. npm 11 may refuse install scripts, and then `bin/bun.exe` of the bun package is only a text that says so:
 * the package's own installer is run by hand, and if that fails too the binary is taken from the platform package beside it.
 */
function findBun() {
  const wanted = readJson(join(root, 'node_modules', 'bun', 'package.json')).version;
  const wrapper = join(root, 'node_modules', 'bun', 'bin', 'bun.exe');
  if (bunVersion(wrapper) === wanted) return wrapper;
  spawnSync(process.execPath, ['install.js'], { cwd: join(root, 'node_modules', 'bun'), stdio: 'ignore' });
  if (bunVersion(wrapper) === wanted) return wrapper;
  const platforms = join(root, 'node_modules', '@oven');
  const binaries = existsSync(platforms)
    ? readdirSync(platforms).flatMap((name) => [
        join(platforms, name, 'bin', 'bun'),
        join(platforms, name, 'bin', 'bun.exe'),
      ])
    : [];
  const found = binaries.find((path) => existsSync(path) && bunVersion(path) === wanted);
  if (found) return found;
  process.stderr.write(
    `error: Bun ${wanted} from node_modules does not run on ${process.platform}-${process.arch}; delete node_modules and try again\n`,
  );
  process.exit(1);
}

function runOrExit(command, args, options) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) process.stderr.write(`error: cannot run ${command}: ${result.error.message}\n`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function runTask(name, added) {
  const steps = tasks[name];
  if (!steps) {
    process.stderr.write(`usage: node scripts/setup.mjs ${Object.keys(tasks).join('|')} [arguments]\n`);
    process.exit(2);
  }
  installPackages();
  const bun = findBun();
  const env = { ...process.env, ...(name === 'test:full' ? { RETRACE_TEST_FULL: '1' } : {}) };
  steps.forEach((step, index) => {
    const args = index === steps.length - 1 ? [...step, ...added] : step;
    runOrExit(bun, args, { env });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  runTask(process.argv[2], process.argv.slice(3));
