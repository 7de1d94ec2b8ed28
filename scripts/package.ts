/**
 * Packs what `build.ts --all` made into archives with their checksums, and renders the krew index of that version.
 *
 *     npm run package
 *     npm run package -- --base-url https://HOST/releases/download/v0.1.0 --homepage https://HOST/retrace
 *
 * Archives stand in dist/release. The index needs to know where they will be fetched from: without --base-url there is none.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { writeArchive, type ArchiveOptions } from './archive.ts';
import { renderKrewManifest, type PackedArchive, type Release } from './krew-manifests.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const plugins = ['rollback', 'snapshot', 'verify'] as const;

/** Folders of build.ts, and what Go and krew call the platform. */
export const platforms = {
  'linux-x64': { os: 'linux', arch: 'amd64' },
  'linux-arm64': { os: 'linux', arch: 'arm64' },
  'darwin-x64': { os: 'darwin', arch: 'amd64' },
  'darwin-arm64': { os: 'darwin', arch: 'arm64' },
  'windows-x64': { os: 'windows', arch: 'amd64' },
  'windows-arm64': { os: 'windows', arch: 'arm64' },
} as const;

export type PlatformFolder = keyof typeof platforms;

/** Packs the three plugins of one platform. @param binaries folder with `kubectl-rollback` … */
export async function packPlatform(platform: PlatformFolder, binaries: string, target: string, options: ArchiveOptions): Promise<PackedArchive[]> {
  const { os, arch } = platforms[platform];
  const packed: PackedArchive[] = [];
  for (const plugin of plugins) {
    const binary = `kubectl-${plugin}${os === 'windows' ? '.exe' : ''}`;
    const file = `kubectl-${plugin}_v${packageJson.version}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
    const files = [
      { name: binary, path: join(binaries, binary), isExecutable: true },
      { name: 'LICENSE', path: join(root, 'LICENSE') },
    ];
    await writeArchive(join(target, file), files, options);
    packed.push({ plugin, os, arch, file, sha256: createHash('sha256').update(await readFile(join(target, file))).digest('hex') });
  }
  return packed;
}

/** Writes a complete krew index: the repository that `kubectl krew index add` is given. */
export async function writeKrewIndex(target: string, archives: readonly PackedArchive[], release: Release): Promise<void> {
  await mkdir(join(target, 'plugins'), { recursive: true });
  await cp(join(root, 'krew', 'README.md'), join(target, 'README.md'));
  for (const plugin of plugins) {
    const template = await readFile(join(root, 'krew', 'templates', `${plugin}.yaml`), 'utf8');
    await writeFile(join(target, 'plugins', `${plugin}.yaml`), renderKrewManifest(template, archives, release));
  }
}

/** SOURCE_DATE_EPOCH where it is set, else the time of the commit. */
export function readSourceTime(): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  const seconds = Number(text.trim());
  if (!Number.isSafeInteger(seconds) || seconds < 0 || text.trim() === '') throw new Error(`SOURCE_DATE_EPOCH is not a time in whole seconds: ${text}`);
  return seconds;
}

async function packAll(): Promise<void> {
  const { values } = parseArgs({ options: { 'base-url': { type: 'string' }, homepage: { type: 'string' } } });
  const dist = join(root, 'dist');
  const [release, index] = [join(dist, 'release'), join(dist, 'krew-index')];
  for (const folder of [release, index]) await rm(folder, { recursive: true, force: true });
  await mkdir(release, { recursive: true });
  const mtimeSeconds = readSourceTime();
  const archives: PackedArchive[] = [];
  for (const platform of (Object.keys(platforms) as PlatformFolder[]).filter((name) => existsSync(join(dist, name)))) {
    archives.push(...(await packPlatform(platform, join(dist, platform), release, { mtimeSeconds })));
    process.stderr.write(`packed ${platform}\n`);
  }
  await writeFile(join(release, 'checksums.txt'), archives.map(({ sha256, file }) => `${sha256}  ${file}\n`).join(''));
  const baseUrl = values['base-url'];
  if (baseUrl === undefined) return void process.stderr.write('no --base-url, so no krew index\n');
  await writeKrewIndex(index, archives, { version: packageJson.version, baseUrl, homepage: values.homepage });
  process.stderr.write(`krew index in ${index}\n`);
}

if (import.meta.main) await packAll();
