/** Packages as the real krew installs them, from an index that is a git repository here and archives on a loopback server. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { writeArchive } from '../../scripts/archive.ts';
import { renderKrewManifest, type PackedArchive } from '../../scripts/krew-manifests.ts';
import { packPlatform, platforms, writeKrewIndex, type PlatformFolder } from '../../scripts/package.ts';
import { ensureTools, toolPath } from '../../scripts/tools/build.ts';
import { test } from '../support/fixtures.ts';
import { distFolder } from '../support/run-cli.ts';

const template = (plugin: string) => readFileSync(join(distFolder, '..', 'krew', 'templates', `${plugin}.yaml`), 'utf8');
const host = `${process.platform}-${process.arch}` as PlatformFolder;
const packing = { mtimeSeconds: 1_700_000_000, level: 1 } as const;

/** A home with krew in it, an archive server and an empty index. */
async function openKrew(home: string) {
  await ensureTools(['krew', 'validate-krew-manifest'], (line) => process.stderr.write(`${line}\n`));
  const [bin, archives, index, krewRoot, temporary] = ['bin', 'archives', 'index', 'krew', 'tmp'].map((name) => join(home, name)) as [string, string, string, string, string];
  for (const folder of [bin, archives, join(index, 'plugins'), temporary]) mkdirSync(folder, { recursive: true });
  symlinkSync(await toolPath('krew'), join(bin, 'kubectl-krew'));
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => new Response(Bun.file(join(archives, basename(new URL(request.url).pathname)))) });
  onTestFinished(async () => {
    await server.stop(true);
    // The whole of three plugins, several times over.
    rmSync(home, { recursive: true, force: true });
  });
  const env = {
    PATH: [join(krewRoot, 'bin'), bin, dirname(await toolPath('kubectl')), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    KREW_ROOT: krewRoot,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...Object.fromEntries(['AUTHOR', 'COMMITTER'].flatMap((who) => [[`GIT_${who}_NAME`, 'test'], [`GIT_${who}_EMAIL`, 'test@example.invalid']])),
  };
  const run = async (file: string, args: readonly string[], cwd = home) => {
    const { stdout, stderr, exitCode } = await execa(file, args, { cwd, env, extendEnv: false, reject: false, stdin: 'ignore', timeout: 100_000, killSignal: 'SIGKILL' });
    return { stdout, stderr, exitCode };
  };
  const kubectl = async (...args: string[]) => run(await toolPath('kubectl'), args);
  const validator = await toolPath('validate-krew-manifest');
  return {
    home,
    archives,
    index,
    baseUrl: `http://127.0.0.1:${server.port}`,
    kubectl,
    validate: (path: string) => run(validator, ['-manifest', path]),
    async commit(words: string) {
      await run('git', ['init', '--quiet', '-b', 'main'], index);
      await run('git', ['add', '-A'], index);
      const done = await run('git', ['commit', '--quiet', '-m', words], index);
      expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    },
    async succeed(...args: string[]) {
      const result = await kubectl(...args);
      expect(result, `${args.join(' ')}\n${result.stderr}`).toMatchObject({ exitCode: 0 });
      return result;
    },
  };
}

type Krew = Awaited<ReturnType<typeof openKrew>>;

/** Three scripts in place of binaries: what krew does with a package does not depend on what is in it. */
function writeStandIns({ home }: Krew, ending = ''): string {
  const folder = join(home, `stand-ins${ending}`);
  mkdirSync(folder);
  for (const plugin of ['rollback', 'snapshot', 'verify']) writeFileSync(join(folder, `kubectl-${plugin}${ending}`), '#!/bin/sh\necho an older release\n', { mode: 0o755 });
  return folder;
}

// Three whole plugins are packed, unpacked and validated: most of it is gzip, which a busy machine does slowly.
test('krew installs, upgrades and runs what this build makes', { timeout: 300_000 }, async ({ home }) => {
  const krew = await openKrew(home);
  const older = await packPlatform(host, writeStandIns(krew), krew.archives, packing);
  const atOlder = older.map((archive) => ({ ...archive, file: `older-${archive.file}` }));
  for (const { file } of older) cpSync(join(krew.archives, file), join(krew.archives, `older-${file}`));
  writeFileSync(join(krew.index, 'plugins', 'rollback.yaml'), renderKrewManifest(template('rollback'), atOlder, { version: '0.0.1', baseUrl: krew.baseUrl }));
  await krew.commit('0.0.1');
  await krew.succeed('krew', 'index', 'add', 'retrace', `file://${krew.index}`);
  const installed = await krew.succeed('krew', 'install', 'retrace/rollback');
  expect(installed.stderr).toContain('kubectl rollback completion install');
  expect(await krew.kubectl('rollback', '--version')).toEqual({ stdout: 'an older release', stderr: '', exitCode: 0 });

  const archives = await packPlatform(host, distFolder, krew.archives, packing);
  await writeKrewIndex(krew.index, archives, { version: packageJson.version, baseUrl: krew.baseUrl });
  await krew.commit(packageJson.version);
  await krew.succeed('krew', 'upgrade', 'rollback');
  await krew.succeed('krew', 'install', 'retrace/snapshot', 'retrace/verify');
  for (const plugin of ['rollback', 'snapshot', 'verify']) {
    const version = await krew.kubectl(plugin, '--version');
    expect(version, version.stderr).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`^kubectl-${plugin} ${packageJson.version} `)) });
  }
  await krew.succeed('rollback', 'completion', 'install');
  expect((await krew.succeed('__complete', 'rollback', 'und')).stdout).toMatch(/^undo\t.*\n:36$/);
  expect((await krew.succeed('krew', 'search', 'rollback')).stdout).toMatch(/retrace\/rollback +Undo a bad rollout and see that it holds +yes/);
  const valid = await krew.validate(join(krew.index, 'plugins', 'rollback.yaml'));
  expect(valid, valid.stderr).toMatchObject({ exitCode: 0 });
});

test("krew's validator accepts every manifest on every platform, and a wrong checksum nowhere", { timeout: 300_000 }, async ({ home }) => {
  const krew = await openKrew(home);
  const [unix, windows] = [writeStandIns(krew), writeStandIns(krew, '.exe')];
  const archives: PackedArchive[] = [];
  for (const platform of Object.keys(platforms) as PlatformFolder[]) {
    archives.push(...(await packPlatform(platform, platforms[platform].os === 'windows' ? windows : unix, krew.archives, packing)));
  }
  const release = { version: packageJson.version, baseUrl: `${krew.baseUrl}/`, homepage: 'https://example.invalid/retrace' };
  await writeKrewIndex(krew.index, archives, release);
  expect(readdirSync(join(krew.index, 'plugins')).sort()).toEqual(['rollback.yaml', 'snapshot.yaml', 'verify.yaml']);
  for (const plugin of ['rollback', 'snapshot', 'verify']) {
    const valid = await krew.validate(join(krew.index, 'plugins', `${plugin}.yaml`));
    expect(valid, valid.stderr).toMatchObject({ exitCode: 0 });
    expect(valid.stderr).toContain(`all ${Object.keys(platforms).length} spec.platforms installed fine`);
  }

  const wrong = join(krew.home, 'rollback.yaml');
  const changed = archives.map((archive) => ({ ...archive, sha256: createHash('sha256').update(archive.file).digest('hex') }));
  writeFileSync(wrong, renderKrewManifest(template('rollback'), changed, release));
  for (const refused of [await krew.validate(wrong), await krew.kubectl('krew', 'install', `--manifest=${wrong}`)]) {
    expect(refused.stderr).toContain('checksum does not match');
    expect(refused.exitCode).not.toBe(0);
  }
  expect((await krew.kubectl('rollback', '--version')).exitCode).not.toBe(0);
});

test('the same files packed twice, named in another order and at another time, are the same bytes', async ({ home }) => {
  const files = [
    { name: 'kubectl-x', path: join(home, 'x'), isExecutable: true },
    { name: 'LICENSE', path: join(home, 'license') },
  ];
  const pack = async (name: string, order: typeof files) => {
    writeFileSync(join(home, 'x'), 'x'.repeat(200_000));
    writeFileSync(join(home, 'license'), 'license');
    await writeArchive(join(home, name), order, { mtimeSeconds: 1_700_000_000 });
    return createHash('sha256').update(readFileSync(join(home, name))).digest('hex');
  };
  const endings = ['tar.gz', 'zip'];
  const first = await Promise.all(endings.map((ending) => pack(`first.${ending}`, files)));
  // Two seconds are the smallest step of a zip's clock.
  await Bun.sleep(2100);
  expect(await Promise.all(endings.map((ending) => pack(`second.${ending}`, files.toReversed())))).toEqual(first);
  const { stdout } = await execa('tar', ['--utc', '-tvzf', join(home, 'first.tar.gz')]);
  expect(stdout.replaceAll(/ +/g, ' ').split('\n')).toEqual(['-rw-r--r-- 0/0 7 2023-11-14 22:13 LICENSE', '-rwxr-xr-x 0/0 200000 2023-11-14 22:13 kubectl-x']);
});
