/** The way to the API server and others: two that begin at once, a record that did not hear of the end, a server that restarts while it is written to. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { deleteControlPlane, resumeControlPlane, startControlPlane, stopControlPlane } from '../support/control-plane.ts';
import { startFaultProxy, type ProxiedRequest } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { runIdIn } from '../support/roll-outs.ts';
import { createCliHome, spawnCli } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, setImage, thanosQuery } from '../support/workloads.ts';
import { stages, troubles, undoOf, waitUntilObserved, writes, type Trouble, type TroubleName } from './api-cases.ts';
import { journalPath, newestRun, quickly, readJournal, rollback, type Place } from './runs.ts';

const isFull = process.env['RETRACE_TEST_FULL'] === '1';
const { target, prepare } = stages.deployment;

async function readQuery({ cluster, namespace }: Place): Promise<{ generation: number; image: string; replicas: number }> {
  const { metadata, spec } = await kubectlJson(cluster, ['get', target], { namespace });
  return { generation: metadata.generation, image: spec.template.spec.containers[0].image, replicas: spec.replicas };
}

const undone = { image: 'thanos:v0.42.3', replicas: 2 };

/** The journal as the cluster has it. */
async function readRecord({ cluster, namespace }: Place, id: string): Promise<string> {
  return (await kubectlJson(cluster, ['get', 'configmap', `retrace-run-${id}`], { namespace })).data['journal.jsonl'];
}

/** What an hour does to a lock that nobody renews. */
async function expireLock({ cluster, namespace }: Place): Promise<void> {
  await kubectl(cluster, ['patch', 'lease', 'retrace', '--type=merge', '-p', '{"spec":{"renewTime":"2026-01-01T00:00:00.000000Z"}}'], { namespace });
}

for (let round = 1; round <= (isFull ? 20 : 1); round++) {
  test.concurrent(`of two runs that begin at once one goes on and one is refused (${round})`, async ({ cluster, namespace, home, runFolder }) => {
    const places = [home, createCliHome(runFolder)].map((own) => ({ cluster, namespace, home: own, runFolder }));
    await prepare(places[0]!);
    const { generation } = await readQuery(places[0]!);
    // Both meet at the lock, however long each took to get there; the plan of either stands until the other's first write.
    const proxy = await startFaultProxy(runFolder, cluster);
    const isAtLock = ({ method, path }: ProxiedRequest) => method === 'GET' && path.includes('/leases/');
    const waits = proxy.addFault({ kind: 'delay', delayMs: 20_000, times: 2, matches: isAtLock });
    const running = places.map((place) => rollback(place, undoOf('deployment', namespace), undefined, { kubeconfig: proxy.kubeconfig }));
    await waitUntil(() => waits.struck === 2, { what: 'both to look at the lock', everyMs: 10 });
    proxy.cutConnections();
    const results = await Promise.all(running);
    const [first, second] = results[0]!.exitCode === 0 ? [results[0]!, results[1]!] : [results[1]!, results[0]!];
    expect(first, first.stderr).toMatchObject({ exitCode: 0 });
    expect(second, second.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringMatching(/is locked by run r-\w+ of [^]*Nothing was changed\./) });
    expect(second.stderr).toContain(`run ${runIdIn(first)}`);
    expect(await readQuery(places[0]!)).toEqual({ ...undone, generation: generation + 2 });
    await proxy.stop();
  });
}

for (const ending of ['resume on the same machine', 'resume on another machine'] as const) {
  test.concurrent(`a run whose end did not reach its record: ${ending}`, async ({ cluster, namespace, home, runFolder }) => {
    const place = { cluster, namespace, home, runFolder };
    await prepare(place);
    const { generation } = await readQuery(place);
    const proxy = await startFaultProxy(runFolder, cluster);
    const struck = proxy.addFault({ kind: 'reset-before', matches: writes['record: finished'].matches() });
    proxy.addFault({ kind: 'reset-before', times: Infinity, matches: () => struck.struck > 0 });
    const stopped = await rollback(place, undoOf('deployment', namespace, ['--request-timeout=5s']), undefined, { kubeconfig: proxy.kubeconfig });
    const id = newestRun(home);
    // Everything is done, but the others do not know: that is not "nothing was changed", nor an end.
    expect(stopped).toMatchObject({ exitCode: 7, stdout: '', stderr: expect.stringContaining(`Go on with:  kubectl rollback resume ${id}`) });
    expect(stopped.stderr).not.toContain('Nothing was changed.');
    expect(await readRecord(place, id)).not.toContain('"finished"');

    const other = { ...place, home: createCliHome(runFolder) };
    if (ending === 'resume on another machine') {
      // Its lock could not be given back: from there it looks as if somebody worked.
      expect(await rollback(other, ['resume', id, '-n', namespace])).toMatchObject({ exitCode: 6 });
      await expireLock(place);
    }
    const resuming = ending === 'resume on another machine' ? other : place;
    const resumed = await rollback(resuming, ['resume', id, '-n', namespace]);
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('deployment/thanos-query rolled back') });
    expect(await readQuery(place)).toEqual({ ...undone, generation: generation + 2 });
    expect(await readRecord(place, id)).toBe(readFileSync(journalPath(resuming.home, id), 'utf8'));
    for (const machine of [place, other]) {
      expect(await rollback(machine, ['status', id, '-n', namespace])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   finished`) });
    }
    await proxy.stop();
  });
}

test.concurrent('a close that its record did not hear of is typed again and brings the record up to date; status only looks', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await prepare(place);
  const proxy = await startFaultProxy(runFolder, cluster);
  const struck = proxy.addFault({ kind: 'reset-before', matches: writes['close: record'].matches() });
  proxy.addFault({ kind: 'reset-before', times: Infinity, matches: () => struck.struck > 0 });
  const id = runIdIn(await rollback(place, undoOf('deployment', namespace)));
  const closing = await rollback(place, ['close', id, '--request-timeout=5s'], undefined, { kubeconfig: proxy.kubeconfig });
  expect(closing).toMatchObject({ exitCode: 10, stdout: '' });
  expect(await readRecord(place, id)).not.toContain('"closed"');
  expect(await rollback(place, ['status', id])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id}   closed`) });
  expect(await readRecord(place, id)).not.toContain('"closed"');
  expect(await rollback(place, ['close', id])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`run ${id} closed`) });
  expect(await readRecord(place, id)).toBe(readFileSync(journalPath(home, id), 'utf8'));
  const other = { ...place, home: createCliHome(runFolder) };
  expect(await rollback(other, ['resume', id, '-n', namespace])).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(`run ${id} is closed`) });
  await proxy.stop();
});

test.concurrent('a lock that could not be given back is not in the way of the next run from the same home', async ({ cluster, namespace, home, runFolder }) => {
  const place = { cluster, namespace, home, runFolder };
  await prepare(place);
  const proxy = await startFaultProxy(runFolder, cluster);
  const isLeaseWrite = ({ method, path }: ProxiedRequest) => method === 'PUT' && path.includes('/leases/');
  proxy.addFault({ kind: 'reset-before', times: Infinity, matches: isLeaseWrite });
  const first = await rollback(place, undoOf('deployment', namespace), undefined, { kubeconfig: proxy.kubeconfig });
  expect(first, first.stderr).toMatchObject({ exitCode: 0 });
  const { spec } = await kubectlJson(cluster, ['get', 'lease', 'retrace'], { namespace });
  expect(spec).toMatchObject({ holderIdentity: expect.stringContaining(runIdIn(first)), leaseDurationSeconds: 60 });
  const back = ['undo', target, '-n', namespace, '--to=2', '--yes', ...quickly.filter((flag) => !flag.startsWith('--timeout')), '--timeout=1s'];
  // From elsewhere it is a lock like any other.
  expect(await rollback({ ...place, home: createCliHome(runFolder) }, back)).toMatchObject({ exitCode: 6 });
  // That revision never becomes Ready: what counts is that it was written.
  const next = await rollback(place, back);
  expect(next, next.stderr).toMatchObject({ exitCode: 8 });
  expect(await readQuery(place)).toMatchObject({ image: 'thanos:broken' });
  await proxy.stop();
});

const renewals: TroubleName[] = ['409', '429', '500', '503', 'reset before arrival', 'reset after arrival', 'answer cut', 'silence'];

for (const name of isFull ? renewals : (['silence'] as const)) {
  test.concurrent(`lock renewed: ${name}`, async ({ cluster, namespace, home, runFolder }) => {
    const place = { cluster, namespace, home, runFolder };
    await prepare(place);
    const proxy = await startFaultProxy(runFolder, cluster);
    const revision = proxy.addFault({ kind: 'delay', delayMs: 2_500, matches: ({ method, path }) => method === 'GET' && path.includes('/replicasets/') });
    const trouble: Trouble = troubles[name];
    const renewal = proxy.addFault({ ...trouble.fault, matches: ({ method, path, body }) => revision.struck > 0 && method === 'PUT' && path.includes('/leases/') && body!.includes('holderIdentity') });
    const running = rollback(place, undoOf('deployment', namespace, trouble.flags), undefined, { kubeconfig: proxy.kubeconfig });
    await waitUntil(() => revision.struck === 1, { what: 'the revision to be read', everyMs: 20 });
    // The laptop slept; nobody took it.
    await expireLock(place);
    const result = await running;
    expect(renewal.struck).toBe(1);
    expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    expect(await readQuery(place)).toMatchObject(undone);
    await proxy.stop();
  });
}

/** kwok, restarted with the rest, leaves pods alone that were on their way: there are none, what is asked is what was written. */
async function breakWithoutPods({ cluster, namespace }: Place): Promise<void> {
  await applyManifests(cluster, namespace, thanosQuery({ replicas: 0 }));
  await waitUntilObserved({ cluster, namespace }, target);
  await setImage(cluster, namespace, target, 'thanos:broken');
  await waitUntilObserved({ cluster, namespace }, target);
}

test.concurrent('an API server that restarts in the middle of a write', async ({ runFolder }) => {
  const plane = await startControlPlane(runFolder, 'rewritten');
  for (const name of isFull ? (['lock made', 'record made', 'pre-image made', 'template', 'record: finished'] as const) : (['template'] as const)) {
    const namespace = await createNamespace(plane);
    const place = { cluster: plane, namespace, home: createCliHome(runFolder), runFolder };
    await breakWithoutPods(place);
    const undo = ['undo', target, '-n', namespace, '--to=1', '--yes', ...quickly];
    const { generation } = await readQuery(place);
    const proxy = await startFaultProxy(runFolder, plane);
    // Held until the server is gone.
    const struck = proxy.addFault({ kind: 'delay', delayMs: 100_000, matches: writes[name].matches() });
    const options = { runFolder, home: place.home, kubeconfig: proxy.kubeconfig, timeoutMs: 110_000 };
    const running = await spawnCli('rollback', undo, options);
    await waitUntil(() => struck.struck === 1, { what: `${name} to be sent`, everyMs: 20 });
    await stopControlPlane(plane);
    proxy.cutConnections();
    await resumeControlPlane(plane);
    const result = await running.result;
    if (result.exitCode !== 0) {
      const id = /resume (r-\w+)/.exec(result.stderr)?.[1];
      const again = await rollback(place, id === undefined ? undo : ['resume', id]);
      expect(again, `${result.stderr}${again.stderr}`).toMatchObject({ exitCode: 0 });
    }
    expect(await readQuery(place)).toEqual({ image: undone.image, replicas: 0, generation: generation + 1 });
    expect(readJournal(place.home, newestRun(place.home)).at(-1)?.type).toBe('finished');
    await proxy.stop();
    await deleteNamespace(plane, namespace);
  }
  await deleteControlPlane(plane);
}, 300_000);
