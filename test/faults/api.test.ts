/** A bad way to the API server: what arrived is found by reading, nothing is written twice, reads are patient, the wait survives. */
import { expect } from 'vitest';
import { deleteControlPlane, restartApiServer, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy, type Fault, type FaultProxy, type ProxiedRequest } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { createNamespace } from '../support/namespace.ts';
import { createCliHome, spawnCli } from '../support/run-cli.ts';
import { deploy } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { podStates, setImage, thanosQuery } from '../support/workloads.ts';
import { breakHashring, quickly, target as hashring } from './runs.ts';

const target = 'deploy/thanos-query';
const good = 'thanos:v0.42.3';

const isPatch = ({ method, path }: ProxiedRequest) => method === 'PATCH' && !path.includes('dryRun');
const isRead = ({ method, path }: ProxiedRequest) => method === 'GET' && !/[?&]watch=/.test(path);

/** A Deployment whose newest revision is bad, behind a proxy. */
async function breakQuery(cluster: ControlPlane, namespace: string, runFolder: string): Promise<FaultProxy> {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await setImage(cluster, namespace, target, 'thanos:broken');
  await waitUntil(async () => (await readQuery(cluster, namespace)).observed, { what: 'the bad revision to be made' });
  return startFaultProxy(runFolder, cluster);
}

async function readQuery(cluster: ControlPlane, namespace: string): Promise<{ generation: number; image: string; observed: boolean }> {
  const { metadata, spec, status } = await kubectlJson(cluster, ['get', target], { namespace });
  return {
    generation: metadata.generation,
    image: spec.template.spec.containers[0].image,
    observed: status.observedGeneration === metadata.generation,
  };
}

const undo = (namespace: string) => ['undo', target, '-n', namespace, '--yes', ...quickly];

/** How a patch can fail, and how often it may be sent. */
const patchFaults: { name: string; fault: Omit<Fault, 'matches'>; sent: number }[] = [
  { name: 'is answered with 500 and did not arrive', fault: { kind: 'status', status: 500 }, sent: 2 },
  { name: 'arrives and the connection is reset before the answer', fault: { kind: 'reset-after' }, sent: 1 },
  { name: 'arrives and the answer is cut in its middle', fault: { kind: 'truncate' }, sent: 1 },
  { name: 'is lost with its connection', fault: { kind: 'reset-before' }, sent: 2 },
  { name: 'meets a conflict that is none', fault: { kind: 'status', status: 409 }, sent: 2 },
];

for (const { name, fault, sent } of patchFaults) {
  test.concurrent(`a patch that ${name} is made once`, async ({ cluster, namespace, cli, runFolder }) => {
    const proxy = await breakQuery(cluster, namespace, runFolder);
    const before = await readQuery(cluster, namespace);
    const struck = proxy.addFault({ ...fault, matches: isPatch });
    const result = await cli('rollback', undo(namespace), { kubeconfig: proxy.kubeconfig });
    expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    expect(struck.struck).toBe(1);
    expect(proxy.requests.filter(isPatch)).toHaveLength(sent);
    expect(await readQuery(cluster, namespace)).toMatchObject({ generation: before.generation + 1, image: good });
    await proxy.stop();
  });
}

test.concurrent('a patch that nobody answers twice stops half way, and resume goes on', async ({ cluster, namespace, cli, runFolder }) => {
  const proxy = await breakQuery(cluster, namespace, runFolder);
  const before = await readQuery(cluster, namespace);
  proxy.addFault({ kind: 'status', status: 500, times: 2, matches: isPatch });
  const stopped = await cli('rollback', undo(namespace), { kubeconfig: proxy.kubeconfig });
  expect(stopped).toMatchObject({ exitCode: 7, stderr: expect.stringMatching(/kubectl rollback resume r-\w+/) });
  expect(await readQuery(cluster, namespace)).toEqual(before);
  const id = /resume (r-\w+)/.exec(stopped.stderr)![1]!;
  const resumed = await cli('rollback', ['resume', id], { kubeconfig: proxy.kubeconfig });
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  expect(await readQuery(cluster, namespace)).toMatchObject({ generation: before.generation + 1, image: good });
  await proxy.stop();
});

test.concurrent('a template that somebody else writes while ours is under way is theirs', async ({ cluster, namespace, startCli, runFolder }) => {
  const proxy = await breakQuery(cluster, namespace, runFolder);
  const struck = proxy.addFault({ kind: 'delay', delayMs: 3_000, matches: isPatch });
  const running = await startCli('rollback', undo(namespace), { kubeconfig: proxy.kubeconfig });
  await waitUntil(() => struck.struck === 1, { what: 'the patch to be sent', everyMs: 20 });
  await setImage(cluster, namespace, target, 'thanos:theirs');
  const result = await running.result;
  expect(result, result.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/has changed since the plan was made[^]*template/) });
  expect(result.stderr).toContain('Nothing was changed.');
  expect(await readQuery(cluster, namespace)).toMatchObject({ image: 'thanos:theirs' });
  await proxy.stop();
});

test.concurrent('reads wait as long as Retry-After says', async ({ cluster, namespace, cli, runFolder }) => {
  const proxy = await breakQuery(cluster, namespace, runFolder);
  const isTarget = (request: ProxiedRequest) => isRead(request) && request.path.includes('/deployments/thanos-query');
  proxy.addFault({ kind: 'status', status: 429, retryAfterSeconds: 1, times: 2, matches: isTarget });
  const result = await cli('rollback', ['plan', target, '-n', namespace], { kubeconfig: proxy.kubeconfig });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  const [first, second, third] = proxy.requests.filter(isTarget);
  expect([first!.status, second!.status, third!.status]).toEqual([429, 429, 200]);
  expect(second!.startMs - first!.endMs).toBeGreaterThanOrEqual(950);
  expect(third!.startMs - second!.endMs).toBeGreaterThanOrEqual(950);
  await proxy.stop();
});

test.concurrent('reads survive 500, resets and cut bodies', async ({ cluster, namespace, cli, runFolder }) => {
  const proxy = await breakQuery(cluster, namespace, runFolder);
  const isOf = (word: string) => (request: ProxiedRequest) => isRead(request) && request.path.includes(word);
  const struck = [
    proxy.addFault({ kind: 'status', status: 500, matches: isOf('/deployments/thanos-query') }),
    proxy.addFault({ kind: 'truncate', matches: isOf('/replicasets') }),
    proxy.addFault({ kind: 'reset-before', matches: isOf('/pods') }),
  ];
  const result = await cli('rollback', undo(namespace), { kubeconfig: proxy.kubeconfig });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  expect(struck.map((fault) => fault.struck)).toEqual([1, 1, 1]);
  expect(await readQuery(cluster, namespace)).toMatchObject({ image: good });
  await proxy.stop();
});

test.concurrent('a slow API server makes it slow, not wrong; one that never answers is told as such', async ({ cluster, namespace, cli, runFolder }) => {
  const proxy = await breakQuery(cluster, namespace, runFolder);
  proxy.setLatency(300);
  const result = await cli('rollback', undo(namespace), { kubeconfig: proxy.kubeconfig });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  proxy.setLatency(60_000);
  const silent = await cli('rollback', ['plan', target, '-n', namespace, '--request-timeout=1s'], { kubeconfig: proxy.kubeconfig });
  expect(silent).toMatchObject({ exitCode: 10, stdout: '', stderr: expect.stringMatching(/cannot reach .* within 1s/) });
  await proxy.stop();
});

test.concurrent('a wait whose watches are cut goes on', async ({ cluster, namespace, startCli, runFolder }) => {
  await breakHashring({ cluster, namespace });
  const proxy = await startFaultProxy(runFolder, cluster);
  const running = await startCli('rollback', ['undo', hashring, '-n', namespace, '--yes', '--stable-for=3s', '--stuck-after=1s'], { kubeconfig: proxy.kubeconfig });
  await running.waitForLine(/evicted/);
  const watches = () => proxy.requests.filter(({ path }) => /[?&]watch=/.test(path)).length;
  await waitUntil(() => watches() >= 3, { what: 'the watches to be open' });
  const before = watches();
  proxy.cutConnections();
  const result = await running.result;
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  expect(watches()).toBeGreaterThan(before);
  await proxy.stop();
});

test.concurrent('a wait survives a restart of the API server', async ({ runFolder }) => {
  const plane = await startControlPlane(runFolder, 'restarted');
  const namespace = await createNamespace(plane);
  await breakHashring({ cluster: plane, namespace });
  const running = await spawnCli('rollback', ['undo', hashring, '-n', namespace, '--yes', '--stable-for=15s', '--stuck-after=1s'], {
    runFolder,
    home: createCliHome(runFolder),
    kubeconfig: plane.kubeconfig,
    timeoutMs: 110_000,
  });
  await running.waitForLine(/evicted/);
  // Not earlier: kwok, restarted with the rest, leaves pods alone that were on their way up or down. A kubelet would go on with them.
  const isReplaced = async () => {
    const pod = (await podStates(plane, namespace))['thanos-receive-1'];
    return pod?.image === good && pod.ready;
  };
  await waitUntil(isReplaced, { what: 'the successor of the evicted pod' });
  await restartApiServer(plane);
  const result = await running.result;
  expect(result, result.stderr).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/the API server does not answer[^]*all on the revision/) });
  const { items } = await kubectlJson(plane, ['get', 'pods'], { namespace });
  expect(items.map((pod: any) => pod.spec.containers[0].image)).toEqual([good, good]);
  await deleteControlPlane(plane);
});
