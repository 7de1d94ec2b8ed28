/**
 * Writes one snapshot into the repository RETRACE_TEST_REPO, and is struck at a point of it: RETRACE_TEST_STRIKE is `kill` or `full`, a space, and
 * `before`, `half` (of the bytes) or `after`, a space, and the name of a call on a file: `writeFile 1`, `sync 1` (of the part), `sync 2` (of the
 * folder, when the name is there). RETRACE_TEST_CALLS is a file that gets the name of every call.
 */
import { appendFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { openRepository } from '../../../lib/snapshot/open-repository.ts';
import { fillDisk } from '../../support/small-disk.ts';
import { makeContext } from '../kube/test-context.ts';
import { encodeSnapshot } from '../../../lib/snapshot/file/encode.ts';
import { sampleHead, sampleObjects } from './sample-objects.ts';

const [how, when, ...point] = (process.env['RETRACE_TEST_STRIKE'] ?? '').split(' ');
const log = process.env['RETRACE_TEST_CALLS'];
const place = process.env['RETRACE_TEST_REPO']!;
const id = process.env['RETRACE_TEST_ID']!;

const { bytes } = await encodeSnapshot(sampleHead({ id }), sampleObjects(), { kind: 'omit' });

const probe = await open('/dev/null');
const handles = Object.getPrototypeOf(probe) as FileHandle;
await probe.close();
const counts = new Map<string, number>();

for (const method of ['writeFile', 'sync'] as const) {
  const call = handles[method] as (this: FileHandle, content?: Uint8Array) => Promise<void>;
  handles[method] = async function (this: FileHandle, content?: unknown) {
    const count = (counts.get(method) ?? 0) + 1;
    counts.set(method, count);
    const name = `${method} ${count}`;
    if (log !== undefined) appendFileSync(log, `${name}\n`);
    const isStruck = point.join(' ') === name;
    if (isStruck && when === 'before') strike();
    if (isStruck && when === 'half') {
      await call.call(this, bytes.subarray(0, bytes.length / 2));
      strike();
      // A page that the file has already would take more; a larger file finds no room here.
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    await call.call(this, content as Uint8Array);
    if (isStruck && when === 'after') strike();
  };
}

function strike(): void {
  if (how === 'full') return fillDisk(`${place}/filler`);
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const repository = await openRepository(place, makeContext({ env: process.env as Record<string, string> }), process.env['RETRACE_TEST_REPO_CONFIG']);
try {
  await repository.write(id, bytes);
  process.stdout.write('written\n');
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`);
}
