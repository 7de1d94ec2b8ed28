/** Snapshots in a bucket of a real S3 server: read by a few bytes, written whole or not at all, never over one another. */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { makeContext } from '../unit/kube/test-context.ts';
import { makeObject, plantedForms, sampleHead, sampleObjects } from '../unit/snapshot/sample-objects.ts';
import { atMost } from '../../lib/core/at-most.ts';
import { checkSnapshot } from '../../lib/snapshot/check.ts';
import { encodeSnapshot } from '../../lib/snapshot/file/encode.ts';
import { openRepository } from '../../lib/snapshot/open-repository.ts';
import type { SnapshotRepository } from '../../lib/snapshot/repository.ts';
import { test } from '../support/fixtures.ts';
import { startObjectStore, type ObjectStore } from '../support/object-store.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';

let store: ObjectStore;
beforeAll(async () => {
  store = await startObjectStore(inject('runFolder'), 'snapshots');
});
afterAll(() => store.stop());

const writer = fileURLToPath(new URL('../unit/snapshot/struck-writer.ts', import.meta.url));
const ids = [20, 21, 22, 23, 24].map((day) => `s-202611${day}-0250`);

const repositoryAt = (prefix: string, env: Record<string, string> = store.env) => openRepository(`s3://${store.bucket}/${prefix}`, makeContext({ env }));

async function makeFile(id: string, size = 0): Promise<Uint8Array> {
  const ballast = size === 0 ? [] : [makeObject('ConfigMap', 'ballast', { data: { noise: Buffer.from(crypto.getRandomValues(new Uint8Array(size))).toString('hex') } })];
  const startedAt = `${id.slice(2, 6)}-${id.slice(6, 8)}-${id.slice(8, 10)}T02:50:00Z`;
  return (await encodeSnapshot(sampleHead({ id, startedAt, finishedAt: startedAt }), [...sampleObjects(), ...ballast], { kind: 'omit' })).bytes;
}

async function fill(repository: SnapshotRepository): Promise<void> {
  for (const id of ids) await repository.write(id, await makeFile(id));
}

interface ProxyOptions {
  /** A PUT is read by its beginning and never passed on. */
  hold?: boolean;
  /** Where requests go; the store of all tests when not given. */
  endpoint?: string;
  /** Awaited behind each list, before it is answered. */
  afterList?(): void;
}

/** Passes requests on and notes them. */
function startProxy({ hold = false, endpoint = store.endpoint, afterList }: ProxyOptions = {}) {
  const seen: { method: string; path: string; range: string | null; bytes: number }[] = [];
  let held = 0;
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    // Nobody behind it any more.
    error: () => new Response(null, { status: 502 }),
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (hold && request.method === 'PUT') {
        held += 1;
        return new Promise<Response>(() => {});
      }
      // The Host header is signed: it stays that of the proxy.
      const answer = await fetch(`${endpoint}${pathname}${search}`, { method: request.method, headers: request.headers, body: request.body });
      const body = await answer.bytes();
      if (search.includes('list-type=2')) afterList?.();
      seen.push({ method: request.method, path: pathname, range: request.headers.get('range'), bytes: body.length });
      return new Response(body, { status: answer.status, headers: answer.headers });
    },
  });
  return { endpoint: `http://127.0.0.1:${server.port}`, seen, held: () => held, stop: () => server.stop(true) };
}

test('keeps what was written, byte for byte, apart from other prefixes', async () => {
  const [a, b] = [await repositoryAt('one'), await repositoryAt('one/below')];
  expect(await a.list()).toEqual([]);
  await fill(a);
  const bytes = await makeFile(ids[0]!);
  await b.write(ids[0]!, bytes);
  expect((await a.list()).map(({ id, broken }) => [id, broken])).toEqual(ids.map((id) => [id, undefined]));
  expect((await b.list()).map(({ id, manifest }) => [id, manifest?.id])).toEqual([[ids[0], ids[0]]]);
  expect(Buffer.from(await b.read(ids[0]!)).equals(bytes)).toBe(true);
  await b.remove(ids[0]!);
  await expect(b.remove(ids[0]!)).rejects.toMatchObject({ code: 'snapshot.not-found' });
  await expect(a.read('s-20261122-0251')).rejects.toMatchObject({ code: 'snapshot.not-found', params: { place: 's3://snapshots/one', known: ids, near: expect.arrayContaining([ids[2]]) } });
  expect(await b.list()).toEqual([]);
});

test('gives one name to one of two writers', async () => {
  const repository = await repositoryAt('race');
  const files = await Promise.all([0, 100_000, 200_000].map((size) => makeFile(ids[0]!, size)));
  const results = await Promise.allSettled(files.map((bytes) => repository.write(ids[0]!, bytes)));
  const failed = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  expect(failed).toEqual([0, 1].map(() => expect.objectContaining({ code: 'snapshot.exists' })));
  const winner = files[results.findIndex(({ status }) => status === 'fulfilled')]!;
  expect(Buffer.from(await repository.read(ids[0]!)).equals(winner)).toBe(true);
});

test('is listed by the first bytes of each file alone', async () => {
  const proxy = startProxy();
  try {
    const repository = await repositoryAt('large', { ...store.env, AWS_ENDPOINT_URL: proxy.endpoint });
    for (const id of ids) await repository.write(id, await makeFile(id, 500_000));
    proxy.seen.length = 0;
    expect((await repository.list()).map(({ id, manifest }) => [id, manifest?.id])).toEqual(ids.map((id) => [id, id]));
    const reads = proxy.seen.filter(({ path }) => path.endsWith('.retrace'));
    expect(reads.map(({ range, bytes }) => [range, bytes])).toEqual(ids.map(() => ['bytes=0-65535', 65_536]));
  } finally {
    proxy.stop();
  }
});

test('in which a byte was flipped is found by a check, wherever it is, of 200 objects and 64 KiB', async () => {
  const repository = await repositoryAt('flipped');
  const id = ids[0]!;
  const many = Array.from({ length: 200 }, (_, at) => makeObject('ConfigMap', `c-${at}`, { data: { noise: Buffer.from(crypto.getRandomValues(new Uint8Array(330))).toString('base64') } }));
  await repository.write(id, (await encodeSnapshot(sampleHead({ id }), [...sampleObjects(), ...many], { kind: 'omit' })).bytes);
  const path = join(store.folder, 'flipped', `${id}.retrace`);
  const bytes = readFileSync(path);
  expect(bytes.length).toBeGreaterThanOrEqual(65_536);
  const step = process.env['RETRACE_TEST_FULL'] === '1' ? 1 : 997;
  const unseen: number[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    const broken = Buffer.from(bytes);
    broken[at]! ^= 1 << (at % 8);
    writeFileSync(path, broken);
    if ((await checkSnapshot(id, repository, [])).result !== 'damaged') unseen.push(at);
  }
  expect(unseen).toEqual([]);
  writeFileSync(path, bytes);
  expect(await checkSnapshot(id, repository, [])).toMatchObject({ result: 'ok' });
}, 1_200_000);

test('is gone back to by the commands: show, diff, export, restore, and undo of one object', async ({ cluster, namespace, cli, home, kube }) => {
  const place = ['--repo', `s3://${store.bucket}/${namespace}`];
  const call = (plugin: 'snapshot' | 'rollback', ...args: string[]) => cli(plugin, [...args, ...place, '-n', namespace], { env: store.env });
  await applyManifests(cluster, namespace, [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rules' }, data: { a: 'good' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'objstore' }, stringData: { key: 'planted-good-value' } },
  ]);
  const made = await call('snapshot', 'create', '--kinds=configmaps,secrets', '-o', 'name');
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  const id = made.stdout.trim();
  const spoil = async () => {
    await kube(['patch', 'cm', 'rules', '--type=merge', '-p', '{"data":{"a":"bad"}}']);
    await kube(['patch', 'secret', 'objstore', '--type=merge', '-p', '{"stringData":{"key":"planted-bad-value"}}']);
  };
  const read = async () => {
    const { items } = await kubectlJson(cluster, ['get', 'cm/rules', 'secret/objstore'], { namespace });
    return [items[0].data.a, Buffer.from(items[1].data.key, 'base64').toString()];
  };
  await spoil();
  const shown = await cli('snapshot', ['show', id, ...place], { env: store.env });
  expect(shown, shown.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(place[1]!) });
  const differs = await call('snapshot', 'diff', id);
  expect(differs, differs.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/configmap\/rules[^]*good[^]*secret\/objstore/) });
  const exported = await call('snapshot', 'export', id, 'cm/rules');
  expect(exported, exported.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('a: good') });
  const restored = await call('snapshot', 'restore', id, 'cm/rules', 'secret/objstore', '--yes');
  expect(restored, restored.stderr).toMatchObject({ exitCode: 0 });
  expect(await read()).toEqual(['good', 'planted-good-value']);

  await spoil();
  const plan = await call('rollback', 'plan', 'cm/rules', 'secret/objstore', `--to=snapshot:${id}`, '-o', 'json');
  expect(plan, plan.stderr).toMatchObject({ exitCode: 0 });
  writeFileSync(join(home, 'plan.json'), plan.stdout);
  const undone = await call('rollback', 'undo', 'cm/rules', `--to=snapshot:${id}`, '--yes');
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  expect(await read()).toEqual(['good', 'planted-bad-value']);
  // The saved plan knows its place; the ConfigMap has moved since.
  const stale = await cli('rollback', ['apply', '-f', join(home, 'plan.json'), '--yes'], { env: store.env });
  expect(stale, stale.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('has changed since the plan was made') });
  for (const { stdout, stderr } of [shown, differs, exported, restored, plan, undone, stale]) expect(stdout + stderr).not.toMatch(/planted-(good|bad)-value/);
}, 180_000);

test('is listed whole when it holds more than a page of names', async () => {
  const repository = await repositoryAt('many');
  const folder = join(store.folder, 'many');
  await repository.write(ids[0]!, await makeFile(ids[0]!));
  const names = Array.from({ length: 1100 }, (_, at) => `s-20251${String(1 + Math.floor(at / 500))}01-${String(at % 500).padStart(4, '0')}`);
  const client = new Bun.S3Client({ bucket: store.bucket, endpoint: store.endpoint, region: 'us-east-1', accessKeyId: store.accessKeyId, secretAccessKey: store.secretAccessKey });
  const bytes = await makeFile(ids[0]!);
  await atMost(32, names, (name) => client.write(`many/${name}.retrace`, bytes));
  expect(readdirSync(folder).filter((name) => name.endsWith('.retrace'))).toHaveLength(1101);
  expect((await repository.ids()).toSorted()).toEqual([...names, ids[0]!].toSorted());
}, 120_000);

test('holds nothing of one whose writer was killed on the way, and takes the next', async ({ runFolder }) => {
  const proxy = startProxy({ hold: true });
  const repository = await repositoryAt('killed');
  const env = { PATH: process.env['PATH'] ?? '', HOME: runFolder, ...store.env, RETRACE_TEST_REPO: `s3://${store.bucket}/killed`, RETRACE_TEST_ID: ids[0]! };
  try {
    const child = execa(process.execPath, [writer], { env: { ...env, AWS_ENDPOINT_URL: proxy.endpoint }, extendEnv: false, reject: false });
    await waitUntil(() => proxy.held() === 1, { what: 'the upload', everyMs: 20 });
    child.kill('SIGKILL');
    await child;
  } finally {
    proxy.stop();
  }
  expect(await repository.list()).toEqual([]);
  expect(readdirSync(store.folder)).not.toContain('killed');
  expect(await execa(process.execPath, [writer], { env, extendEnv: false })).toMatchObject({ stdout: 'written' });
  expect(await execa(process.execPath, [writer], { env, extendEnv: false })).toMatchObject({ stdout: 'snapshot.exists' });
  expect((await repository.list()).map(({ id }) => id)).toEqual([ids[0]]);
});

test.skipIf(!canMount)('whose disk is full on the way of an upload: exit 11, nothing of it is there, and the next one that fits is taken', async ({ namespace, cli, kube, runFolder }) => {
  let disk!: SmallDisk;
  const small = await startObjectStore(runFolder, 'full-disk', async (folder) => (disk = await mountSmallDisk(runFolder, folder, 1024)));
  try {
    const noise = () => crypto.getRandomValues(new Uint8Array(600_000)).toBase64();
    // Not by apply, whose annotation would be too long.
    for (const at of [1, 2]) await kube(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `noise-${at}` }, data: { noise: noise() } }) });
    const place = ['--repo', `s3://${small.bucket}/team`];
    const create = () => cli('snapshot', ['create', '-n', namespace, '--kinds=configmaps', ...place, '-o', 'name'], { env: small.env });
    const list = () => cli('snapshot', ['list', ...place, '-o', 'name'], { env: small.env });
    // More than the disk has in all: it fills in the middle.
    const full = await create();
    expect(full, full.stderr).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringMatching(/^error: http:\S+ has no room for more in s3:\/\/snapshots\/team: InsufficientStorage[^]*kubectl snapshot prune .*--repo=s3:\/\/snapshots\/team/m) });
    expect(disk.files()).toEqual([]);
    expect(await list()).toMatchObject({ exitCode: 0, stdout: '' });
    await kube(['delete', 'configmap', 'noise-1']);
    const made = await create();
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    expect(await list()).toMatchObject({ exitCode: 0, stdout: made.stdout });

    // One that was taken stays whole beside one that was not.
    disk.fill();
    expect(await create()).toMatchObject({ exitCode: 11, stdout: '' });
    disk.free();
    expect(disk.files()).toEqual([`team/${made.stdout.trim()}.retrace`]);
    expect(await cli('snapshot', ['check', ...place], { env: small.env })).toMatchObject({ exitCode: 0 });
  } finally {
    small.stop();
    disk.stop();
  }
}, 120_000);

test('that goes away behind the list is no list of broken snapshots, and no reason to choose another state: exit 5 or 10', async ({ cluster, namespace, cli, runFolder }) => {
  await applyManifests(cluster, namespace, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rules' }, data: { a: 'good' } }]);
  for (const how of ['bucket', 'server'] as const) {
    const own = await startObjectStore(runFolder, `gone-${how}-${namespace}`);
    await (await repositoryAt('team', own.env)).write(ids[0]!, await makeFile(ids[0]!));
    const away = `${own.folder}-away`;
    const proxy = startProxy({ endpoint: own.endpoint, afterList: () => (how === 'bucket' ? renameSync(own.folder, away) : own.stop()) });
    try {
      const gone = how === 'bucket' ? { exitCode: 5, stderr: expect.stringContaining('has no bucket "snapshots"') } : { exitCode: 10, stderr: expect.stringContaining('cannot reach s3://snapshots/team') };
      const commands = [['snapshot', 'list'], ['snapshot', 'check'], ['snapshot', 'prune', '--keep-last=1', '--yes'], ['rollback', 'undo', 'cm/rules', '-n', namespace, '--yes']] as const;
      // A server is gone once: what comes after the first finds nobody.
      for (const [plugin, ...args] of how === 'bucket' ? commands : commands.slice(0, 1)) {
        const ended = await cli(plugin, [...args, '--repo', `s3://${own.bucket}/team`], { env: { ...own.env, AWS_ENDPOINT_URL: proxy.endpoint } });
        expect([args[0], ended]).toEqual([args[0], expect.objectContaining({ stdout: '', ...gone })]);
        if (how === 'bucket') renameSync(away, own.folder);
      }
      if (how === 'bucket') expect(await (await repositoryAt('team', own.env)).ids()).toEqual([ids[0]]);
    } finally {
      proxy.stop();
      own.stop();
    }
  }
}, 120_000);

test('is reached by the commands, with a file or the variables', async ({ cli, home }) => {
  const repository = await repositoryAt('from-file');
  await fill(repository);
  const withFile = (args: readonly string[]) => cli('snapshot', [...args, '--repo-config', store.configFile]);
  const listed = await cli('snapshot', ['list', '--repo', `s3://${store.bucket}/from-file`, '-o', 'name'], { env: store.env });
  expect(listed).toMatchObject({ stdout: ids.toReversed().map((id) => `${id}\n`).join(''), stderr: '', exitCode: 0 });
  expect((await withFile(['list', '-o', 'name'])).stdout).toBe(listed.stdout);
  expect(await withFile(['show', ids[0]!])).toMatchObject({ stdout: expect.stringContaining('s3://snapshots/from-file'), stderr: '', exitCode: 0 });
  expect(await withFile(['check'])).toMatchObject({ stderr: '', exitCode: 0 });
  expect(await withFile(['prune', '--keep-last=2', '--yes'])).toMatchObject({ stderr: expect.stringMatching(/^3 snapshots removed/), exitCode: 0 });
  expect((await repository.list()).map(({ id }) => id)).toEqual(ids.slice(3));
  const path = join(store.folder, 'from-file', `${ids[4]}.retrace`);
  writeFileSync(path, readFileSync(path).subarray(0, -9));
  const damaged = await withFile(['check', '-o', 'json']);
  expect(damaged).toMatchObject({ exitCode: 11, stderr: expect.stringContaining('snapshot.check-failed') });
  expect(readdirSync(home)).not.toContain('data');
});

test('is reached by its name before the host, and by Thanos\' name for that', async ({ cli, runFolder }) => {
  const repository = await repositoryAt('from-file');
  await repository.write(ids[0]!, await makeFile(ids[0]!));
  const file = join(runFolder, 'virtual-objstore.yml');
  const virtual = readFileSync(store.configFile, 'utf8').replace('endpoint: 127.0.0.1', 'endpoint: localhost').replace('  insecure:', '  bucket_lookup_type: virtual-hosted\n  insecure:');
  writeFileSync(file, virtual, { mode: 0o600 });
  const shown = await cli('snapshot', ['show', ids[0]!, '--repo-config', file, '-v', '6']);
  expect(shown, shown.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(ids[0]!) });
  writeFileSync(file, virtual.replace(`bucket: ${store.bucket}`, 'bucket: nobucket'), { mode: 0o600 });
  const none = await cli('snapshot', ['list', '--repo-config', file]);
  expect(none, none.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(`http://nobucket.localhost`) });
});

test('that does not let us in, is not there or does not answer is told with what to type, and no key is shown', async ({ cli, runFolder }) => {
  const list = (env: Record<string, string>, bucket = store.bucket) => cli('snapshot', ['list', '--repo', `s3://${bucket}/x`, '-v', '6'], { env: { ...store.env, ...env } });
  const wrongKey = 'WRONG-planted-key';
  const cases = [
    [await list({ AWS_SECRET_ACCESS_KEY: wrongKey }), 4, /does not let us into s3:\/\/snapshots\/x: SignatureDoesNotMatch/],
    [await list({ AWS_ACCESS_KEY_ID: 'NOBODY' }), 4, /does not let us into/],
    [await list({ AWS_REGION: 'eu-west-1' }), 4, /the region "eu-west-1" is wrong; expecting "us-east-1"/],
    [await list({}, 'nobucket'), 5, /has no bucket "nobucket"/],
    [await list({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }), 10, /cannot reach s3:\/\/snapshots\/x at http:\/\/127\.0\.0\.1:1: ConnectionRefused/],
    [await list({ AWS_ACCESS_KEY_ID: '' }), 2, /AWS_ACCESS_KEY_ID: it is not set/],
  ] as const;
  for (const [ended, exitCode, says] of cases) {
    expect(ended, ended.stderr).toMatchObject({ stdout: '', exitCode, stderr: expect.stringMatching(says) });
    expect(ended.stderr).not.toContain(wrongKey);
    expect(ended.stderr).not.toContain(store.secretAccessKey);
  }
  const broken = join(runFolder, 'broken-objstore.yml');
  writeFileSync(broken, `type: S3\nconfig:\n  bucket: b\n  secret: ${store.secretAccessKey}\n`);
  const refused = await cli('snapshot', ['list', '--repo-config', broken]);
  expect(refused).toMatchObject({ stdout: '', exitCode: 2, stderr: expect.stringContaining(`${broken}, config.secret: there is no such member`) });
  expect(refused.stderr).not.toContain(store.secretAccessKey);
});

test('holds no planted credential in any byte', async () => {
  mkdirSync(join(store.folder, 'planted'), { recursive: true });
  await fill(await repositoryAt('planted'));
  const files = readdirSync(join(store.folder, 'planted'));
  const text = files.map((name) => readFileSync(join(store.folder, 'planted', name), 'latin1')).join('\n');
  expect(files).toHaveLength(5);
  expect(plantedForms.filter((form) => text.includes(form))).toEqual([]);
  rmSync(join(store.folder, 'planted'), { recursive: true });
});
