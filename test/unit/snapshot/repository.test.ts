import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeSnapshot } from '../../../lib/snapshot/file/encode.ts';
import { newSnapshotId } from '../../../lib/snapshot/manifest.ts';
import { openRepository } from '../../../lib/snapshot/open-repository.ts';
import { makeContext } from '../kube/test-context.ts';
import { sampleHead, sampleObjects } from './sample-objects.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'retrace-repository-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const context = () => makeContext({ env: { XDG_DATA_HOME: home }, cwd: home });
const folder = () => join(home, 'retrace', 'snapshots');

async function makeFile(id: string, gaps = 0): Promise<Uint8Array> {
  const head = sampleHead({ id, gaps: Array.from({ length: gaps }, (_, number) => ({ what: `type-${number}`, why: 'access.forbidden', detail: 'x'.repeat(100) })) });
  return (await encodeSnapshot(head, sampleObjects(), { kind: 'omit' })).bytes;
}

describe('the folder of this machine', () => {
  test('is empty before the first write, and only its owner may read it after', async () => {
    const repository = await openRepository(undefined, context());
    expect(repository.place).toBe(folder());
    expect(await repository.list()).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
    const bytes = await makeFile('s-20261122-0250');
    await repository.write('s-20261122-0250', bytes);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder(), 's-20261122-0250.retrace')).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await repository.read('s-20261122-0250'))).toEqual(Buffer.from(bytes));
    await repository.remove('s-20261122-0250');
    expect(await repository.list()).toEqual([]);
    await expect(repository.remove('s-20261122-0250')).rejects.toMatchObject({ code: 'snapshot.not-found' });
  });

  test('lists what it can read, and says of the rest what is wrong', async () => {
    const repository = await openRepository('here', context());
    expect(repository.place).toBe(join(home, 'here'));
    await repository.write('s-20261122-0250', await makeFile('s-20261122-0250'));
    // A manifest larger than the first read.
    await repository.write('s-20261122-0249', await makeFile('s-20261122-0249', 1000));
    writeFileSync(join(home, 'here', 's-20261122-0251.retrace'), 'no snapshot');
    writeFileSync(join(home, 'here', 'notes.txt'), 'mine');
    mkdirSync(join(home, 'here', 'folder.retrace'));
    const found = await repository.list();
    expect(found.map(({ id, manifest, broken }) => [id, manifest?.id, broken?.code])).toEqual([
      ['folder', undefined, 'file.unreadable'],
      ['s-20261122-0249', 's-20261122-0249', undefined],
      ['s-20261122-0250', 's-20261122-0250', undefined],
      ['s-20261122-0251', undefined, 'snapshot.corrupt'],
    ]);
    expect(found[1]!.manifest!.gaps).toHaveLength(1000);
  });

  test('gives one name to one of two writers, and to the other a refusal', async () => {
    const repository = await openRepository(undefined, context());
    const files = await Promise.all([makeFile('s-20261122-0250'), makeFile('s-20261122-0250', 5)]);
    const results = await Promise.allSettled(files.map((bytes) => repository.write('s-20261122-0250', bytes)));
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => reason as unknown)).toEqual([expect.objectContaining({ code: 'snapshot.exists', params: { id: 's-20261122-0250', place: folder() } })]);
    const written = files[results.findIndex(({ status }) => status === 'fulfilled')]!;
    expect(Buffer.from(await repository.read('s-20261122-0250'))).toEqual(Buffer.from(written));
    expect(readdirSync(folder())).toEqual(['s-20261122-0250.retrace']);
  });

  test('does not show a part that a dead writer left, and the next writer takes an old one away', async () => {
    const repository = await openRepository(undefined, context());
    await repository.write('s-20261122-0250', await makeFile('s-20261122-0250'));
    const [old, young] = ['s-20261122-0251.retrace.aa.part', 's-20261122-0252.retrace.bb.part'];
    for (const name of [old, young]) writeFileSync(join(folder(), name), 'half');
    utimesSync(join(folder(), old), new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000));
    expect((await repository.list()).map(({ id }) => id)).toEqual(['s-20261122-0250']);
    await repository.write('s-20261122-0251', await makeFile('s-20261122-0251'));
    expect(readdirSync(folder()).sort()).toEqual(['s-20261122-0250.retrace', 's-20261122-0251.retrace', young]);
  });

  test('names what there is when it does not have a snapshot, and reads nothing outside', async () => {
    const repository = await openRepository(undefined, context());
    await repository.write('s-20261122-0250', await makeFile('s-20261122-0250'));
    await expect(repository.read('s-20261122-0251')).rejects.toMatchObject({ code: 'snapshot.not-found', exitCode: 5, params: { known: ['s-20261122-0250'], near: ['s-20261122-0250'], place: folder() } });
    writeFileSync(join(home, 'outside.retrace'), 'x');
    for (const id of ['../../outside', '', '.hidden', 'a/b']) await expect(repository.read(id)).rejects.toMatchObject({ code: 'snapshot.not-found' });
  });

  test('of an unknown kind is refused', async () => {
    await expect(openRepository('gs://bucket/x', context())).rejects.toMatchObject({ code: 'usage.value', exitCode: 2, params: { flag: '--repo' } });
  });
});

test('a name is that of its minute, and a letter when it is taken; names sort as they are made', () => {
  const taken = new Set<string>();
  for (let number = 0; number < 60; number++) taken.add(newSnapshotId(new Date('2026-11-22T02:50:59Z'), taken));
  const names = [...taken];
  expect(names.slice(0, 3)).toEqual(['s-20261122-0250', 's-20261122-0250b', 's-20261122-0250c']);
  expect(names).toHaveLength(60);
  expect(names.toSorted()).toEqual(names);
});
