/**
 * kubectl-rollback whose disk is full from one of its writes on. RETRACE_TEST_DISK_FOLDER is the disk; RETRACE_TEST_DISK_FULL_AT names the write:
 * the path of the file below the run directory (with the number of the line for the journal: `journal.jsonl 4`), which then gets half of what it
 * should, as on a real disk, while every later one finds no room. RETRACE_TEST_DISK_WRITES is a file that gets the name of each write.
 */
import { appendFileSync, readFileSync, readlinkSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fillDisk } from '../support/small-disk.ts';

const folder = process.env['RETRACE_TEST_DISK_FOLDER']!;
const fullAt = process.env['RETRACE_TEST_DISK_FULL_AT'];
const log = process.env['RETRACE_TEST_DISK_WRITES'];

const probe = await open('/dev/null');
const handles = Object.getPrototypeOf(probe) as FileHandle;
await probe.close();

for (const method of ['writeFile', 'appendFile'] as const) {
  const write = handles[method];
  handles[method] = async function (content) {
    const name = nameOf(this);
    if (name !== undefined && log !== undefined) appendFileSync(log, `${name}\n`);
    if (name === undefined || name !== fullAt) return write.call(this, content);
    fillDisk(join(folder, 'filler'));
    const bytes = Buffer.from(content as string | Uint8Array);
    // A page that the file has already takes what fits; the rest of it finds no room.
    await write.call(this, bytes.subarray(0, bytes.length / 2));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
}

/** Undefined for what is no file of a run. */
function nameOf({ fd }: FileHandle): string | undefined {
  const path = readlinkSync(`/proc/self/fd/${fd}`);
  const name = /\/runs\/r-\w+\/(.+)$/.exec(path)?.[1]?.replace(/\.part$/, '');
  return name === 'journal.jsonl' ? `${name} ${readFileSync(path, 'utf8').split('\n').length}` : name;
}

await import('../../plugins/rollback/main.ts');
