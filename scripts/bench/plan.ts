/** What a plan costs over a slow line: sequential round trips, and seconds at 50 ms each. */
import { execa } from 'execa';
import { startControlPlane } from '../../test/support/control-plane.ts';
import { startFaultProxy, type FaultProxy } from '../../test/support/fault-proxy.ts';
import { createNamespace } from '../../test/support/namespace.ts';
import { cliEnvironment, createCliHome } from '../../test/support/run-cli.ts';
import {
  applyManifests,
  setImage,
  thanosReceive,
  waitForRollout,
  waitForWaitingReason,
} from '../../test/support/workloads.ts';
import { median, type BenchResult } from './result.ts';

const latencyMs = 50;
const rounds = 5;

/** `rollback plan` against `kubectl rollout undo --dry-run=server`, each from an empty home as on a machine that never saw the cluster. */
export async function benchPlan(runFolder: string): Promise<BenchResult[]> {
  const plane = await startControlPlane(runFolder, 'bench');
  const namespace = await createNamespace(plane);
  await applyManifests(plane, namespace, thanosReceive());
  await waitForRollout(plane, namespace, 'sts/thanos-receive');
  await setImage(plane, namespace, 'sts/thanos-receive', 'thanos:broken');
  await waitForWaitingReason(plane, namespace, 'thanos-receive-2', 'CrashLoopBackOff');
  const proxy = await startFaultProxy(runFolder, plane, { latencyMs });
  const target = ['sts/thanos-receive', '--namespace', namespace];
  const ours: Sample[] = [];
  const peer: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await sample(runFolder, proxy, ['rollback', 'plan', ...target]));
    peer.push(await sample(runFolder, proxy, ['rollout', 'undo', ...target, '--dry-run=server']));
  }
  await proxy.stop();
  const middle = (samples: Sample[], field: keyof Sample) => median(samples.map((one) => one[field]));
  return [
    {
      name: 'plan-roundtrips',
      ours: middle(ours, 'roundTrips'),
      peer: middle(peer, 'roundTrips'),
      unit: 'round trips',
    },
    { name: 'plan-latency', ours: middle(ours, 'seconds'), peer: middle(peer, 'seconds'), unit: 's' },
  ];
}

interface Sample {
  readonly roundTrips: number;
  readonly seconds: number;
}

async function sample(runFolder: string, proxy: FaultProxy, args: readonly string[]): Promise<Sample> {
  const env = await cliEnvironment(createCliHome(runFolder), proxy.kubeconfig);
  proxy.forgetRequests();
  const startMs = performance.now();
  await execa('kubectl', [...args], { env, extendEnv: false, stdin: 'ignore', preferLocal: false });
  const seconds = (performance.now() - startMs) / 1000;
  const roundTrips = proxy.sequentialRoundTrips();
  if (roundTrips === 0)
    throw new Error(`kubectl ${args.join(' ')} asked the API server nothing, so there is nothing to measure`);
  return { roundTrips, seconds };
}
