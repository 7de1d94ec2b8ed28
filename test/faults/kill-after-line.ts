/**
 * kubectl-rollback that kills itself at a line of its journal. RETRACE_TEST_KILL is `after:N`, when line N is on the disk, or `before:N`, when
 * what the line tells of was done and the line was not yet written. Lines are counted in this process, all journals together.
 */
import { Journal } from '../../lib/run/journal.ts';

const [when, line] = (process.env['RETRACE_TEST_KILL'] ?? '').split(':');
const append = Journal.prototype.append;
let count = 0;

Journal.prototype.append = async function (entry) {
  count += 1;
  const isLine = count === Number(line);
  if (isLine && when === 'before') await die();
  await append.call(this, entry);
  if (isLine && when === 'after') await die();
};

/** SIGKILL, and not a step further until it has struck. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

await import('../../plugins/rollback/main.ts');
