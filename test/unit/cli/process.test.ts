/** What holds for every command: pipes, signals, questions, bugs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';

// Each case starts a process; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL('sample-plugin.ts', import.meta.url));
const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8', TERM: 'xterm' };

interface Child {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  saw(text: string): Promise<void>;
  ended: Promise<{ stdout: string; stderr: string; exitCode: number | null }>;
}

function start(args: readonly string[]): Child {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async saw(text) {
      while (!stderr.includes(text)) await Bun.sleep(10);
    },
    ended: new Promise((resolve) => child.on('close', (exitCode) => resolve({ stdout, stderr, exitCode }))),
  };
}

describe('pipes', () => {
  test('a slow reader gets everything: 2 MB through a pipe of 64 KiB', async () => {
    const child = spawn('/bin/sh', ['-c', `"$0" "$1" big | (sleep 1; wc -c)`, process.execPath, main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let count = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (count += text));
    await new Promise((resolve) => child.on('close', resolve));
    expect(Number(count)).toBe(2_000_000);
  });

  test('a reader that goes away is no error', async () => {
    const child = spawn('/bin/bash', ['-c', `"$0" "$1" big | head -c 10; echo " \${PIPESTATUS[0]}"`, process.execPath, main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await new Promise((resolve) => child.on('close', resolve));
    expect({ stdout, stderr }).toEqual({ stdout: 'xxxxxxxxxx 0\n', stderr: '' });
  });
});

describe('a bug', () => {
  test('says that it is one and ends with 1', async () => {
    const { stdout, stderr, exitCode } = await start(['crash']).ended;
    expect(stderr).toMatch(/^error: this is a bug in Retrace: TypeError: cannot read "x"\nAdd -v=1/);
    expect(stderr).not.toContain('sample-plugin.ts:');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  });
  test('shows its stack under -v', async () => {
    expect((await start(['crash', '-v']).ended).stderr).toContain('sample-plugin.ts:');
  });
  test('is an object with -o json', async () => {
    expect(JSON.parse((await start(['crash', '-o=json']).ended).stderr)).toMatchObject({ kind: 'Error', code: 'bug', exitCode: 1 });
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s while nothing was changed: says so, 130', async (signal) => {
    const running = start(['read']);
    await running.saw('reading');
    running.child.kill(signal);
    expect(await running.ended).toEqual({ stdout: '', stderr: 'reading\nerror: stopped before the first change\nNothing was changed.\n', exitCode: 130 });
  });

  test('in a run the first says what it does, the second ends at once and says how to go on', async () => {
    const running = start(['deaf']);
    await running.saw('writing');
    running.child.kill('SIGINT');
    await running.saw('Ctrl-C again ends at once.');
    running.child.kill('SIGINT');
    const { stderr, exitCode } = await running.ended;
    expect(stderr).toMatch(/Go on with: {2}kubectl sample resume r-7k2m4d\n$/);
    expect(exitCode).toBe(7);
  });
});

/** The command on a terminal of its own, answered with `keys` when the question stands. */
async function answer(args: readonly string[], question: RegExp, ...keys: string[]): Promise<{ screen: string; exitCode: number }> {
  let screen = '';
  const child = Bun.spawn([process.execPath, main, ...args], {
    env,
    terminal: { cols: 80, rows: 24, data: (_terminal: unknown, bytes: Uint8Array) => void (screen += Buffer.from(bytes).toString('utf8')) },
  } as Bun.SpawnOptions.OptionsObject<'ignore', 'ignore', 'ignore'>);
  const { terminal } = child as unknown as { terminal: { write(text: string): void; close(): void } };
  while (!question.test(Bun.stripANSI(screen)) && child.exitCode === null) await Bun.sleep(10);
  for (const key of keys) {
    terminal.write(key);
    await Bun.sleep(150);
  }
  await child.exited;
  terminal.close();
  return { screen: Bun.stripANSI(screen).replaceAll('\r', ''), exitCode: child.exitCode! };
}

describe('a question', () => {
  test('names target, namespace, context and server', async () => {
    const { screen, exitCode } = await answer(['ask'], /y\/N/, 'y', '\r');
    expect(screen).toMatch(/Roll back statefulset\/thanos-receive in namespace monitoring of\s+context cluster-03 \(https:\/\/10\.0\.3\.1:6443\)\?/);
    expect(screen).toContain('agreed');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['n', ['n', '\r']],
    ['Enter', ['\r']],
    ['Ctrl-C', ['\u0003']],
    ['Ctrl-D', ['\u0004']],
  ])('%s is a no: 130, nothing was changed', async (_key, keys) => {
    const { screen, exitCode } = await answer(['ask'], /y\/N/, ...keys);
    expect(screen).toContain('Nothing was changed.');
    expect(screen).not.toContain('agreed');
    expect(exitCode).toBe(130);
  });

  test('a name must be typed as it is', async () => {
    const wrong = await answer(['ask-name', '--yes'], /to go on:/, 'thanos', '\r', '\u0003');
    expect(wrong.screen).toContain('that is not "thanos-receive"');
    expect(wrong.exitCode).toBe(130);
    const right = await answer(['ask-name'], /to go on:/, 'thanos-receive', '\r');
    expect(right.screen).toContain('agreed');
    expect(right.exitCode).toBe(0);
  });

  test('--no-input on a terminal is as no terminal', async () => {
    const { screen, exitCode } = await answer(['ask', '--no-input'], /never/);
    expect(screen).toContain('To go on without the question:  kubectl sample ask --yes');
    expect(exitCode).toBe(2);
  });

  test.each([
    [['ask', '--yes'], 0, ''],
    [['ask', '--confirm=thanos-receive'], 0, ''],
    [['ask-name', '--confirm=thanos-receive'], 0, ''],
    [['ask'], 2, 'kubectl sample ask --yes'],
    [['ask-name', '--yes'], 2, '--confirm=thanos-receive'],
    [['ask-name', '--confirm=thanos'], 2, '--confirm=thanos-receive'],
    [['ask', '--confirm=thanos'], 2, '--confirm=thanos-receive'],
  ])('without a terminal: %j', async (args, code, says) => {
    const { stdout, stderr, exitCode } = await start(args).ended;
    expect(stderr).toContain(says);
    expect({ stdout, exitCode }).toEqual({ stdout: code === 0 ? 'agreed\n' : '', exitCode: code });
  });
});
