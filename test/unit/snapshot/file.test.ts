import { createHash } from 'node:crypto';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { RetraceError } from '../../../lib/core/errors.ts';
import { parseJson, stringifyJson } from '../../../lib/core/json.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { encodeSnapshot } from '../../../lib/snapshot/file/encode.ts';
import { manifestEnd, readManifest } from '../../../lib/snapshot/file/manifest.ts';
import { parseSnapshot } from '../../../lib/snapshot/file/parse.ts';
import type { Identity } from '../../../lib/snapshot/identity.ts';
import type { Seal } from '../../../lib/snapshot/seal.ts';
import { makeObject, planted, plantedForms, sampleHead, sampleObjects } from './sample-objects.ts';

async function makeIdentity(): Promise<Identity> {
  const key = await generateX25519Identity();
  return { key, recipient: await identityToRecipient(key), source: 'test' };
}

const mine = await makeIdentity();
const others = await makeIdentity();
const forMe: Seal = { kind: 'age', recipients: [mine.recipient] };

/** All that anybody can read of a file without a key: its bytes, and its parts unzipped. */
function readable(bytes: Uint8Array): string {
  const end = manifestEnd(bytes, 'x');
  const { parts } = readManifest(bytes, 'x');
  let at = end;
  const unzipped = parts.map(({ bytes: length, encoding }) => {
    const part = bytes.subarray(at, (at += length));
    return encoding === 'zstd' ? Bun.zstdDecompressSync(part as Uint8Array<ArrayBuffer>).toString('utf8') : Buffer.from(part).toString('latin1');
  });
  return [Buffer.from(bytes).toString('latin1'), ...unzipped].join('\n');
}

describe('a snapshot file', () => {
  test('gives back every object as it was, in its order, for each of its recipients', async () => {
    const objects = sampleObjects();
    const { bytes, manifest } = await encodeSnapshot(sampleHead(), objects, { kind: 'age', recipients: [others.recipient, mine.recipient] });
    const content = parseSnapshot(bytes, 'x');
    expect(content.manifest).toEqual(manifest);
    expect(await content.unseal([mine])).toEqual(objects);
    expect(await content.unseal([await makeIdentity(), others])).toEqual(objects);
    expect(manifest).toMatchObject({ counts: { objects: 5, sealed: 3, owned: 1 }, secrets: 'encrypted', recipients: [others.recipient, mine.recipient], format: 1 });
    expect(manifest.parts.map(({ name, encoding, objects: lines }) => [name, encoding, lines])).toEqual([['objects', 'zstd', 5], ['sealed', 'zstd+age', 3]]);
  });

  test('keeps numbers as the server wrote them', async () => {
    const object = parseJson('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"spec":{"big":9007199254740993,"real":1.0,"empty":{}}}') as KubeObject;
    const { bytes } = await encodeSnapshot(sampleHead(), [object], forMe);
    expect(parseSnapshot(bytes, 'x').stored.map(stringifyJson)).toEqual([`{"object":${stringifyJson(object)}}`]);
  });

  test('is listed by its first bytes alone', async () => {
    const { bytes, manifest } = await encodeSnapshot(sampleHead(), sampleObjects(), forMe);
    const end = manifestEnd(bytes.subarray(0, 200), 'x');
    expect(end).toBeLessThan(bytes.length);
    expect(readManifest(bytes.subarray(0, end), 'x')).toEqual(manifest);
    expect(() => readManifest(bytes.subarray(0, end - 1), 'x')).toThrow(expect.objectContaining({ code: 'snapshot.corrupt', params: { name: 'x', part: 'manifest', detail: 'the file ends within it' } }));
  });

  test('of no objects, and of none that holds a credential, has no sealed part', async () => {
    for (const objects of [[], [makeObject('ConfigMap', 'a', { data: { a: 'b' } })]]) {
      const { bytes, manifest } = await encodeSnapshot(sampleHead(), objects, forMe);
      expect(manifest).toMatchObject({ secrets: 'none', recipients: [] });
      expect(manifest.parts).toHaveLength(1);
      expect(await parseSnapshot(bytes, 'x').unseal([])).toEqual(objects);
    }
  });
});

describe('what holds a credential', () => {
  test.each([forMe, { kind: 'omit' } as const])('stands in no byte that can be read without a key: %o', async (seal) => {
    const { bytes } = await encodeSnapshot(sampleHead(), sampleObjects(), seal);
    const text = readable(bytes);
    expect(plantedForms.filter((form) => text.includes(form))).toEqual([]);
    expect(text).toContain('thanos-receive-hashring');
  });

  test('is a stub that says what it is, and how large its values are', async () => {
    const { bytes } = await encodeSnapshot(sampleHead(), sampleObjects(), forMe);
    const { stored } = parseSnapshot(bytes, 'x');
    expect(stored.map(({ sealed }) => sealed === true)).toEqual([false, true, true, true, false]);
    const value = `type: S3\nconfig:\n  secret_key: ${planted}\n`;
    expect(stored[1]).toEqual({
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'thanos-objstore', namespace: 'monitoring', uid: 'uid-of-Secret-thanos-objstore', resourceVersion: '4711', creationTimestamp: '2026-11-20T00:00:00Z', labels: { app: 'thanos' }, annotations: { 'meta.helm.sh/release-name': 'thanos' } },
        type: 'Opaque',
        immutable: false,
      },
      sizes: { 'objstore.yml': value.length, empty: 0 },
      sealed: true,
    });
    expect(stored[2]!.object).not.toHaveProperty('data');
    expect(stored[2]!.object.metadata['annotations']).toEqual({ team: 'sre' });
    expect(stored[2]).not.toHaveProperty('sizes');
  });

  test('is left out with omit, and says so', async () => {
    const { bytes, manifest } = await encodeSnapshot(sampleHead(), sampleObjects(), { kind: 'omit' });
    const content = parseSnapshot(bytes, 'x');
    expect(manifest).toMatchObject({ secrets: 'omitted', recipients: [], counts: { sealed: 3 } });
    expect(content.stored.map(({ omitted }) => omitted === true)).toEqual([false, true, true, true, false]);
    expect(await content.unseal([])).toEqual(content.stored.map(({ object }) => object));
  });

  test('is whole and needs no key with plain, which is for a Secret of the cluster', async () => {
    const objects = sampleObjects();
    const { bytes, manifest } = await encodeSnapshot(sampleHead(), objects, { kind: 'plain' });
    expect(manifest).toMatchObject({ secrets: 'plain', recipients: [] });
    expect(await parseSnapshot(bytes, 'x').unseal([])).toEqual(objects);
  });

  test('is not opened by another key, nor without one', async () => {
    const { bytes } = await encodeSnapshot(sampleHead(), sampleObjects(), forMe);
    const refused = { code: 'snapshot.wrong-identity', exitCode: 11, params: { name: 'x', recipients: [mine.recipient] } };
    await expect(parseSnapshot(bytes, 'x').unseal([others])).rejects.toMatchObject(refused);
    await expect(parseSnapshot(bytes, 'x').unseal([])).rejects.toMatchObject(refused);
  });
});

describe('a damaged file', () => {
  test('is found whichever byte was flipped, of a file of 200 objects and 64 KiB', async () => {
    // What cannot be squeezed, so that the parts are as large as that.
    const noise = (number: number) => createHash('sha512').update(String(number)).digest('base64') + createHash('sha512').update(`b${number}`).digest('base64');
    const objects = Array.from({ length: 220 }, (_, number) => makeObject(number % 3 === 0 ? 'Secret' : 'ConfigMap', `o-${number}`, { data: { a: noise(number), b: noise(-number - 1), c: noise(number + 1000) } }));
    const { bytes } = await encodeSnapshot(sampleHead(), objects, forMe);
    expect(bytes.length).toBeGreaterThan(64 * 1024);
    const partsStart = manifestEnd(bytes, 'x');
    // The digest of the file is taken for each of them: every byte of the parts takes 20 s.
    const step = process.env['RETRACE_TEST_FULL'] ? 1 : 23;
    const isTried = (at: number) => at < partsStart || at > bytes.length - 80 || at % step === 0;
    const unseen: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      if (!isTried(at)) continue;
      bytes[at]! ^= 1 << (at % 8);
      try {
        parseSnapshot(bytes, 'x');
        unseen.push(at);
      } catch (error) {
        expect(error).toMatchObject({ code: 'snapshot.corrupt', exitCode: 11 });
      }
      // As `list` reads it, by its beginning alone; a digit of the format that was flipped is a newer format there.
      if (at < partsStart) expect(() => readManifest(bytes.subarray(0, partsStart), 'x'), String(at)).toThrow(RetraceError);
      bytes[at]! ^= 1 << (at % 8);
    }
    expect(unseen).toEqual([]);
    expect(parseSnapshot(bytes, 'x').stored).toHaveLength(220);
  }, 300_000);

  test('is found wherever it was cut off, and with bytes behind its end', async () => {
    const { bytes } = await encodeSnapshot(sampleHead(), sampleObjects(), forMe);
    const lengths = [0, 1, 50, 110, 400, bytes.length - 100, bytes.length - 73, bytes.length - 72, bytes.length - 1];
    for (const length of lengths) expect(() => parseSnapshot(bytes.subarray(0, length), 'x'), String(length)).toThrow(expect.objectContaining({ code: 'snapshot.corrupt' }));
    expect(() => parseSnapshot(Buffer.concat([bytes, Buffer.from('\n')]), 'x')).toThrow(expect.objectContaining({ code: 'snapshot.corrupt' }));
  });

  test('of a newer format is told as such', async () => {
    const { bytes } = await encodeSnapshot(sampleHead(), sampleObjects(), forMe);
    const text = Buffer.from(bytes).toString('latin1').replace('retrace-snapshot/1', 'retrace-snapshot/2');
    const content = text.slice(0, -72);
    const newer = Buffer.from(`${content}sha256 ${createHash('sha256').update(Buffer.from(content, 'latin1')).digest('hex')}\n`, 'latin1');
    const told = expect.objectContaining({ code: 'snapshot.newer-format', exitCode: 11, params: { name: 'x', format: 2 } });
    expect(() => parseSnapshot(newer, 'x')).toThrow(told);
    expect(() => readManifest(newer, 'x')).toThrow(told);
  });
});
