/** 1 000 changed objects put back: from the start of the process to its end, beside `kubectl replace` of as many. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { startControlPlane } from '../../test/support/control-plane.ts';
import { createNamespace } from '../../test/support/namespace.ts';
import { cliEnvironment, createCliHome, distFolder } from '../../test/support/run-cli.ts';
import { toolPath } from '../tools/build.ts';
import { median, type BenchResult } from './result.ts';

const count = 1000;
const rounds = 3;

/** `snapshot restore`: plan, dry run of each, safety copy, writes. Both sides change all objects in every round. */
export async function benchRestore(runFolder: string): Promise<BenchResult[]> {
  const plane = await startControlPlane(runFolder, 'bench-restore');
  const namespace = await createNamespace(plane, 'bench');
  const env = await cliEnvironment(createCliHome(runFolder), plane.kubeconfig);
  const [kubectl, plugin] = [await toolPath('kubectl'), join(distFolder, 'kubectl-snapshot')];
  const run = (file: string, args: string[]) => execa(file, [...args, '-n', namespace], { env, extendEnv: false, stdin: 'ignore' });
  const [good, bad] = ['good', 'bad'].map((value) => writeManifests(runFolder, value));
  await run(kubectl, ['create', '-f', good!]);
  const id = (await run(plugin, ['create', '-o', 'name'])).stdout.trim();
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    peer.push(await timed(() => run(kubectl, ['replace', '-f', bad!])));
    ours.push(await timed(() => run(plugin, ['restore', id, `--confirm=${namespace}`, '-o', 'name'])));
  }
  return [{ name: 'restore-1k', ours: count / median(ours), peer: count / median(peer), unit: 'objects/s' }];
}

function writeManifests(runFolder: string, value: string): string {
  const items = Array.from({ length: count }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `o-${at}` }, data: { 'rules.yaml': `${value} ${at}\n`.repeat(100) } }));
  const path = join(runFolder, `restore-${value}.json`);
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return path;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}
