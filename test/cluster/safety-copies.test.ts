/** What a run found before it wrote: sealed on the disk, whole in the cluster, and what becomes of it when the key is lost. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connect } from '../../lib/kube/connect.ts';
import type { KubeObject } from '../../lib/kube/types.ts';
import { deleteSharedFiles, readSharedFiles, sharedFileLimitBytes, shareFile } from '../../lib/run/shared/shared-files.ts';
import { encodeSnapshot } from '../../lib/snapshot/file/encode.ts';
import { parseSnapshot } from '../../lib/snapshot/file/parse.ts';
import { elsewhere, rollback, type Place } from '../faults/runs.ts';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { deploy, rollOutBadly, runIdIn, withSpec } from '../support/roll-outs.ts';
import { thanosQuery } from '../support/workloads.ts';
import { makeContext } from '../unit/kube/test-context.ts';
import { makeObject, sampleHead } from '../unit/snapshot/sample-objects.ts';

const target = 'deploy/thanos-query';
const planted = 'pl4nted-password-of-a-query';

/** A roll-out that went wrong, of a workload with a password in its environment, and the undo of it. */
async function undoQuery(place: Place, ...more: string[]): Promise<string> {
  const { cluster, namespace } = place;
  const manifests = withSpec(thanosQuery({ replicas: 1 }), ({ template }) => {
    template.spec.containers[0].env = [{ name: 'REDIS_PASSWORD', value: planted }];
  });
  await deploy(cluster, namespace, target, manifests);
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const done = await rollback(place, ['undo', target, '-n', namespace, '--yes', '--stable-for=1s', '--timeout=60s', ...more]);
  expect(done, done.stderr).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`Made a key for what is kept of Secrets and credentials: ${keyOf(place)}`) });
  return runIdIn(done);
}

const keyOf = ({ home }: Place) => join(home, 'config', 'retrace', 'identity.txt');
const preImagesOf = ({ home }: Place, id: string) => join(home, 'state', 'retrace', 'runs', id, 'pre-images');
const revert = (place: Place, id: string, ...more: string[]) => rollback(place, ['revert', id, '-n', place.namespace, ...more]);

test.concurrent('a password in an environment is in no byte on the disk, and the way back writes it whole, here and elsewhere', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  const id = await undoQuery(place);
  const files = readdirSync(home, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.filter(({ name }) => name.endsWith('.retrace')).length).toBe(1);
  for (const { parentPath, name } of files) expect([name, readFileSync(join(parentPath, name), 'latin1').includes(planted)]).toEqual([name, false]);

  const other = elsewhere(place);
  const reverted = await revert(other, id, '--confirm=thanos-query');
  // Another machine has a key of its own, made for what it brought there.
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`Made a key for what is kept of Secrets and credentials: ${keyOf(other)}`) });
  expect((await readWorkloadSpecs(cluster, namespace))['Deployment/thanos-query']).toMatchObject({
    template: { spec: { containers: [{ image: 'thanos:broken', env: [{ name: 'REDIS_PASSWORD', value: planted }] }] } },
  });
});

test.concurrent('the key is lost: the copy in the cluster is taken, and said so; it is encrypted for the new key', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  const id = await undoQuery(place);
  rmSync(keyOf(place));
  const [name] = readdirSync(preImagesOf(place, id));
  const sealed = readFileSync(join(preImagesOf(place, id), name!));
  const planned = await revert(place, id, '--dry-run=server');
  expect(planned, planned.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`no key at hand opened what run ${id} keeps on this machine`) });
  expect(planned.stderr).toContain(`Made a key for what is kept of Secrets and credentials: ${keyOf(place)}`);
  const again = readFileSync(join(preImagesOf(place, id), name!));
  expect(again.equals(sealed)).toBe(false);
  expect(again.includes(planted)).toBe(false);
  const reverted = await revert(place, id, '--confirm=thanos-query');
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Made a key') });
});

test.concurrent('the key is lost and nobody else has a copy: it says for whom it is encrypted, changes nothing, and goes on with the key', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  const id = await undoQuery(place, '--local-only');
  const before = await readWorkloadSpecs(cluster, namespace);
  const key = readFileSync(keyOf(place), 'utf8');
  rmSync(keyOf(place));
  const refused = await revert(place, id, '--confirm=thanos-query', '--local-only');
  expect(refused).toMatchObject({ exitCode: 11, stdout: '' });
  expect(refused.stderr).toContain(`no key at hand opens what the run found before it wrote: ${preImagesOf(place, id)}`);
  expect(refused.stderr).toContain(/# public key: (age1\w+)/.exec(key)![1]);
  expect(refused.stderr).toContain('Nothing was changed.');
  expect(existsSync(keyOf(place))).toBe(false);
  expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
  const reverted = await rollback(place, ['revert', id, '-n', namespace, '--confirm=thanos-query', '--local-only'], undefined, { env: { SOPS_AGE_KEY: key } });
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
});

/** Values that nothing compresses, so that sizes are what they say. */
const bytesOf = (count: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(Math.min(count, 65_536)))).toString('base64').slice(0, count);
const encode = async (objects: KubeObject[]) => (await encodeSnapshot(sampleHead({ purpose: 'safety', runId: 'r-aaaaaa' }), objects, { kind: 'plain' })).bytes;

test.concurrent('a thousand objects of one step stand in Secrets below 1 MiB each, come back whole, and are deleted with their last byte', async ({ cluster, namespace, onTestFinished }) => {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, requestTimeoutMs: 30_000 }, makeContext());
  onTestFinished(() => connection.close());
  const place = { namespace, runId: 'r-aaaaaa' };
  const objects = Array.from({ length: 1000 }, (_, index) => makeObject('Secret', `s-${index}`, { type: 'Opaque', data: { value: bytesOf(3000) } }));
  const bytes = await encode(objects);
  expect(bytes.length).toBeGreaterThan(2 * 1024 * 1024);
  await shareFile(connection, place, 'keep-objects', async () => bytes);
  const small = await encode([makeObject('ConfigMap', 'a', { data: { x: 'y' } })]);
  await shareFile(connection, place, 'patch-template.a', async () => small);
  const { items } = await kubectlJson(cluster, ['get', 'secrets', '-l', 'retrace/part-of=r-aaaaaa'], { namespace });
  expect(items.length).toBeGreaterThan(2);
  for (const { data } of items) expect(Object.values<string>(data).reduce((sum, value) => sum + Buffer.from(value, 'base64').length, 0)).toBeLessThan(1024 * 1024);

  const found = await readSharedFiles(connection, namespace, 'r-aaaaaa');
  expect([...found.keys()].sort()).toEqual(['keep-objects', 'patch-template.a']);
  expect(await parseSnapshot(found.get('keep-objects')!, 'x').unseal([])).toEqual(objects);
  await deleteSharedFiles(connection, namespace, 'r-aaaaaa');
  expect((await kubectlJson(cluster, ['get', 'secrets', '-l', 'retrace/part-of=r-aaaaaa'], { namespace })).items).toEqual([]);
});

test.concurrent('the first whole copy of a step stays; parts of a machine that died before its last one are no part of another copy', async ({ cluster, namespace, onTestFinished }) => {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, requestTimeoutMs: 30_000 }, makeContext());
  onTestFinished(() => connection.close());
  const place = { namespace, runId: 'r-aaaaaa' };
  const stateOf = (word: string) => encode(Array.from({ length: 40 }, (_, index) => makeObject('Secret', `s-${index}`, { type: 'Opaque', data: { word: btoa(word), value: bytesOf(60_000) } })));
  const [died, whole, late] = await Promise.all(['died', 'whole', 'late'].map(stateOf));
  await shareFile(connection, place, 'keep-objects', async () => died);
  // As a machine leaves it that died before its last part.
  await kubectl(cluster, ['delete', 'secret', 'retrace-run-r-aaaaaa-3'], { namespace });
  expect(await readSharedFiles(connection, namespace, 'r-aaaaaa')).toEqual(new Map());
  await shareFile(connection, place, 'keep-objects', async () => whole);
  await shareFile(connection, place, 'keep-objects', async () => late);
  const found = await readSharedFiles(connection, namespace, 'r-aaaaaa');
  expect(Buffer.from(found.get('keep-objects')!).equals(Buffer.from(whole!))).toBe(true);
});

test.concurrent('more than the cluster is to keep for a run is refused, and nothing of it is written', async ({ cluster, namespace, onTestFinished }) => {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, requestTimeoutMs: 30_000 }, makeContext());
  onTestFinished(() => connection.close());
  const place = { namespace, runId: 'r-aaaaaa' };
  const tooMuch = shareFile(connection, place, 'keep-objects', async () => new Uint8Array(sharedFileLimitBytes + 1));
  await expect(tooMuch).rejects.toMatchObject({ code: 'pre-image.too-large', params: { bytes: sharedFileLimitBytes + 1, limitBytes: sharedFileLimitBytes, namespace } });
  expect((await kubectlJson(cluster, ['get', 'secrets'], { namespace })).items).toEqual([]);
});

test.concurrent('kubectl snapshot shows, compares, exports and checks what a run found, and prunes it once the run is closed', async ({ cluster, namespace, home, runFolder, cli }) => {
  const place = { cluster, namespace, home, runFolder };
  const id = await undoQuery(place);
  const snapshot = (...args: string[]) => cli('snapshot', args);
  const copy = `run:${id}.2`;
  expect(await snapshot('list')).toMatchObject({ exitCode: 0, stdout: '' });
  const listed = await snapshot('list', '--safety');
  expect(listed, listed.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(new RegExp(`^${copy} .*before run ${id}`, 'm')), stderr: expect.stringMatching(/^Of the runs of this machine\. .*kubectl rollback runs/) });
  expect(await snapshot('list', '--safety', '-o', 'name')).toMatchObject({ exitCode: 0, stdout: `${copy}\n`, stderr: '' });
  expect(await snapshot('list', '--safety', '--repo=elsewhere')).toMatchObject({ exitCode: 2, stdout: '' });

  for (const name of [copy, `run:${id}`]) {
    const shown = await snapshot('show', name, '-o', 'json');
    expect(shown, shown.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: name, purpose: 'safety', runId: id, secrets: 'encrypted', counts: { objects: 1, sealed: 1 }, scope: { namespaces: [namespace], kinds: ['deployments.apps'] } });
  }
  // The run changed its image; what else is in the namespace, and was made since, is not its business.
  const compared = await snapshot('diff', `run:${id}`, '-o', 'json');
  expect(compared, compared.stderr).toMatchObject({ exitCode: 0 });
  const { counts, objects } = JSON.parse(compared.stdout);
  expect([counts, objects.map(({ object, change }: any) => [object.kind, object.name, change])]).toEqual([{ changed: 1, added: 0, gone: 0, unknown: 0 }, [['Deployment', 'thanos-query', 'changed']]]);
  const exported = await snapshot('export', copy, '--with-secrets');
  expect(exported, exported.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/image: thanos:broken/) });
  expect(exported.stdout).toContain(planted);
  for (const { stdout, stderr } of [listed, compared]) expect(stdout + stderr).not.toContain(planted);
  expect(await snapshot('check', '--safety')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(copy) });
  const missing = await snapshot('show', 'run:r-zzzzzz');
  expect(missing).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining(copy) });

  const deleting = await snapshot('restore', `run:${id}`, '--delete-added', '--dry-run=server');
  expect(deleting).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--delete-added') });
  const planned = await snapshot('restore', `run:${id}`, '--dry-run=server', '-o', 'json');
  expect(planned, planned.stderr).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(planned.stdout).targets.map(({ object, verb }: any) => [object.kind, object.name, verb])).toEqual([['Deployment', 'thanos-query', 'update']]);

  const open = await snapshot('prune', '--safety', '--yes');
  expect(open, open.stderr).toMatchObject({ exitCode: 0 });
  expect((await snapshot('list', '--safety', '-o', 'name')).stdout).toBe(`${copy}\n`);
  expect(await rollback(place, ['close', id])).toMatchObject({ exitCode: 0 });
  const pruned = await snapshot('prune', '--safety', '--yes', '-o', 'name');
  expect(pruned, pruned.stderr).toMatchObject({ exitCode: 0, stdout: `${copy}\n` });
  expect(readdirSync(preImagesOf(place, id))).toEqual([]);
});
