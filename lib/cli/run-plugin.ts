import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { basename } from 'node:path';
import { isatty } from 'node:tty';
import { buildInfo } from '../core/build-info.ts';
import type { Context, InputStream, OutputStream } from '../core/context.ts';
import { exitCodes, isError } from '../core/errors.ts';
import type { Plugin } from './define-command.ts';
import { completionCommand, dispatch } from './dispatch.ts';
import type { Progression, Terminal } from './environment.ts';
import type { Invocation } from './invocation.ts';

/** Runs a plugin in this process: the only place that knows `process`. Leaves by process.exitCode. */
export async function runPlugin(plugin: Plugin): Promise<void> {
  const program = { invokedAs: process.argv0 };
  const argv = readWords(program.invokedAs);
  const stopper = new AbortController();
  const progress: Progression = {};
  const context = readContext(stopper.signal);
  const invocation: Invocation = { plugin, argv, context, build: buildInfo, program, terminal: findTerminal(), progress };
  const forgetSignals = listenToSignals(stopper, invocation);
  try {
    process.exitCode = await dispatch(invocation);
  } catch (error) {
    const { reportFailure } = await import('./report-failure.ts');
    process.exitCode = await reportFailure(error, invocation);
    // A request to a bucket that was given up holds its socket, which no signal closes (Bun.S3Client, Bun 1.4.5): it must not hold the process.
    if (isError(error, 'repository.unreachable') || (stopper.signal.aborted && progress.runId === undefined)) process.exit(process.exitCode);
  } finally {
    forgetSignals();
  }
}

// kubectl asks for completions under another name of the same file.
function readWords(invokedAs: string): string[] {
  const words = process.argv.slice(2);
  return basename(invokedAs).startsWith('kubectl_complete-') ? [completionCommand, ...words] : words;
}

function readContext(signal: AbortSignal): Context {
  return {
    now: () => new Date(),
    random: Math.random,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    get user() {
      return readUser();
    },
    host: hostname(),
    pid: process.pid,
    isProcessAlive,
    signal,
    streams: { stdin: stdin(), stdout: outputStream(process.stdout, 1), stderr: outputStream(process.stderr, 2) },
  };
}

// Bun's userInfo() knows only $USER (1.4.5: `unknown` without it), which cron and containers do not set.
function readUser(): string {
  const { username, uid } = userInfo();
  if (username !== '' && username !== 'unknown') return username;
  return nameOfUid(uid) ?? `uid ${uid}`;
}

function nameOfUid(uid: number): string | undefined {
  try {
    const fields = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
    return fields.find(([, , id]) => id === String(uid))?.[0];
  } catch {
    return undefined;
  }
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function stdin(): InputStream {
  return {
    isTTY: isatty(0),
    async readAll() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

// Resolves when the bytes have left, so that nothing is lost at the end (bun#36419: a pipe is cut at 64 KiB by process.exit).
// A reader that went away (`| head`) is no failure of ours: a change that is going on must be finished all the same.
function outputStream(stream: NodeJS.WriteStream, descriptor: 1 | 2): OutputStream {
  let isBroken = false;
  stream.on('error', () => {
    isBroken = true;
  });
  return {
    isTTY: isatty(descriptor),
    get columns() {
      return stream.columns;
    },
    write: (text) =>
      new Promise((resolve) => {
        if (isBroken) return resolve();
        stream.write(text, () => resolve());
      }),
  };
}

function findTerminal(): Terminal | undefined {
  if (!isatty(0) || !isatty(2)) return undefined;
  return {
    get input() {
      return process.stdin;
    },
    get output() {
      return process.stderr;
    },
    rows: () => process.stderr.rows ?? 24,
  };
}

// The first Ctrl-C asks everything to stop and says what that means; the second one ends at once.
function listenToSignals(stopper: AbortController, invocation: Invocation): () => void {
  const onSignal = () => {
    if (stopper.signal.aborted) {
      // Once a run has begun nobody knows here how far it came: the same code as the stop that it overtakes.
      const code = invocation.progress.runId === undefined ? exitCodes.interrupted : exitCodes.halfWay;
      void announce('atOnce', invocation).finally(() => process.exit(code));
      return;
    }
    stopper.abort();
    if (invocation.progress.runId !== undefined) void announce('stopping', invocation);
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return () => {
    for (const name of names) process.off(name, onSignal);
  };
}

async function announce(what: 'stopping' | 'atOnce', invocation: Invocation): Promise<void> {
  const { announceStop } = await import('./report-failure.ts');
  await announceStop(what, invocation);
}
