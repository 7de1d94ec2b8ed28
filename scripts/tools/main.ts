/** Builds the tools named on the command line, or all that a control plane needs. */
import { ensureTools } from './build.ts';
import { controlPlaneTools } from './list.ts';

const named = process.argv.slice(2);
try {
  await ensureTools(named.length > 0 ? named : controlPlaneTools, (line) => process.stderr.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
