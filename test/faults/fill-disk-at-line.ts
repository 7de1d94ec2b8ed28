/**
 * kubectl-rollback whose disk is full from a line of its journal on: RETRACE_TEST_FULL_DISK is `after:N` or `before:N` of that line, as in
 * kill-after-line.ts, RETRACE_TEST_FILLER the file that takes the room.
 */
import { Journal } from '../../lib/run/journal.ts';
import { fillDisk } from '../support/small-disk.ts';

const [when, line] = (process.env['RETRACE_TEST_FULL_DISK'] ?? '').split(':');
const filler = process.env['RETRACE_TEST_FILLER']!;
const append = Journal.prototype.append;
let count = 0;

Journal.prototype.append = async function (entry) {
  count += 1;
  const isLine = count === Number(line);
  if (isLine && when === 'before') fillDisk(filler);
  await append.call(this, entry);
  if (isLine && when === 'after') fillDisk(filler);
};

await import('../../plugins/rollback/main.ts');
