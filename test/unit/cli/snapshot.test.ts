import { readdirSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeSnapshot } from '../../../lib/snapshot/file/encode.ts';
import { ensureIdentities } from '../../../lib/snapshot/identity.ts';
import type { ManifestHead } from '../../../lib/snapshot/manifest.ts';
import { openRepository } from '../../../lib/snapshot/open-repository.ts';
import { makeContext } from '../kube/test-context.ts';
import { plantedForms, sampleHead, sampleObjects } from '../snapshot/sample-objects.ts';
import { createHome, runPluginProcess, type CallOptions } from './plugin-process.ts';

// Each case starts processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const { home, remove } = createHome();
afterAll(remove);
beforeEach(() => {
  for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true, force: true });
});

const context = makeContext({ env: { HOME: home } });
const folder = join(home, '.local', 'share', 'retrace', 'snapshots');
const fileOf = (id: string) => join(folder, `${id}.retrace`);
const snapshot = (args: string, options: CallOptions = {}) => runPluginProcess(home, args.split(' '), { plugin: 'snapshot', ...options });

/** Puts a snapshot of the sample objects into the home's own folder, sealed for the home's own key. */
async function put(id: string, head: Partial<ManifestHead> = {}): Promise<void> {
  const [, year, month, day, hour, minute] = /^s-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)/.exec(id)!;
  const startedAt = `${year}-${month}-${day}T${hour}:${minute}:00Z`;
  const identities = await ensureIdentities(undefined, context);
  const { bytes } = await encodeSnapshot(sampleHead({ id, startedAt, finishedAt: startedAt, ...head }), sampleObjects(), { kind: 'age', recipients: [identities[0]!.recipient] });
  await (await openRepository(undefined, context)).write(id, bytes);
}

function flip(id: string, at: number): void {
  const bytes = readFileSync(fileOf(id));
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  writeFileSync(fileOf(id), bytes);
}

describe('list', () => {
  test('of an empty place is a sentence for people, an empty list for programs', async () => {
    expect(await snapshot('list')).toEqual({ stdout: '', stderr: `No snapshots in ${folder} yet.\n`, exitCode: 0 });
    const programs = await snapshot('list -o json');
    expect(JSON.parse(programs.stdout)).toEqual({ apiVersion: 'retrace/v1', kind: 'SnapshotList', items: [] });
    expect(programs).toMatchObject({ stderr: '', exitCode: 0 });
  });

  test('is newest first, and a file that cannot be read does not hide the others', async () => {
    await put('s-20261122-0250', { tags: { verified: 'good' } });
    await put('s-20261123-0250', { complete: false, gaps: [{ what: 'leases', why: 'access.forbidden', detail: 'may not list' }] });
    await put('s-20261121-0250');
    flip('s-20261121-0250', 30);
    const { stdout, stderr, exitCode } = await snapshot('list');
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}/g, '|').replace(/\|\d+[dh]\d*h?\|/, '|AGE|'))).toEqual([
      'ID|AGE|CLUSTER|SCOPE|OBJECTS|SIZE|STATE|TAGS',
      expect.stringMatching(/^s-20261123-0250\|AGE\|cluster-03\|monitoring\|5\|[\d.]+ KiB\|incomplete, 1 gap\|<none>$/),
      expect.stringMatching(/^s-20261122-0250\|AGE\|cluster-03\|monitoring\|5\|[\d.]+ KiB\|complete\|verified=good$/),
      expect.stringMatching(/^s-20261121-0250\|<none>\|<none>\|<none>\|<none>\|[\d.]+ KiB\|cannot be read\|<none>$/),
      '',
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect((await snapshot('list -o name')).stdout).toBe('s-20261123-0250\ns-20261122-0250\ns-20261121-0250\n');
    const { items } = JSON.parse((await snapshot('list -o json')).stdout) as { items: unknown[] };
    expect(items).toEqual([
      expect.objectContaining({ kind: 'Snapshot', id: 's-20261123-0250', complete: false }),
      expect.objectContaining({ id: 's-20261122-0250', counts: { objects: 5, sealed: 3, owned: 1 }, secrets: 'encrypted' }),
      expect.objectContaining({ id: 's-20261121-0250', error: expect.objectContaining({ code: 'snapshot.corrupt' }) }),
    ]);
    const korean = await snapshot('list -o wide --lang ko');
    expect(korean.stdout).toContain('3개 암호화, 키 1개');
  });
});

describe('show', () => {
  test('tells what it holds and what it lacks', async () => {
    await put('s-20261122-0250', { complete: false, gaps: [{ what: 'leases', why: 'access.forbidden', detail: 'may not list' }], inForce: { helm: [{ release: 'thanos', namespace: 'monitoring', revision: 14, status: 'deployed', chart: 'thanos-1.2.3' }], argocd: [] } });
    const { stdout, stderr, exitCode } = await snapshot('show s-20261122-0250');
    for (const part of ['s-20261122-0250   cluster-03 / monitoring   incomplete, 1 gap', 'by jin@laptop', '5 objects, 1 of them made by controllers', 'leases: may not list', 'release/thanos -n monitoring  14  deployed  thanos-1.2.3', 'Encrypted for\n  age1']) expect(stdout).toContain(part);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse((await snapshot('show s-20261122-0250 -o json')).stdout)).toMatchObject({ kind: 'Snapshot', id: 's-20261122-0250', format: 1, bytes: statSync(fileOf('s-20261122-0250')).size });
  });

  test('refuses a damaged one, one of a newer version, and a name that is not there', async () => {
    await put('s-20261122-0250');
    flip('s-20261122-0250', -200);
    expect(await snapshot('show s-20261122-0250')).toEqual({ stdout: '', stderr: expect.stringContaining('snapshot s-20261122-0250 is damaged (end): the digest of the file does not match its bytes'), exitCode: 11 });
    writeFileSync(fileOf('s-20261123-0250'), 'retrace-snapshot/7 12 x\n');
    expect(await snapshot('show s-20261123-0250')).toEqual({ stdout: '', stderr: expect.stringContaining('was written by a newer Retrace (format 7'), exitCode: 11 });
    expect(await snapshot('show s-20261122-0251')).toEqual({ stdout: '', stderr: expect.stringMatching(/there is no snapshot "s-20261122-0251" in .*\n.*newest: s-20261122-0250, s-20261123-0250\nDid you mean s-20261122-0250/), exitCode: 5 });
  });
});

describe('check', () => {
  test('of whole ones ends with 0, and says which Secrets the key at hand opens', async () => {
    await put('s-20261122-0250');
    const { stdout, stderr, exitCode } = await snapshot('check');
    expect(stdout).toMatch(/^ID .*\ns-20261122-0250 +ok +[\d.]+ KiB +opened +<none>\n$/);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    rmSync(join(home, '.config'), { recursive: true });
    const without = await snapshot('check s-20261122-0250');
    expect(without).toEqual({ stdout: expect.stringContaining('whole, not opened'), stderr: '', exitCode: 0 });
    expect(without.stdout).toContain('add --identity=FILE');
  });

  test('ends with 11 for each that is damaged, cut off or of another version, and checks the others', async () => {
    for (const day of [21, 22, 23, 24]) await put(`s-202611${day}-0250`);
    flip('s-20261121-0250', -100);
    writeFileSync(fileOf('s-20261122-0250'), readFileSync(fileOf('s-20261122-0250')).subarray(0, -5));
    writeFileSync(fileOf('s-20261123-0250'), 'retrace-snapshot/2 12 x\n');
    const { stdout, stderr, exitCode } = await snapshot('check');
    expect(stdout).toMatch(/s-20261121-0250 +DAMAGED .*digest of the file/);
    expect(stdout).toMatch(/s-20261122-0250 +DAMAGED .*last line is missing/);
    expect(stdout).toMatch(/s-20261123-0250 +CANNOT BE READ .*newer Retrace \(format 2/);
    expect(stdout).toMatch(/s-20261124-0250 +ok .*opened/);
    expect(stderr).toContain('3 of 4 snapshots cannot be used: s-20261121-0250, s-20261122-0250 and s-20261123-0250');
    expect(exitCode).toBe(11);
    const { items } = JSON.parse((await snapshot('check -o json s-20261121-0250 s-20261124-0250')).stdout) as { items: unknown[] };
    expect(items).toEqual([
      expect.objectContaining({ id: 's-20261121-0250', result: 'damaged', error: expect.objectContaining({ code: 'snapshot.corrupt' }) }),
      expect.objectContaining({ id: 's-20261124-0250', result: 'ok', sealed: 'opened', objects: 5 }),
    ]);
  });

  test('with a key that --identity names and that does not open them ends with 11; without such a file too', async () => {
    await put('s-20261122-0250');
    writeFileSync(join(home, 'other.txt'), `${await generateX25519Identity()}\n`);
    const wrong = await snapshot('check --identity=other.txt');
    expect(wrong).toEqual({ stdout: expect.stringContaining('whole, not opened'), stderr: expect.stringContaining('1 of 1 snapshot cannot be used: s-20261122-0250'), exitCode: 11 });
    expect(await snapshot('check --identity=gone.txt')).toEqual({ stdout: '', stderr: expect.stringContaining('there is no private key to open Secrets with: gone.txt does not exist'), exitCode: 11 });
    expect(await snapshot('check s-20261122-0250 s-nope')).toMatchObject({ stdout: '', exitCode: 5 });
  });
});

describe('prune', () => {
  const days = [20, 21, 22, 23, 24].map((day) => `s-202611${day}-0250`);

  test('shows what stays and why, and removes nothing without a yes', async () => {
    for (const id of days) await put(id, id.includes('1120') ? { tags: { verified: 'good' } } : {});
    const dry = await snapshot('prune --keep-last=2 --keep-tag=verified=good --dry-run=client');
    expect(dry.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['cluster-03 / monitoring'],
      ['ACTION', 'ID', 'AGE', 'STATE', 'WHY'],
      ['keep', days[4], expect.any(String), 'complete', 'one of the last'],
      ['keep', days[3], expect.any(String), 'complete', 'one of the last'],
      ['remove', days[2], expect.any(String), 'complete', '<none>'],
      ['remove', days[1], expect.any(String), 'complete', '<none>'],
      ['keep', days[0], expect.any(String), 'complete', 'its tag'],
      [''],
    ]);
    expect(dry).toMatchObject({ stderr: expect.stringMatching(/^2 snapshots would be removed, [\d.]+ KiB\. Nothing was removed\.\n$/), exitCode: 0 });
    expect(await snapshot('prune --keep-last=2')).toEqual({ stdout: '', stderr: expect.stringContaining('kubectl snapshot prune --keep-last=2 --yes'), exitCode: 2 });
    expect(await snapshot('prune --yes')).toEqual({ stdout: '', stderr: expect.stringMatching(/nothing says what to keep\n {2}Nothing was changed\.\nAdd/), exitCode: 2 });
    expect(await snapshot('prune --yes --keep-last=0 --keep-daily=0')).toMatchObject({ exitCode: 2 });
    expect(await snapshot('prune --yes --keep-last=-1')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('or unlimited') });
    expect(readdirSync(folder)).toHaveLength(5);
  });

  test('removes with --yes, and never the newest complete one', async () => {
    for (const id of days) await put(id, { complete: id === days[1] });
    const done = await snapshot('prune --keep-last=1 --yes -o json');
    expect(JSON.parse(done.stdout)).toMatchObject({ kind: 'SnapshotPrune', place: folder, dryRun: false, unreadable: [] });
    expect(done).toMatchObject({ stderr: expect.stringMatching(/^3 snapshots removed/), exitCode: 0 });
    expect(readdirSync(folder).sort()).toEqual([`${days[1]}.retrace`, `${days[4]}.retrace`]);
    expect(await snapshot('prune --keep-last=1 --yes')).toMatchObject({ stderr: 'Nothing to remove.\n', exitCode: 0 });
  });

  test('stops at a file that cannot be read, and leaves it alone when told to go on', async () => {
    for (const id of days) await put(id);
    flip(days[0]!, 20);
    expect(await snapshot('prune --keep-last=1 --yes')).toEqual({ stdout: '', stderr: expect.stringMatching(new RegExp(`cannot be read: ${days[0]}\\n {2}Nothing was changed\\.\\n`)), exitCode: 11 });
    expect(readdirSync(folder)).toHaveLength(5);
    expect(await snapshot('prune --keep-last=1 --yes --ignore-unreadable')).toMatchObject({ exitCode: 0 });
    expect(readdirSync(folder).sort()).toEqual([`${days[0]}.retrace`, `${days[4]}.retrace`]);
  });

  test('keeps the files of a run that this machine does not know', async () => {
    await put(days[0]!, { purpose: 'safety', runId: 'r-abc123' });
    await put(days[4]!);
    const { stdout } = await snapshot('prune --keep-last=1 --yes');
    expect(stdout).toMatch(/files of runs\n.*\nkeep +s-20261120-0250 .*before run r-abc123 +its run is not known on this machine/);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('key', () => {
  test('show, before and after there is one; add-recipient; export', async () => {
    expect(await snapshot('key show')).toEqual({ stdout: expect.stringMatching(/^No key yet\. The first snapshot makes one: .*identity\.txt\n$/), stderr: '', exitCode: 0 });
    const own = (await ensureIdentities(undefined, context))[0]!;
    const team = await identityToRecipient(await generateX25519Identity());
    expect(await snapshot(`key add-recipient ${team} the team`)).toMatchObject({ stdout: expect.stringContaining(`${team} added to`), stderr: '', exitCode: 0 });
    expect(await snapshot(`key add-recipient ${team}`)).toMatchObject({ stdout: expect.stringContaining('is in'), exitCode: 0 });
    expect((await snapshot('key show -o name')).stdout).toBe(`${own.recipient}\n${team}\n`);
    expect(await snapshot('key export copy.txt')).toMatchObject({ stdout: expect.stringContaining(`The private key is in ${join(home, 'copy.txt')} now`), stderr: '', exitCode: 0 });
    expect(statSync(join(home, 'copy.txt')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'copy.txt'), 'utf8')).toContain(own.key);
    expect(await snapshot('key export copy.txt')).toMatchObject({ stdout: '', stderr: expect.stringContaining('there is such a file already'), exitCode: 11 });
  });

  test('refuses what is no action and no public key', async () => {
    const key = await generateX25519Identity();
    for (const [args, exitCode] of [['key', 2], ['key frob', 2], ['key add-recipient', 2], ['key export', 2], ['key show x', 2], [`key add-recipient ${key}`, 2], ['key add-recipient age1nonsense', 2], ['key export x.txt', 11]] as const) {
      const ended = await snapshot(args);
      expect(ended, args).toMatchObject({ stdout: '', exitCode });
      expect(ended.stderr).not.toContain(key.slice(0, 40));
    }
  });
});

test('no planted credential, and no private key, is on stdout or stderr of any of them', async () => {
  await put('s-20261122-0250');
  await put('s-20261121-0250');
  flip('s-20261121-0250', -300);
  const { key } = (await ensureIdentities(undefined, context))[0]!;
  mkdirSync(join(home, 'x'));
  const calls = ['list -o wide', 'list -o json', 'show s-20261122-0250', 'show s-20261122-0250 -o yaml', 'check -v 6', 'check -o json', 'prune --keep-last=1 --dry-run=client --ignore-unreadable -o json', 'key show -o json', 'key export y.txt', 'show s-20261121-0250 -v 6', '__complete show s-'];
  const ended = await Promise.all(calls.map((args) => snapshot(args)));
  const text = ended.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  expect([...plantedForms, key].filter((form) => text.includes(form))).toEqual([]);
  expect(ended.at(-1)!.stdout).toMatch(/^s-20261122-0250\tcluster-03 \/ monitoring, complete\n/);
});

test('a place of an unknown kind, and a bucket without its keys, are refused with what to type', async () => {
  expect(await snapshot('list --repo gs://x/y')).toEqual({ stdout: '', stderr: expect.stringContaining('--repo: "gs://x/y" is not what it takes'), exitCode: 2 });
  expect(await snapshot('list --repo s3://bucket/y')).toEqual({ stdout: '', stderr: expect.stringMatching(/AWS_ACCESS_KEY_ID: it is not set\n.*--repo-config=FILE/), exitCode: 2 });
  expect(await snapshot('list --repo folder --repo-config x.yml')).toMatchObject({ stdout: '', exitCode: 2 });
});

test('Ctrl-C ends a command that waits for a bucket which does not answer', async () => {
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 0, fetch: () => (asked(), new Promise<Response>(() => {})) });
  const env = { PATH: '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8', AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'SK', AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}` };
  const main = fileURLToPath(new URL('../../../plugins/snapshot/main.ts', import.meta.url));
  const child = execa(process.execPath, [main, 'list', '--repo=s3://bucket/x'], { env, extendEnv: false, reject: false, timeout: 50_000, killSignal: 'SIGKILL' });
  await isAsked;
  child.kill('SIGINT');
  const { stdout, stderr, exitCode } = await child;
  await server.stop(true);
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '', stderr: expect.stringMatching(/^error: \S/), exitCode: 130 });
});
