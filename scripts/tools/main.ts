/** Builds the tools named on the command line: `all` for every one of the list, none for those that a control plane needs. */
import { ensureTools } from './build.ts';
import { controlPlaneTools, tools } from './list.ts';

const words = process.argv.slice(2);
const named = words.includes('all') ? tools.map((tool) => tool.name) : words;
try {
  await ensureTools(named.length > 0 ? named : controlPlaneTools, (line) => process.stderr.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
