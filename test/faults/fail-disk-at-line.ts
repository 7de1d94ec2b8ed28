/**
 * kubectl-rollback whose disk fails at a line of its journal. RETRACE_TEST_DISK is `full after:N`, when everything behind line N finds no room
 * (the line's own page may have some), or `read-only before:N`, when line N itself cannot be written. RETRACE_TEST_DISK_FOLDER is the disk.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Journal } from '../../lib/run/journal.ts';
import { fillDisk } from '../support/small-disk.ts';

const [how, when, line] = (process.env['RETRACE_TEST_DISK'] ?? '').split(/[ :]/);
const folder = process.env['RETRACE_TEST_DISK_FOLDER']!;
const append = Journal.prototype.append;
let count = 0;

Journal.prototype.append = async function (entry) {
  count += 1;
  const isLine = count === Number(line);
  if (isLine && when === 'before') fail();
  await append.call(this, entry);
  if (isLine && when === 'after') fail();
};

function fail(): void {
  if (how === 'full') fillDisk(join(folder, 'filler'));
  else execFileSync('mount', ['-o', 'remount,ro', folder]);
}

await import('../../plugins/rollback/main.ts');
