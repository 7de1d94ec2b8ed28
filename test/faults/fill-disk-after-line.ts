/**
 * kubectl-rollback whose disk is full from line RETRACE_TEST_FULL_AFTER of its journal on: the rest of the disk is taken by the file
 * RETRACE_TEST_FILLER.
 */
import { Journal } from '../../lib/run/journal.ts';
import { fillDisk } from '../support/small-disk.ts';

const { RETRACE_TEST_FULL_AFTER: line, RETRACE_TEST_FILLER: filler } = process.env;
const append = Journal.prototype.append;
let count = 0;

Journal.prototype.append = async function (entry) {
  await append.call(this, entry);
  count += 1;
  if (count === Number(line)) fillDisk(filler!);
};

await import('../../plugins/rollback/main.ts');
