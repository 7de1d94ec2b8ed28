/**
 * Builds one tool from its Go module.
 *
 * `go install MODULE@VERSION` refuses modules with `replace` lines, and upstream's pinned dependencies are wanted, not the newest.
 * So a small module of our own takes upstream's go.mod over and requires upstream itself.
 */
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Tool } from './list.ts';

const run = promisify(execFile);

/** CGO off: the binaries run on any libc. GOTOOLCHAIN=local: Go must not fetch another Go. GOWORK/GOFLAGS of the person's shell must not leak in. */
export const goEnvironment = {
  ...process.env,
  CGO_ENABLED: '0',
  GOTOOLCHAIN: 'local',
  GOFLAGS: '-mod=mod',
  GOWORK: 'off',
  GOOS: '',
  GOARCH: '',
};

/**
 * go.mod of a module that builds `tool`: upstream's text, renamed, without the `replace` lines that point into upstream's own repository.
 * Modules replaced that way and required at v0.0.0 (Kubernetes' staging area) are required at `stagedVersion`, where they are published.
 */
export function consumerGoMod(
  upstream: string,
  tool: Pick<Tool, 'name' | 'module' | 'moduleVersion' | 'stagedVersion'>,
): string {
  const lines: string[] = [];
  let block = '';
  for (const line of upstream.split('\n')) {
    const opening = /^(\w+)\s*\($/.exec(line);
    if (opening) block = opening[1]!;
    else if (line === ')') block = '';
    const inReplace = block === 'replace' || line.startsWith('replace ');
    if (inReplace && /=>\s*\.{1,2}\//.test(line)) continue;
    if (line.startsWith('module ')) lines.push(`module tools.retrace/${tool.name}`);
    else if (tool.stagedVersion)
      lines.push(line.replace(/^(\s+k8s\.io\/\S+|require k8s\.io\/\S+) v0\.0\.0(?=$|\s)/, `$1 ${tool.stagedVersion}`));
    else lines.push(line);
  }
  return `${lines.join('\n')}\nrequire ${tool.module} ${tool.moduleVersion}\n`;
}

/** Arguments of `go build` for `tool`, writing to `output`. */
export function goBuildArgs(tool: Tool, output: string): string[] {
  const linkerFlags = ['-s', '-w', ...(tool.linkerValues ?? []).flatMap((value) => ['-X', value])];
  const tags = tool.buildTags ? ['-tags', tool.buildTags.join(',')] : [];
  return ['build', '-trimpath', ...tags, '-ldflags', linkerFlags.join(' '), '-o', output, tool.package];
}

/** Major and minor of a `go version` line or of a go.mod's `go` line, as one comparable number; undefined when there is none. */
export function goRelease(text: string): number | undefined {
  const match = /\bgo ?(\d+)\.(\d+)/.exec(text);
  return match ? Number(match[1]) * 1000 + Number(match[2]) : undefined;
}

/** Folder of a module in Go's module cache, downloaded if need be. Go's own message is in the error. */
export async function moduleFolder(module: string, version: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@${version}`], {
    env: goEnvironment,
    cwd: '/',
  }).catch((error: { stdout?: string; stderr?: string; message: string }) => {
    throw new Error(
      `cannot get Go module ${module}@${version}: ${(error.stdout || error.stderr || error.message).trim()}`,
    );
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Builds `tool` into `target`: to a temporary name first, then renamed, so that a half-written binary is never taken for a tool. */
export async function buildTool(tool: Tool, target: string): Promise<void> {
  await requireGo(tool);
  const upstream = await moduleFolder(tool.module, tool.moduleVersion);
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(join(dirname(target), '.building-'));
  try {
    const goMod = await readFile(join(upstream, 'go.mod'), 'utf8');
    if ((goRelease(/^go .*$/m.exec(goMod)?.[0] ?? '') ?? 0) > (await installedGoRelease()))
      throw new Error(missingGo(`${tool.name} ${tool.version} needs ${/^go .*$/m.exec(goMod)?.[0]}`));
    await writeFile(join(folder, 'go.mod'), consumerGoMod(goMod, tool));
    await copyFile(join(upstream, 'go.sum'), join(folder, 'go.sum'));
    if (tool.source) await copyFile(join(import.meta.dirname, '../..', tool.source), join(folder, 'main.go'));
    await goBuild(goBuildArgs(tool, join(folder, tool.name)), folder);
    await rename(join(folder, tool.name), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `go build`, keeping the end of what it says for the error. */
function goBuild(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env: goEnvironment, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`go ${args.join(' ')} failed:\n${said}`))));
  });
}

function missingGo(reason: string): string {
  return `${reason}. Install a current Go (https://go.dev/dl or your distribution's golang package) and put it on PATH; it builds the test control plane's programs from source`;
}

async function installedGoRelease(): Promise<number> {
  const { stdout } = await run('go', ['version'], { env: goEnvironment, cwd: '/' });
  return goRelease(stdout) ?? 0;
}

async function requireGo(tool: Tool): Promise<void> {
  await run('go', ['version'], { env: goEnvironment, cwd: '/' }).catch(() => {
    throw new Error(missingGo(`Go is not installed, and ${tool.name} ${tool.version} has to be built`));
  });
}
