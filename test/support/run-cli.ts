/** Runs a plugin as a person would, as a child process with an environment of its own. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';
import type { CommandResult } from './kubectl.ts';
import { forgetProcess, noteProcess } from './run-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folder with the compiled plugins, as PATH needs it for `kubectl rollback`. */
export const distFolder = join(root, 'dist');

export type Plugin = 'rollback' | 'snapshot' | 'verify';

/** How a plugin is run. */
export interface CliOptions {
  /** The run's folder (fixture `runFolder`); the child is ended with it. */
  readonly runFolder: string;
  readonly kubeconfig?: string;
  /** HOME and the XDG folders. Pass one made by `createCliHome` to keep state between calls; otherwise each call has a fresh one. */
  readonly home?: string;
  /** Added to the environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Standard input; closed when absent. */
  readonly input?: string;
  readonly timeoutMs?: number;
  /** `source` runs main.ts by Bun; `binary` dist/kubectl-NAME; `kubectl` goes through kubectl's plugin mechanism. */
  readonly as?: 'source' | 'binary' | 'kubectl';
  /** A file that is run in place of the plugin's main.ts, which it loads itself: it wraps what a fault is to strike. */
  readonly entry?: string;
  /** A command that runs the command, as `nsenter …`. */
  readonly under?: readonly string[];
}

/** A plugin that runs: lines as they come, signals, and the end. */
export interface RunningCli {
  readonly pid: number;
  /** Resolves with the first line, on either stream, that matches; rejects when the process ends before. */
  waitForLine(pattern: RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Writes to standard input, which stays open. */
  write(text: string): void;
  readonly result: Promise<CommandResult>;
}

/** An empty home folder under the run's folder. */
export function createCliHome(runFolder: string): string {
  const homes = join(runFolder, 'homes');
  mkdirSync(homes, { recursive: true });
  return mkdtempSync(join(homes, 'home-'));
}

/** Environment of a plugin: nothing of the person's own, everything under `home`. */
export async function cliEnvironment(home: string, kubeconfig?: string): Promise<Record<string, string>> {
  return {
    PATH: [distFolder, dirname(await toolPath('kubectl')), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...(kubeconfig ? { KUBECONFIG: kubeconfig } : {}),
  };
}

/** Runs a plugin to its end. Never throws for an exit code: the test asserts it. */
export async function runCli(plugin: Plugin, args: readonly string[], options: CliOptions): Promise<CommandResult> {
  const { collect } = await startChild(plugin, args, options);
  return collect();
}

/** Starts a plugin and returns at once. */
export async function spawnCli(plugin: Plugin, args: readonly string[], options: CliOptions): Promise<RunningCli> {
  const { child, collect } = await startChild(plugin, args, options, true);
  const result = collect();
  const seen: string[] = [];
  const waiters = new Set<(line: string) => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      seen.push(line);
      for (const waiter of waiters) waiter(line);
    });
  }
  return {
    pid: child.pid!,
    signal: (name) => void child.kill(name),
    write: (text) => void child.stdin!.write(text),
    result,
    waitForLine: (pattern) =>
      new Promise((resolve, reject) => {
        const earlier = seen.find((line) => pattern.test(line));
        if (earlier !== undefined) return resolve(earlier);
        const waiter = (line: string) => {
          if (!pattern.test(line)) return;
          waiters.delete(waiter);
          resolve(line);
        };
        waiters.add(waiter);
        void result.then(({ exitCode }) =>
          reject(new Error(`ended with ${exitCode} before a line matched ${pattern}:\n${seen.join('\n')}`)),
        );
      }),
  };
}

/** The child in an object: returned bare, it would be awaited to its end, because an execa child is also a promise. */
async function startChild(plugin: Plugin, args: readonly string[], options: CliOptions, openInput = false) {
  const [file, ...first] = [...(options.under ?? []), ...(await commandOf(plugin, options))];
  const home = options.home ?? createCliHome(options.runFolder);
  const env = { ...(await cliEnvironment(home, options.kubeconfig)), ...options.env };
  const child = execa(file!, [...first, ...args], {
    env,
    extendEnv: false,
    reject: false,
    cwd: options.cwd ?? home,
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
    ...(openInput
      ? { stdin: 'pipe' as const }
      : options.input === undefined
        ? { stdin: 'ignore' as const }
        : { input: options.input }),
  });
  if (child.pid) noteProcess(options.runFolder, child.pid);
  const collect = async (): Promise<CommandResult> => {
    const { stdout, stderr, exitCode } = await child;
    if (child.pid) forgetProcess(options.runFolder, child.pid);
    return { stdout: stdout ?? '', stderr: stderr ?? '', exitCode };
  };
  return { child, collect };
}

async function commandOf(plugin: Plugin, { as, entry }: CliOptions): Promise<string[]> {
  if (as === 'binary') return [join(distFolder, `kubectl-${plugin}`)];
  if (as === 'kubectl') return [await toolPath('kubectl'), plugin];
  return [process.execPath, entry ?? join(root, 'plugins', plugin, 'main.ts')];
}
