import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../lib/kube/types.ts';
import type { Plan } from '../../../lib/run/plan.ts';
import { adoptPreImage, readPlainPreImage, readPreImage, replacePreImage, savePreImage } from '../../../lib/run/pre-image.ts';
import { safetyHead } from '../../../lib/run/safety-head.ts';
import { readManifest } from '../../../lib/snapshot/file/manifest.ts';
import { makeContext } from '../kube/test-context.ts';
import { makeObject, plantedForms, sampleObjects } from '../snapshot/sample-objects.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'retrace-pre-image-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const machine = (name: string) => makeContext({ env: { XDG_CONFIG_HOME: join(home, name, 'config') } });
const run = (name = 'here') => join(home, name, 'r-aaaaaa');
const stepId = 'keep-objects.monitoring';
const at = new Date('2026-11-22T03:12:00Z');

const ref = (kind: string, apiVersion: string, resource: string) => ({ apiVersion, kind, resource, namespace: 'monitoring', name: 'x', uid: '' });
const plan = {
  cluster: { contextName: 'c', server: 's', uid: undefined },
  steps: [{ id: 'keep-evidence' }, { id: stepId }],
  targets: [ref('ConfigMap', 'v1', 'configmaps'), ref('Secret', 'v1', 'secrets'), ref('StatefulSet', 'apps/v1', 'statefulsets'), ref('Service', 'v1', 'services')].map((object) => ({ object })),
} as unknown as Plan;
const head = (objects: KubeObject[]) => safetyHead({ id: 'r-aaaaaa', plan }, { id: stepId, target: undefined }, objects, at, machine('here'));
const save = (objects: KubeObject[], name = 'here') => savePreImage(run(name), stepId, head(objects), objects, machine(name));
const fileOf = (name = 'here') => join(run(name), 'pre-images', `${stepId}.retrace`);

describe('what a step was about to write to', () => {
  test('is one snapshot file, of which nobody but the owner reads a credential, and comes back whole', async () => {
    await save(sampleObjects());
    expect(await readPreImage(run(), stepId, machine('here'))).toEqual(sampleObjects());
    const bytes = readFileSync(fileOf());
    for (const form of plantedForms) expect(bytes.includes(form)).toBe(false);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
    expect(readManifest(bytes, 'x')).toMatchObject({
      id: 'r-aaaaaa.2',
      purpose: 'safety',
      runId: 'r-aaaaaa',
      secrets: 'encrypted',
      tags: { step: stepId },
      scope: { namespaces: ['monitoring'], kinds: ['configmaps', 'secrets', 'statefulsets.apps', 'services'] },
      startedAt: '2026-11-22T03:12:00.000Z',
      counts: { objects: 5, sealed: 3 },
    });
    expect(readManifest(bytes, 'x').types.map(({ resource, objects }) => [resource, objects])).toEqual([['configmaps', 2], ['secrets', 1], ['statefulsets', 1], ['services', 1]]);
  });

  test('stays the first one: a later call may already see its own work', async () => {
    const before = [makeObject('ConfigMap', 'a', { data: { x: 'before' } })];
    await save(before);
    await save([makeObject('ConfigMap', 'a', { data: { x: 'after' } })]);
    expect(await readPreImage(run(), stepId, machine('here'))).toEqual(before);
    expect(await readPreImage(run(), 'another', machine('here'))).toBeUndefined();
  });

  test('needs no key where there is nothing to encrypt, and makes none', async () => {
    const harmless = [makeObject('ConfigMap', 'a', { data: { x: 'y' } })];
    await save(harmless);
    expect(readdirSync(join(home, 'here'))).toEqual(['r-aaaaaa']);
    expect(await readPreImage(run(), stepId, machine('elsewhere'))).toEqual(harmless);
  });

  test('is told to be sealed when its key is gone, also when there is another one', async () => {
    await save(sampleObjects());
    rmSync(join(home, 'here', 'config'), { recursive: true });
    const sealed = { code: 'pre-image.sealed', params: { path: fileOf(), recipients: [expect.stringMatching(/^age1/)] } };
    await expect(readPreImage(run(), stepId, machine('here'))).rejects.toMatchObject(sealed);
    await expect(readPlainPreImage(run(), stepId, machine('here'))).rejects.toMatchObject(sealed);
    await savePreImage(run(), 'another', head(sampleObjects()), sampleObjects(), machine('here'));
    await expect(readPreImage(run(), stepId, machine('here'))).rejects.toMatchObject(sealed);
  });

  test('goes to another machine plain, the same bytes each time, and is encrypted there for its key', async () => {
    await save(sampleObjects());
    const plain = await readPlainPreImage(run(), stepId, machine('here'));
    expect(plain).toEqual(await readPlainPreImage(run(), stepId, machine('here')));
    expect(readManifest(plain!, 'x')).toMatchObject({ id: 'r-aaaaaa.2', secrets: 'plain', recipients: [] });
    await adoptPreImage(run('there'), stepId, plain!, machine('there'));
    expect(await readPreImage(run('there'), stepId, machine('there'))).toEqual(sampleObjects());
    for (const form of plantedForms) expect(readFileSync(fileOf('there')).includes(form)).toBe(false);
    await expect(readPreImage(run('there'), stepId, machine('here'))).rejects.toMatchObject({ code: 'pre-image.sealed' });
    // Over one that nobody opens any more.
    await adoptPreImage(run('there'), stepId, plain!, machine('third'), replacePreImage);
    expect(await readPreImage(run('there'), stepId, machine('third'))).toEqual(sampleObjects());
  });

  test('cut off or changed on the disk, it is never used', async () => {
    await save(sampleObjects());
    const bytes = readFileSync(fileOf());
    for (const broken of [bytes.subarray(0, bytes.length - 10), Buffer.from(bytes).fill('x', 300, 301), Buffer.alloc(0)]) {
      await Bun.write(fileOf(), broken);
      await expect(readPreImage(run(), stepId, machine('here'))).rejects.toMatchObject({ code: 'snapshot.corrupt', params: { name: fileOf() } });
    }
  });
});
