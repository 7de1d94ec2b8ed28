/** A snapshot of 10 000 objects beside `kubectl get -o yaml` of the same kinds: seconds and peak memory of the process. */
import { join } from 'node:path';
import { startControlPlane } from '../../test/support/control-plane.ts';
import { createNamespace } from '../../test/support/namespace.ts';
import { cliEnvironment, createCliHome, distFolder } from '../../test/support/run-cli.ts';
import { toolPath } from '../tools/build.ts';
import { median, type BenchResult } from './result.ts';
import { kinds, makeObjects } from './snapshot-objects.ts';

const rounds = 5;

/** `snapshot create`, everything from the start of the process to the file that was read back, with Secrets and without. */
export async function benchSnapshot(runFolder: string): Promise<BenchResult[]> {
  const plane = await startControlPlane(runFolder, 'bench-snapshot');
  const namespace = await createNamespace(plane, 'bench');
  const made = await makeObjects(plane, namespace);
  process.stdout.write(`snapshot: ${made} objects\n`);
  const plugin = join(distFolder, 'kubectl-snapshot');
  const kubectl = await toolPath('kubectl');
  const env = await cliEnvironment(createCliHome(runFolder), plane.kubeconfig);
  const results: BenchResult[] = [];
  for (const { name, flags, without } of [
    { name: 'snapshot-10k', flags: [], without: '' },
    { name: 'snapshot-10k-open', flags: ['--secrets=omit'], without: 'secrets' },
  ]) {
    const types = kinds.map(({ plural }) => plural).filter((plural) => plural !== without);
    const ours: Sample[] = [];
    const peer: Sample[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await sample([plugin, 'create', '-n', namespace, '-o', 'name', ...flags], env));
      peer.push(await sample([kubectl, 'get', types.join(','), '-n', namespace, '-o', 'yaml'], env));
    }
    const middle = (samples: Sample[], field: keyof Sample) => median(samples.map((one) => one[field]));
    results.push({ name, ours: middle(ours, 'seconds'), peer: middle(peer, 'seconds'), unit: 's' });
    results.push({ name: `${name}-memory`, ours: middle(ours, 'mebibytes'), peer: middle(peer, 'mebibytes'), unit: 'MiB' });
  }
  return results;
}

interface Sample {
  readonly seconds: number;
  readonly mebibytes: number;
}

async function sample(command: string[], env: Record<string, string>): Promise<Sample> {
  const startMs = performance.now();
  // To a file that keeps nothing: a terminal or a pipe would be measured too.
  const child = Bun.spawn(command, { env, stdin: 'ignore', stdout: Bun.file('/dev/null'), stderr: 'pipe' });
  const [stderr, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  const seconds = (performance.now() - startMs) / 1000;
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`);
  return { seconds, mebibytes: (child.resourceUsage()?.maxRSS ?? 0) / 1024 ** 2 };
}
