/** What build.ts made, through kubectl's plugin mechanism, in places and on pipes as a person has them. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { toolPath } from '../../scripts/tools/build.ts';
import { createAuthority } from '../unit/kube/private-authority.ts';
import { test } from '../support/fixtures.ts';
import { cliEnvironment, distFolder } from '../support/run-cli.ts';
import { deploy } from '../support/roll-outs.ts';
import { podStates, setImage, thanosQuery } from '../support/workloads.ts';
import { breakHashring, quickly, target } from '../faults/runs.ts';

const plugins = ['rollback', 'snapshot', 'verify'] as const;
const commands = ['plan', 'undo', 'apply', 'history', 'runs', 'status', 'resume', 'revert', 'close', 'completion'];

test('undo through kubectl in a directory that would like to run its own code', async ({ cluster, namespace, cli, home }) => {
  await breakHashring({ cluster, namespace });
  const hostile = join(home, 'hostile');
  mkdirSync(hostile);
  const ran = join(home, 'foreign-code-ran');
  const files = {
    '.env': 'KUBECONFIG=/nonexistent\nHTTPS_PROXY=http://127.0.0.1:1\nXDG_STATE_HOME=/nonexistent\nBUN_CONFIG_VERBOSE_FETCH=curl\n',
    'bunfig.toml': 'preload = ["./preload.ts"]\n[run]\npreload = ["./preload.ts"]\n',
    'preload.ts': `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')`,
    'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["./preload.ts"] } } } and not JSON',
    'package.json': '{ "type": "commonjs", "imports": { "#x": "./preload.ts" }, not JSON',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(hostile, name), content);

  const plan = await cli('rollback', ['plan', target, '-n', namespace], { as: 'kubectl', cwd: hostile });
  expect(plan, plan.stderr).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/Now .*thanos:broken[^]*Back to .*thanos:v0\.42\.3/) });
  const undone = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly], { as: 'kubectl', cwd: hostile });
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('statefulset/thanos-receive rolled back to revision 1') });
  expect(existsSync(ran)).toBe(false);
  expect(await podStates(cluster, namespace)).toEqual({
    'thanos-receive-0': { image: 'thanos:v0.42.3', ready: true },
    'thanos-receive-1': { image: 'thanos:v0.42.3', ready: true },
  });
});

test.concurrent('a private authority and a client certificate are enough, and neither is dispensable', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ replicas: 1 }));
  const kubeconfig = readFileSync(cluster.kubeconfig, 'utf8');
  expect(kubeconfig).not.toMatch(/token|insecure-skip-tls-verify: true/);
  const history = ['history', 'deploy/thanos-query', '-n', namespace];
  expect(await cli('rollback', history, { as: 'kubectl' })).toMatchObject({ exitCode: 0, stderr: '' });

  const other = createAuthority(home, 'somebody-else');
  const [wrong, nobody] = [join(home, 'wrong-ca'), join(home, 'no-certificate')];
  writeFileSync(wrong, withAuthority(kubeconfig, other.path));
  writeFileSync(nobody, kubeconfig.replace(/^ *client-(certificate|key)(-data)?:.*\n/gm, ''));
  const untrusted = await cli('rollback', history, { as: 'kubectl', kubeconfig: wrong });
  expect(untrusted, untrusted.stderr).toMatchObject({ exitCode: 10, stdout: '', stderr: expect.stringMatching(/certificate/) });
  const anonymous = await cli('rollback', history, { as: 'kubectl', kubeconfig: nobody });
  expect(anonymous, anonymous.stderr).toMatchObject({ exitCode: 4, stdout: '' });
});

function withAuthority(kubeconfig: string, path: string): string {
  return kubeconfig.replace(/^( *)certificate-authority(-data)?:.*$/gm, `$1certificate-authority: ${path}`);
}

test.concurrent('a slow reader gets every byte, one that leaves is no failure', async ({ cluster, namespace, home, cli }) => {
  // Half a MiB of history: a pipe holds 64 KiB, its reader reads some ahead.
  const words = (seed: string) => Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`example.org/note-${index}`, `${seed}-${'x'.repeat(120)}`]));
  for (const seed of ['first', 'second', 'third', 'fourth', 'fifth']) {
    await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ replicas: 1, podAnnotations: words(seed) }));
  }
  const args = ['rollback', 'history', 'deploy/thanos-query', '-n', namespace, '-o', 'json'];
  const whole = (await cli('rollback', args.slice(1), { as: 'kubectl' })).stdout;
  expect(whole.length).toBeGreaterThan(7 * 65_536);
  JSON.parse(whole);

  const env = await cliEnvironment(home, cluster.kubeconfig);
  const child = spawn(await toolPath('kubectl'), args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let slowly = '';
  for await (const chunk of child.stdout) {
    slowly += String(chunk);
    await pause(100);
  }
  expect(await ended).toBe(0);
  expect(slowly.length).toBe(whole.length);

  const piped = await execa('bash', ['-c', 'kubectl "$@" | head -1; echo "${PIPESTATUS[0]}"', 'bash', ...args], { env, extendEnv: false, reject: false });
  expect(piped).toMatchObject({ stdout: '{\n0', stderr: '', exitCode: 0 });
});

for (const plugin of plugins) {
  test.concurrent(`kubectl ${plugin} --version tells version, commit and Bun`, async ({ cli }) => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const result = await cli(plugin, ['--version'], { as: 'kubectl', kubeconfig: '/nonexistent' });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toMatch(new RegExp(`^kubectl-${plugin} ${version} \\(commit ([0-9a-f]{7,40}|unknown), Bun ${Bun.version}\\)\n$`));
  });
}

test.concurrent('--help of every command, without a cluster', async ({ cli }) => {
  const all = await cli('rollback', ['--help'], { as: 'kubectl', kubeconfig: '/nonexistent' });
  expect(all).toMatchObject({ exitCode: 0, stderr: '' });
  for (const name of commands) {
    expect(all.stdout).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
    const help = await cli('rollback', [name, '--help'], { as: 'kubectl', kubeconfig: '/nonexistent' });
    expect(help, help.stderr).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`kubectl rollback ${name}`) });
  }
});

const hasScript = execaSync('script', ['--version'], { reject: false }).exitCode === 0;

test.skipIf(!hasScript).concurrent('colour on a terminal only, and not where NO_COLOR or TERM=dumb speak against it', async ({ cluster, namespace, home }) => {
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ replicas: 1 }));
  await setImage(cluster, namespace, 'deploy/thanos-query', 'thanos:v0.42.4');
  const onTerminal = async (env: Record<string, string>) => {
    const environment = { ...(await cliEnvironment(home, cluster.kubeconfig)), TERM: 'xterm-256color', ...env };
    // `script` gives the command a terminal of its own.
    const command = `kubectl-rollback plan deploy/thanos-query -n ${namespace} --to=1`;
    const { stdout, exitCode } = await execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env: environment, extendEnv: false, reject: false, stdin: 'ignore' });
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain('Back to');
    return stdout;
  };
  const escape = '\u001b[';
  expect(await onTerminal({})).toContain(escape);
  expect(await onTerminal({ NO_COLOR: '1' })).not.toContain(escape);
  expect(await onTerminal({ TERM: 'dumb' })).not.toContain(escape);
});

/** First bytes of an executable, by platform, and the machine it is for. */
const formats = { 'linux-arm64': '7f454c46', 'darwin-arm64': 'cffaedfe', 'windows-x64': '4d5a' };

test.skipIf(process.env['RETRACE_TEST_FULL'] !== '1')('other platforms are built from here', { timeout: 600_000 }, async () => {
  onTestFinished(() => Object.keys(formats).forEach((platform) => rmSync(join(distFolder, platform), { recursive: true, force: true })));
  const targets = Object.keys(formats).flatMap((platform) => ['--target', platform]);
  const build = await execa(process.execPath, ['build.ts', ...targets], { cwd: join(distFolder, '..'), reject: false });
  expect(build, build.stderr).toMatchObject({ exitCode: 0 });
  for (const [platform, magic] of Object.entries(formats)) {
    for (const plugin of plugins) {
      const bytes = readFileSync(join(distFolder, platform, `kubectl-${plugin}${platform.startsWith('windows') ? '.exe' : ''}`));
      expect(bytes.subarray(0, magic.length / 2).toString('hex'), `${platform} ${plugin}`).toBe(magic);
      expect(bytes.length / 2 ** 20).toBeGreaterThan(40);
      expect(bytes.length / 2 ** 20).toBeLessThan(200);
    }
  }
});
