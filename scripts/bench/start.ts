/** Start time of the compiled plugin beside kubectl's own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cliEnvironment, createCliHome, distFolder } from '../../test/support/run-cli.ts';
import { toolPath } from '../tools/build.ts';
import { median, type BenchResult } from './result.ts';

const rounds = 40;
const warmUps = 5;

/** Seconds of `kubectl-rollback --version` and `--help` against `kubectl version --client`, in turn, so that both see the same machine. */
export async function benchStart(runFolder: string): Promise<BenchResult[]> {
  const env = await cliEnvironment(createCliHome(runFolder));
  const plugin = join(distFolder, 'kubectl-rollback');
  const commands = {
    version: [plugin, '--version'],
    help: [plugin, '--help'],
    peer: [await toolPath('kubectl'), 'version', '--client'],
  };
  const times = { version: [] as number[], help: [] as number[], peer: [] as number[] };
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const name of ['version', 'help', 'peer'] as const) {
      const seconds = secondsOf(commands[name], env);
      if (round >= 0) times[name].push(seconds);
    }
  }
  const peer = median(times.peer);
  return [
    { name: 'start-version', ours: median(times.version), peer, unit: 's' },
    { name: 'start-help', ours: median(times.help), peer, unit: 's' },
  ];
}

function secondsOf([file, ...args]: string[], env: Record<string, string>): number {
  const startMs = performance.now();
  const { status, error, stderr } = spawnSync(file!, args, { env, encoding: 'utf8' });
  const seconds = (performance.now() - startMs) / 1000;
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${status}: ${error?.message ?? stderr}`);
  return seconds;
}
