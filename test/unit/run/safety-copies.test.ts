import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { savePreImage } from '../../../lib/run/pre-image.ts';
import { isSafetyId, openSafetyCopies } from '../../../lib/run/safety-copies.ts';
import { readIdentities } from '../../../lib/snapshot/identity.ts';
import { parseSnapshot } from '../../../lib/snapshot/file/parse.ts';
import { makeContext } from '../kube/test-context.ts';
import { makeObject, sampleHead } from '../snapshot/sample-objects.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'retrace-safety-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const context = () => makeContext({ env: { XDG_STATE_HOME: home, XDG_CONFIG_HOME: join(home, 'config') } });
const runs = () => join(home, 'retrace', 'runs');

async function keep(runId: string, step: number, name: string, objects: KubeObject[], purpose: 'safety' | 'wanted' = 'safety'): Promise<void> {
  const directory = join(runs(), runId);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'plan.json'), '{}');
  const head = sampleHead({ id: `${runId}.${step}`, purpose, runId, tags: { step: name }, types: [{ apiVersion: 'v1', kind: objects[0]!.kind, resource: 'x', namespaced: true, resourceVersion: '', objects: 1 }] });
  await savePreImage(directory, name, head, objects, context());
}

const config = (word: string) => makeObject('ConfigMap', 'a', { data: { word } });
const secret = makeObject('Secret', 's', { data: { password: btoa('hunter2') } });

describe('the safety copies of this machine', () => {
  test('are listed by run and step, not by the names of the steps', async () => {
    await keep('r-bbbbbb', 11, 'a-late-step', [config('x')]);
    await keep('r-bbbbbb', 3, 'z-early-step', [config('y')]);
    await keep('r-aaaaaa', 2, 'patch', [secret]);
    const copies = openSafetyCopies(context());
    expect((await copies.list()).map(({ id, manifest }) => [id, manifest?.tags['step'], manifest?.secrets])).toEqual([
      ['run:r-aaaaaa.2', 'patch', 'encrypted'],
      ['run:r-bbbbbb.3', 'z-early-step', 'none'],
      ['run:r-bbbbbb.11', 'a-late-step', 'none'],
    ]);
    expect(copies.place).toBe(runs());
    expect(['run:r-aaaaaa', 's-20261122-0250', 'r-aaaaaa'].map(isSafetyId)).toEqual([true, false, false]);
  });

  test('of a run are one snapshot, with the state of each object before its first write', async () => {
    await keep('r-aaaaaa', 10, 'second', [config('between'), secret]);
    await keep('r-aaaaaa', 2, 'first', [config('before')]);
    await keep('r-aaaaaa', 0, 'wanted', [config('wanted')], 'wanted');
    const copies = openSafetyCopies(context());
    expect((await copies.list()).map(({ id }) => id)).toEqual(['run:r-aaaaaa.2', 'run:r-aaaaaa.10']);
    const whole = parseSnapshot(await copies.read('run:r-aaaaaa'), 'x');
    expect(whole.manifest).toMatchObject({ id: 'r-aaaaaa', runId: 'r-aaaaaa', secrets: 'encrypted', counts: { objects: 2, sealed: 1 }, tags: {} });
    expect(whole.manifest.types.map(({ kind, objects }) => [kind, objects])).toEqual([['ConfigMap', 1]]);
    expect(await whole.unseal(await readIdentities(undefined, context()))).toEqual([config('before'), secret]);
    const step = parseSnapshot(await copies.read('run:r-aaaaaa.10'), 'x');
    expect(step.stored.map(({ object }) => object.metadata.name)).toEqual(['a', 's']);
  });

  test('cannot be one without the key, but each can be looked at', async () => {
    await keep('r-aaaaaa', 2, 'first', [config('before')]);
    await keep('r-aaaaaa', 3, 'second', [secret]);
    rmSync(join(home, 'config'), { recursive: true });
    const copies = openSafetyCopies(context());
    await expect(copies.read('run:r-aaaaaa')).rejects.toMatchObject({ code: 'identity.missing' });
    expect(parseSnapshot(await copies.read('run:r-aaaaaa.3'), 'x').manifest.counts).toMatchObject({ sealed: 1 });
  });

  test('are removed one by one, written by nobody else, and told when they are not there', async () => {
    await keep('r-aaaaaa', 2, 'first', [config('x')]);
    await keep('r-aaaaaa', 3, 'second', [config('y')]);
    const copies = openSafetyCopies(context());
    await copies.remove('run:r-aaaaaa.2');
    expect((await copies.list()).map(({ id }) => id)).toEqual(['run:r-aaaaaa.3']);
    await expect(copies.write('run:r-aaaaaa.2', new Uint8Array())).rejects.toThrow('only runs write');
    for (const id of ['run:r-aaaaaa.2', 'run:r-cccccc', 'run:../x', 'run:']) {
      await expect(copies.read(id)).rejects.toMatchObject({ code: 'snapshot.not-found', params: { id, place: runs(), known: ['run:r-aaaaaa.3'] } });
    }
  });

  test('that are damaged are told in their line and do not hide the others', async () => {
    await keep('r-aaaaaa', 2, 'first', [config('x')]);
    writeFileSync(join(runs(), 'r-aaaaaa', 'pre-images', 'second.retrace'), 'half');
    const listed = await openSafetyCopies(context()).list();
    expect(listed.map(({ id, broken }) => [id, broken?.code])).toEqual([['run:r-aaaaaa/second', 'snapshot.corrupt'], ['run:r-aaaaaa.2', undefined]]);
  });
});
