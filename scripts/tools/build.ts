/**
 * Gives paths of the listed tools, building what is missing into `$XDG_CACHE_HOME/retrace/tools/NAME-VERSION/NAME`.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { withBuildLock } from './build-lock.ts';
import { buildTool } from './go-module.ts';
import { findTool, type Tool } from './list.ts';

const run = promisify(execFile);
const heartbeatMs = 30_000;

/** Folder that keeps built tools between runs. */
export function toolCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'retrace', 'tools');
}

/** Where a built tool of exactly this version is kept. */
export function cachedPath(tool: Tool, env: NodeJS.ProcessEnv = process.env): string {
  return join(toolCache(env), `${tool.name}-${tool.version}`, tool.name);
}

/** True when what a binary printed about its version names exactly this one; v1.2.3 is not v1.2.34 or v1.2.3-rc.1. */
export function namesVersion(output: string, version: string): boolean {
  return output.split(/[\s,"]+/).includes(version);
}

const resolved = new Map<string, string>();

/** Path of a tool that is there, in the cache or on PATH at the listed version. Throws when it has not been built. */
export async function toolPath(name: string): Promise<string> {
  const known = resolved.get(name);
  if (known) return known;
  const path = await findExisting(findTool(name));
  if (!path)
    throw new Error(
      `${name} ${findTool(name).version} is not built yet: run \`npm test\`, which builds what is missing`,
    );
  resolved.set(name, path);
  return path;
}

/** Builds those of the named tools that are missing, one after the other. `say` gets progress lines. */
export async function ensureTools(names: readonly string[], say: (line: string) => void): Promise<void> {
  const missing = await missingTools(names);
  if (missing.length === 0) return;
  await mkdir(toolCache(), { recursive: true });
  const onWait = (holder: number) => say(`waiting for process ${holder}, which builds tools into ${toolCache()} …`);
  await withBuildLock(join(toolCache(), 'build.lock'), onWait, async () => {
    const left = await missingTools(names);
    const minutes = left.reduce((sum, tool) => sum + tool.minutes, 0);
    if (left.length > 0)
      say(
        `${left.length} programs are built from source into ${toolCache()}, once: about ${minutes} minutes on two cores`,
      );
    for (const [index, tool] of left.entries()) await buildWithProgress(tool, `${index + 1} of ${left.length}`, say);
  });
}

async function buildWithProgress(tool: Tool, position: string, say: (line: string) => void): Promise<void> {
  const startedAtMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedAtMs) / 1000);
  say(
    `building ${tool.name} ${tool.version} (${position}, about ${tool.minutes} ${tool.minutes === 1 ? 'minute' : 'minutes'} on two cores) …`,
  );
  const heartbeat = setInterval(() => say(`  still building ${tool.name}, ${seconds()} s`), heartbeatMs);
  try {
    await buildTool(tool, cachedPath(tool));
  } finally {
    clearInterval(heartbeat);
  }
  say(`  built ${tool.name} in ${seconds()} s`);
}

async function missingTools(names: readonly string[]): Promise<Tool[]> {
  const found = await Promise.all(
    names.map(async (name) => ({ tool: findTool(name), path: await findExisting(findTool(name)) })),
  );
  return found.filter(({ path }) => path === undefined).map(({ tool }) => tool);
}

async function findExisting(tool: Tool): Promise<string | undefined> {
  if (await isExecutable(cachedPath(tool))) return cachedPath(tool);
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, tool.name);
    if ((await isExecutable(path)) && (await reportsVersion(path, tool))) return path;
  }
  return undefined;
}

async function reportsVersion(path: string, tool: Tool): Promise<boolean> {
  const output = await run(path, [...tool.versionArgs], { timeout: 10_000 }).catch(() => undefined);
  return output !== undefined && namesVersion(`${output.stdout}\n${output.stderr}`, tool.version);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
