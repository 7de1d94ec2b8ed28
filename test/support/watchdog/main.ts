/** The watchdog: reads nothing, waits for the end of its standard input, then ends what the run left. */
import { endRun } from '../run-folder.ts';

const runFolder = process.argv[2];
if (!runFolder) throw new Error('usage: main.ts RUN_FOLDER');
process.stdin.resume();
process.stdin.on('end', () => void endRun(runFolder));
process.stdin.on('error', () => void endRun(runFolder));
