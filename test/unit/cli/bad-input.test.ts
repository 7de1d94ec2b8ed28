import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createHome, runPluginProcess, type CallOptions } from './plugin-process.ts';

// Each case starts a process; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const { home, remove } = createHome();
afterAll(remove);

mkdirSync(join(home, 'folder'));
writeFileSync(join(home, 'broken.yaml'), 'clusters: [\n');
writeFileSync(join(home, 'no-current.yaml'), 'apiVersion: v1\nkind: Config\ncontexts: [{name: prod, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: u, user: {}}]\n');
writeFileSync(join(home, 'nobody-there.yaml'), 'apiVersion: v1\nkind: Config\ncurrent-context: prod\ncontexts: [{name: prod, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: u, user: {}}]\n');
writeFileSync(join(home, 'plan.json'), '{"apiVersion":"retrace/v1","kind":"Plan","targets":[}');
writeFileSync(join(home, 'pod.yaml'), 'apiVersion: v1\nkind: Pod\n');

interface Case {
  args: string;
  exitCode: number;
  /** Everything that stderr must say: what was wrong, and what to type instead. */
  says: string[];
  options?: CallOptions;
}

const cases: Case[] = [
  // commands
  { args: '', exitCode: 2, says: ['Usage:  kubectl rollback COMMAND', 'undo '] },
  { args: 'histroy', exitCode: 2, says: ['no command "histroy"', 'Did you mean history?'] },
  { args: 'sts/thanos-receive', exitCode: 2, says: ['Put a command before the target:  kubectl rollback plan sts/thanos-receive'] },
  { args: 'help histroy', exitCode: 2, says: ['Did you mean history?'] },
  { args: '-n monitoring', exitCode: 2, says: ['Usage:  kubectl rollback COMMAND'] },
  { args: '--frob', exitCode: 2, says: ['unknown flag --frob'] },
  // flags
  { args: 'plan sts/x --frob', exitCode: 2, says: ['unknown flag --frob', 'kubectl rollback plan --help'] },
  { args: 'plan sts/x --namspace=m', exitCode: 2, says: ['unknown flag --namspace', 'Did you mean --namespace?'] },
  { args: 'plan sts/x -x', exitCode: 2, says: ['unknown flag -x'] },
  { args: 'plan sts/x -to=3', exitCode: 2, says: ['unknown flag -to', 'Did you mean --to?'] },
  { args: 'plan sts/x --no-to-revision', exitCode: 2, says: ['unknown flag --no-to-revision'] },
  { args: 'plan sts/x --toRevision=3', exitCode: 2, says: ['unknown flag --toRevision', '--to-revision'] },
  { args: 'plan sts/x --to-revision abc', exitCode: 2, says: ['--to-revision: "abc"', 'a whole number, as 6'] },
  { args: 'plan sts/x --to-revision -1', exitCode: 2, says: ['--to-revision: "-1"', 'a whole number, as 6'] },
  { args: 'plan sts/x --to-revision=0x1', exitCode: 2, says: ['--to-revision: "0x1"', 'a whole number, as 6'] },
  { args: 'plan sts/x --to-revision 1e3', exitCode: 2, says: ['--to-revision: "1e3"', 'a whole number, as 6'] },
  { args: 'plan sts/x --to-revision=99999999999999999999', exitCode: 2, says: ['a whole number'] },
  { args: 'plan sts/x --to-revision 1 --to-revision 2', exitCode: 2, says: ['--to-revision is given more than once'] },
  { args: 'plan sts/x -n a --namespace=b', exitCode: 2, says: ['--namespace is given more than once'] },
  { args: 'plan sts/x --to-revision', exitCode: 2, says: ['--to-revision needs a value', 'Type it as --to-revision=N'] },
  { args: 'plan --to-revision --no-color sts/x', exitCode: 2, says: ['--to-revision needs a value'] },
  { args: 'plan sts/x --namespace=', exitCode: 2, says: ['--namespace needs a value'] },
  { args: 'plan sts/x --to 5 --to-revision 3', exitCode: 2, says: ['--to and --to-revision cannot be given together'] },
  { args: 'plan sts/x -o xml', exitCode: 2, says: ['--output: "xml"', 'table, wide, json, yaml, name'] },
  { args: 'plan sts/x --timeout 5', exitCode: 2, says: ['--timeout: "5"', 'a duration with its unit, as 10m'] },
  { args: 'plan sts/x --timeout=0s', exitCode: 2, says: ['--timeout: "0s"'] },
  { args: 'plan sts/x --replicas=-2', exitCode: 2, says: ['--replicas: "-2"', 'or previous'] },
  { args: 'plan sts/x --stuck-pods=kill', exitCode: 2, says: ['--stuck-pods: "kill"', 'evict, delete, never'] },
  { args: 'undo sts/x --dry-run', exitCode: 2, says: ['--dry-run needs a value', 'Type it as --dry-run=none|server|client'] },
  { args: 'undo sts/x --dry-run=true', exitCode: 2, says: ['--dry-run: "true"', 'none, server, client'] },
  { args: 'undo sts/x --yes=maybe', exitCode: 2, says: ['--yes: "maybe"', '=true'] },
  { args: 'undo sts/x --yes=', exitCode: 2, says: ['--yes: ""'] },
  { args: 'history -A -n monitoring', exitCode: 2, says: ['--all-namespaces and --namespace cannot be given together'] },
  // words
  { args: 'plan', exitCode: 2, says: ['kubectl rollback plan TYPE/NAME'] },
  { args: 'undo -n monitoring', exitCode: 2, says: ['kubectl rollback undo TYPE/NAME'] },
  { args: 'status', exitCode: 2, says: ['kubectl rollback status RUN', 'kubectl rollback runs'] },
  { args: 'status r-1 r-2', exitCode: 2, says: ['unexpected "r-2"', 'kubectl rollback status --help'] },
  { args: 'runs sts/x', exitCode: 2, says: ['unexpected "sts/x"'] },
  { args: 'apply', exitCode: 2, says: ['kubectl rollback apply -f plan.json'] },
  // nobody to ask
  { args: 'undo sts/x -nmonitoring --to-revision=3', exitCode: 2, says: ['no terminal', 'Nothing was changed.', 'kubectl rollback undo sts/x --to-revision=3 -n monitoring --yes'] },
  { args: 'undo sts/x --yes=false', exitCode: 2, says: ['no terminal'] },
  { args: 'undo sts/x --token=abc --reason=it\'s', exitCode: 2, says: [`--reason='it'\\''s'`, '--token=…'] },
  // kubeconfig
  { args: 'plan sts/x --kubeconfig=/nowhere/config', exitCode: 2, says: ['/nowhere/config does not exist', '--kubeconfig=FILE'] },
  { args: 'plan sts/x', exitCode: 2, says: ['does not exist', 'KUBECONFIG=FILE'] },
  { args: 'undo sts/x --yes --kubeconfig=broken.yaml', exitCode: 2, says: ['broken.yaml', 'Nothing was changed.'] },
  { args: 'plan sts/x --kubeconfig=no-current.yaml', exitCode: 2, says: ['no current context', 'contexts: prod', '--context=prod'] },
  { args: 'plan sts/x --kubeconfig=no-current.yaml --context=prud', exitCode: 2, says: ['no context "prud"', 'Did you mean --context=prod?'] },
  { args: 'undo sts/x -y --kubeconfig=nobody-there.yaml --request-timeout=1s', exitCode: 10, says: ['cannot reach https://127.0.0.1:1', 'Nothing was changed.'] },
  // plan files and runs
  { args: 'apply -f plan.json --yes', exitCode: 11, says: ['plan.json is not a plan', 'Nothing was changed.', 'kubectl rollback plan TYPE/NAME -o json'] },
  { args: 'apply -f pod.yaml --yes', exitCode: 11, says: ['pod.yaml is not a plan', 'Nothing was changed.'] },
  { args: 'apply -f - --yes', exitCode: 11, says: ['- is not a plan'], options: { input: '' } },
  { args: 'apply -f none.json --yes', exitCode: 11, says: ['none.json'] },
  { args: 'status r-nope', exitCode: 5, says: ['no run "r-nope"', 'kubectl rollback runs'] },
  { args: 'close ../../etc', exitCode: 5, says: ['no run "../../etc"'] },
  // snapshots
  { args: 'create -A -n monitoring', exitCode: 2, says: ['--all-namespaces and --namespace cannot be given together'], options: { plugin: 'snapshot' } },
  { args: 'create --tag good', exitCode: 2, says: ['--tag: "good" is not what it takes', 'KEY=VALUE'], options: { plugin: 'snapshot' } },
  { args: 'create --kinds cm,,sts', exitCode: 2, says: ['--kinds: "cm,,sts" is not what it takes'], options: { plugin: 'snapshot' } },
  { args: 'create --selector a --selector b', exitCode: 2, says: ['--selector is given more than once'], options: { plugin: 'snapshot' } },
  { args: 'frob', exitCode: 2, says: ['kubectl snapshot has no command "frob"'], options: { plugin: 'snapshot' } },
  // verify
  { args: '--gate pots', exitCode: 2, says: ['--gate: there is no check "pots"', 'Did you mean pods?'], options: { plugin: 'verify' } },
  { args: 'run --explain nothing', exitCode: 2, says: ['--explain: there is no check "nothing"', 'Checks: pods, rollout'], options: { plugin: 'verify' } },
  { args: '--since yesterday', exitCode: 2, says: ['--since: "yesterday" is not what it takes', 'how long ago, as 10m'], options: { plugin: 'verify' } },
  { args: '-A -n monitoring', exitCode: 2, says: ['--all-namespaces and --namespace cannot be given together'], options: { plugin: 'verify' } },
];

describe('bad input', () => {
  test.concurrent.each(cases)('$args', async ({ args, exitCode, says, options }) => {
    const ended = await runPluginProcess(home, args.split(' ').filter((word) => word !== ''), options);
    for (const text of says) expect(ended.stderr).toContain(text);
    expect(ended.stderr).not.toMatch(/undefined|\[object|NaN|at .*\.ts:\d/);
    expect(ended).toMatchObject({ stdout: '', exitCode });
  });

  test('control characters of a word do not reach the terminal', async () => {
    const { stderr } = await runPluginProcess(home, ['\u001b]0;owned\u0007']);
    expect(stderr).not.toContain('\u001b');
  });

  test('a token is never printed', async () => {
    const { stdout, stderr } = await runPluginProcess(home, ['undo', 'sts/x', '--token=very-secret', '--token=very-secret']);
    expect(stdout + stderr).not.toContain('very-secret');
  });

  test('with -o json the error is one object on stderr, in English, whatever the language', async () => {
    const { stdout, stderr, exitCode } = await runPluginProcess(home, ['plan', 'sts/x', '--frob', '-ojson', '--lang=ko'], { env: { LANG: 'ko_KR.UTF-8' } });
    const { message, ...rest } = JSON.parse(stderr) as { message: string };
    expect(rest).toEqual({ apiVersion: 'retrace/v1', kind: 'Error', code: 'usage.unknown-flag', exitCode: 2, params: { flag: '--frob', near: [], command: 'kubectl rollback plan' } });
    expect(message).toContain('unknown flag --frob');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  });

  test('a stack comes only under -v', async () => {
    const quiet = await runPluginProcess(home, ['plan', 'sts/x', '--kubeconfig=/nowhere']);
    const talkative = await runPluginProcess(home, ['plan', 'sts/x', '--kubeconfig=/nowhere', '-v', '6']);
    expect(quiet.stderr).not.toContain('.ts:');
    expect(talkative.stderr).toContain('.ts:');
    expect(talkative.exitCode).toBe(2);
  });
});
