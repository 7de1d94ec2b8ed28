import { afterAll, describe, expect, test, vi } from 'vitest';
import { createHome, runPluginProcess } from './plugin-process.ts';

// Each case starts a process; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const { home, remove } = createHome();
afterAll(remove);

const commands = ['plan', 'undo', 'apply', 'history', 'runs', 'status', 'resume', 'revert', 'close', 'completion'];

const snapshotCommands = ['create', 'list', 'show', 'diff', 'export', 'restore', 'check', 'prune', 'key', 'completion'];

const verifyCommands = ['run', 'watch', 'checks', 'completion'];

describe('help', () => {
  test('names every command, on stdout', async () => {
    const { stdout, stderr, exitCode } = await runPluginProcess(home, ['--help']);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  const ofEach = [...commands.map((name) => ['rollback', name] as const), ...snapshotCommands.map((name) => ['snapshot', name] as const), ...verifyCommands.map((name) => ['verify', name] as const)];
  test.concurrent.each(ofEach)('of %s %s fits 80 columns but for examples to copy, three ways to it', async (plugin, name) => {
    const [first, ...others] = await Promise.all([['help', name], [name, '--help'], ['-v', '0', name, 'x', '-h']].map((args) => runPluginProcess(home, args, { plugin })));
    expect(others.map(({ stdout }) => stdout)).toEqual([first!.stdout, first!.stdout]);
    const lines = first!.stdout.split('\n').filter((line) => !line.startsWith('  kubectl '));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const part of [`Usage:  kubectl ${plugin} ${name}`, 'Examples:', 'Exit codes:', '--lang=en|ko']) expect(first!.stdout).toContain(part);
    expect(first).toMatchObject({ stderr: '', exitCode: 0 });
  });

});

test.each(['rollback', 'snapshot', 'verify'] as const)('version of %s', async (plugin) => {
  const { stdout, stderr, exitCode } = await runPluginProcess(home, ['--version'], { plugin });
  expect(stdout).toMatch(new RegExp(`^kubectl-${plugin} \\S+ \\(commit \\S+, Bun \\S+\\)\\n$`));
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

describe('an empty machine', () => {
  test('has no runs: a sentence for people, an empty list for programs', async () => {
    const people = await runPluginProcess(home, ['runs']);
    expect(people).toEqual({ stdout: '', stderr: expect.stringMatching(/^The cluster could not be asked; .*\nNo runs on this machine yet\.\n$/), exitCode: 0 });
    const programs = await runPluginProcess(home, ['runs', '-o', 'json']);
    expect(JSON.parse(programs.stdout)).toEqual({ apiVersion: 'retrace/v1', kind: 'RunList', items: [] });
    expect(programs.stderr).toMatch(/^The cluster could not be asked; .*\n$/);
  });
});
