/**
 * `npm run bench`: our figures beside those of the tools that people use today, measured in one run on one machine.
 *
 *     npm run bench -- --json FILE     also writes {"results":[{"name","ours","peer","unit"}]}
 *     npm run bench -- start           only the named ones
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRunFolder, endRun, sweepDeadRuns } from '../test/support/run-folder.ts';
import { startWatchdog } from '../test/support/watchdog/start.ts';
import { benchContinuity } from './bench/continuity.ts';
import { benchParse } from './bench/parse.ts';
import { benchPlan } from './bench/plan.ts';
import { benchRestore } from './bench/restore.ts';
import { formatResult, isWithinBudget, type BenchResult } from './bench/result.ts';
import { benchSnapshot } from './bench/snapshot.ts';
import { benchStart } from './bench/start.ts';
import { benchVerify } from './bench/verify.ts';

/** A benchmark takes the run's folder and gives one or more figures. A new one is one line here, and its budgets in bench/result.ts. */
const benchmarks: Record<string, (runFolder: string) => Promise<BenchResult[]>> = {
  start: benchStart,
  plan: benchPlan,
  snapshot: benchSnapshot,
  restore: benchRestore,
  verify: benchVerify,
  parse: benchParse,
  continuity: benchContinuity,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(`error: no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}

const runFolder = createRunFolder();
startWatchdog(runFolder);
const results: BenchResult[] = [];
try {
  await sweepDeadRuns();
  for (const [name, run] of Object.entries(benchmarks)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    try {
      const measured = await run(runFolder);
      for (const result of measured) process.stdout.write(`${formatResult(result)}\n`);
      results.push(...measured);
    } catch (error) {
      process.stderr.write(`${name}: ${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  await endRun(runFolder);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ results }, null, 2)}\n`);
if (results.some((result) => isWithinBudget(result) === false)) process.exitCode = 1;
