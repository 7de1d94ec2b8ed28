/** What a fleet costs over slow lines: twenty clusters at once beside one of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { startControlPlane } from '../../test/support/control-plane.ts';
import { startFaultProxy } from '../../test/support/fault-proxy.ts';
import { createNamespace } from '../../test/support/namespace.ts';
import { cliEnvironment, createCliHome } from '../../test/support/run-cli.ts';
import { applyManifests, ofWorkloads, thanosReceive, waitForRollout } from '../../test/support/workloads.ts';
import { median, type BenchResult } from './result.ts';

const latencyMs = 300;
const size = 20;
const rounds = 5;

/** `kubectl verify --clusters` of all against one, in turn: twenty ways, each with its own connections, to one control plane. */
export async function benchVerify(runFolder: string): Promise<BenchResult[]> {
  const plane = await startControlPlane(runFolder, 'bench-verify');
  const namespace = await createNamespace(plane);
  await applyManifests(plane, namespace, thanosReceive());
  await waitForRollout(plane, namespace, 'sts/thanos-receive');
  const ways = await Promise.all(Array.from({ length: size }, () => startFaultProxy(runFolder, plane, { latencyMs })));
  const home = createCliHome(runFolder);
  mkdirSync(join(home, 'config', 'retrace'), { recursive: true });
  const clusters = ways.map(({ kubeconfig }, at) => ({ name: `edge-${at + 1}`, kubeconfig, groups: at === 0 ? ['one', 'edge'] : ['edge'] }));
  writeFileSync(join(home, 'config', 'retrace', 'config.yaml'), JSON.stringify({ clusters }));
  const env = await cliEnvironment(home);
  const verify = async (group: string, expected: number): Promise<number> => {
    const startMs = performance.now();
    const { stdout } = await execa('kubectl', ['verify', '--namespace', namespace, '--stable-for=0s', ofWorkloads, `--clusters=${group}`, '--output=json'], { env, extendEnv: false, stdin: 'ignore', preferLocal: false });
    const seconds = (performance.now() - startMs) / 1000;
    const passed = (JSON.parse(stdout) as { items: { verdict: string }[] }).items.filter(({ verdict }) => verdict === 'pass').length;
    if (passed !== expected) throw new Error(`${passed} of ${expected} clusters passed, so there is nothing to measure`);
    return seconds;
  };
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const [one, all] = [await verify('one', 1), await verify('edge', size)];
    if (round >= 0) peer.push(one);
    if (round >= 0) ours.push(all);
  }
  await Promise.all(ways.map((way) => way.stop()));
  return [{ name: 'verify-20', ours: median(ours), peer: median(peer), unit: 's' }];
}
