/** Each rule of shared runs by itself, in the test's own process: what is left, who may write, what is deleted in which order, what is asked for. */
import type { WorkloadHistory } from '../../lib/procedure/requests.ts';
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { deleteObject, getObject, patchObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import type { Connection, KubeRequest } from '../../lib/kube/types.ts';
import { executePlan, resumeRun } from '../../lib/procedure/execute.ts';
import { readHistory } from '../../lib/procedure/history.ts';
import { listLeftRevisions } from '../../lib/procedure/left-revisions.ts';
import { planRevert } from '../../lib/procedure/revert.ts';
import { closeRun } from '../../lib/procedure/runs.ts';
import { followWithRecord, openSharedRun, refuseWorkedOn } from '../../lib/procedure/shared-runs.ts';
import { planUndo } from '../../lib/procedure/undo.ts';
import { createRun, openRun } from '../../lib/run/run-store.ts';
import { ClusterRecord } from '../../lib/run/shared/cluster-record.ts';
import { fence } from '../../lib/run/shared/fence.ts';
import { Lock } from '../../lib/run/shared/lock.ts';
import { deleteSharedFiles, readSharedFiles, shareFile } from '../../lib/run/shared/shared-files.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { bindUsers, readingRules, sharingRules, type Rule } from '../support/identities.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { openMachine, refusal, undoRequest, type Machine } from '../support/machine.ts';
import { deploy, rollOut } from '../support/roll-outs.ts';
import { createCliHome } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { thanosQuery } from '../support/workloads.ts';

const target = 'deploy/thanos-query';
const choice = { takeOver: false, localOnly: false };

async function startQuery(cluster: ControlPlane, namespace: string): Promise<void> {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v0.43.0');
}

/** The record of a run that has not done anything yet, as a machine leaves it that dies at once. */
async function beginRun({ connection, context }: Machine, namespace: string) {
  const { plan } = await planUndo(undoRequest(target, namespace), connection, context);
  const run = await createRun(plan, context);
  await run.journal.append({ type: 'started', by: { user: 'jin', host: 'laptop' }, pid: 1 });
  const record = await ClusterRecord.open(connection, run, namespace);
  return { run, record };
}

async function secretNames(cluster: ControlPlane, namespace: string): Promise<string[]> {
  const { items } = await kubectlJson(cluster, ['get', 'secrets'], { namespace });
  return items.map(({ metadata }: any) => metadata.name).filter((name: string) => name.startsWith('retrace-'));
}

test.concurrent('a run that another machine took back is left by nobody: not on its own machine, whose journal does not know, nor on a third', async ({ cluster, namespace, runFolder, home }) => {
  await startQuery(cluster, namespace);
  const [own, other, third] = await Promise.all([home, createCliHome(runFolder), createCliHome(runFolder)].map((each) => openMachine(cluster, each)));
  const { run } = await beginRun(own!, namespace);
  const left = async ({ connection, context }: Machine) => (await listLeftRevisions(connection, namespace, context)).left.map(({ runId }) => runId);
  for (const machine of [own, other, third]) expect(await left(machine!)).toEqual([run.id]);

  const there = await openSharedRun(run.id, other!.connection, namespace, other!.context);
  await followWithRecord(there, other!.connection);
  await there.journal.append({ type: 'reverted', by: { user: 'mina', host: 'desk' }, byRun: 'r-000000' });
  expect((await openRun(run.id, own!.context)).journal.entries.map(({ type }) => type)).toEqual(['started']);
  for (const machine of [own, other, third]) expect(await left(machine!)).toEqual([]);
  const [history] = (await readHistory({ targets: [target], namespace, flagsForHints: '' }, third!.connection, third!.context)) as WorkloadHistory[];
  expect(history!.revisions.filter((entry) => entry.left)).toEqual([]);
  for (const machine of [own, other, third]) machine!.connection.close();
});

test.concurrent('a run that somebody works on is refused, one whose lock has expired or is of another run is not', async ({ cluster, namespace, runFolder, home }) => {
  await startQuery(cluster, namespace);
  const [own, other] = await Promise.all([home, createCliHome(runFolder)].map((each) => openMachine(cluster, each)));
  const { run } = await beginRun(own!, namespace);
  const { connection, context } = other!;
  const there = await openSharedRun(run.id, connection, namespace, context);
  const me = { runId: run.id, token: 'h-111111', pid: 1, who: 'jin@laptop' };
  const lock = new Lock(own!.connection, own!.context, { namespaces: [namespace], me, continues: [], findIdle: async () => undefined, takeOver: false });
  await expect(refuseWorkedOn(there, connection, context)).resolves.toBeUndefined();
  await lock.take();
  expect(await refusal(refuseWorkedOn(there, connection, context))).toMatchObject({ code: 'run.locked', params: { runId: run.id, isSameRun: true, holder: 'jin@laptop' } });
  for (const call of [
    () => closeRun(run.id, context, { connection, namespace }),
    () => planRevert(run.id, connection, namespace, context, {}),
    () => resumeRun(run.id, connection, context, () => undefined, { ...choice, namespace }),
  ]) {
    expect(await refusal(call())).toMatchObject({ code: 'run.locked', params: { isSameRun: true } });
  }
  await expect(refuseWorkedOn({ ...there, id: 'r-999999' }, connection, context)).resolves.toBeUndefined();
  await lock.keepExpired();
  await waitUntil(async () => (await refuseWorkedOn(there, connection, context)) === undefined, { what: 'the lock to expire' });
  for (const machine of [own, other]) machine!.connection.close();
});

test.concurrent('every write looks at the lock first, a read and a dry run do not', async ({ cluster, namespace, home, kube }) => {
  const { connection, context } = await openMachine(cluster, home);
  await kube(['create', 'configmap', 'settings', '--from-literal=a=b']);
  const me = { runId: 'r-111111', token: 'h-111111', pid: 1, who: 'jin@laptop' };
  const lock = new Lock(connection, context, { namespaces: [namespace], me, continues: [], findIdle: async () => undefined, takeOver: false });
  await lock.take();
  // A second between two writes: what is done in one burst is looked at once.
  let nowMs = 0;
  const fenced = fence(connection, () => lock.check(), { now: () => new Date((nowMs += 1000)) });
  const write = (through: Connection, value: string, options = {}) =>
    patchObject(through, builtinTypes.configmaps, namespace, 'settings', { data: { a: value } }, { patchType: 'application/merge-patch+json', fieldManager: 'test', ...options });
  await write(fenced, 'ours');
  await kube(['patch', 'lease', 'retrace', '--type=merge', '-p', JSON.stringify({ spec: { holderIdentity: 'r-000000/h-000000/1/mina@desk' } })]);
  for (const through of [fenced, fenced.uninterrupted()]) {
    expect(await refusal(write(through, 'theirs'))).toMatchObject({ code: 'run.lock-lost', params: { id: 'r-111111', byRun: 'r-000000' } });
    expect(await refusal(deleteObject(through, builtinTypes.configmaps, namespace, 'settings'))).toMatchObject({ code: 'run.lock-lost' });
  }
  await write(fenced, 'dry', { dryRun: true });
  expect((await getObject(fenced, builtinTypes.configmaps, namespace, 'settings'))!['data']).toEqual({ a: 'ours' });
  await lock.release();
  connection.close();
});

test.concurrent('Secrets of a run are deleted last first, so that what a stop half way leaves is still found', async ({ cluster, namespace, home }) => {
  const { connection } = await openMachine(cluster, home);
  const runId = 'r-111111';
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const whole = Buffer.concat(Array.from({ length: 26 }, () => bytes));
  await shareFile(connection, { namespace, runId }, 'patch-template', async () => whole);
  expect(await secretNames(cluster, namespace)).toEqual([1, 2, 3].map((number) => `retrace-run-${runId}${number === 1 ? '' : `-${number}`}`));
  expect(Buffer.from((await readSharedFiles(connection, namespace, runId)).get('patch-template')!).equals(whole)).toBe(true);
  const deleted: string[] = [];
  const stopping = (after: number): Connection => ({
    ...connection,
    async request(request: KubeRequest) {
      if (request.method === 'DELETE' && deleted.length === after) throw new Error('killed');
      if (request.method === 'DELETE') deleted.push(request.path.split('/').at(-1)!);
      return connection.request(request);
    },
  });
  await expect(deleteSharedFiles(stopping(1), namespace, runId)).rejects.toThrow('killed');
  expect(await secretNames(cluster, namespace)).toHaveLength(2);
  await deleteSharedFiles(stopping(3), namespace, runId);
  expect(deleted).toEqual([`retrace-run-${runId}-3`, `retrace-run-${runId}-2`, `retrace-run-${runId}`]);
  expect(await secretNames(cluster, namespace)).toEqual([]);
  connection.close();
});

const whole: readonly Rule[] = [
  ...readingRules,
  ...sharingRules,
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] },
];

/** Rules one verb of one type each, without one of them. */
function without([verb, resource, group]: readonly [string, string, string]): Rule[] {
  const apps = ['deployments', 'replicasets', 'controllerrevisions', 'statefulsets', 'daemonsets'];
  const single = whole.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((one) => resources.flatMap((plural) => (one === 'apps' && plural === '*' ? apps : [plural]).flatMap((name) => verbs.map((each) => ({ apiGroups: [one], resources: [name], verbs: [each] }))))),
  );
  const left = single.filter(({ apiGroups, resources, verbs }) => !(apiGroups[0] === group && resources[0] === resource && verbs[0] === verb));
  expect(left.length).toBeLessThan(single.length);
  return left;
}

const leases = ['leases', 'coordination.k8s.io'] as const;
const toClose = [['get', ...leases], ['update', ...leases], ['get', 'configmaps', ''], ['update', 'configmaps', ''], ['get', 'secrets', ''], ['delete', 'secrets', '']] as const;
const toRun = [
  ...toClose,
  ['create', ...leases],
  ['create', 'configmaps', ''],
  ['create', 'secrets', ''],
  ['update', 'secrets', ''],
  ['get', 'deployments', 'apps'],
  ['patch', 'deployments', 'apps'],
] as const;
const toWait = [['watch', 'deployments', 'apps'], ['list', 'pods', ''], ['watch', 'pods', '']] as const;

test.concurrent('resume, revert and close without one permission: it is named, and nothing is changed', async ({ cluster, namespace, home, runFolder }) => {
  await startQuery(cluster, namespace);
  const owner = await openMachine(cluster, home);
  const { connection, context } = owner;
  const { run } = await beginRun(owner, namespace);
  const done = await executePlan((await planUndo(undoRequest(target, namespace), connection, context)).plan, connection, context, () => undefined, choice);
  const nameOf = (permission: readonly string[]) => `less-${permission.join('-').replace(/[^a-z]+/g, '-')}`;
  const all = [...toRun, ...toWait];
  await bindUsers(cluster, namespace, { whole, viewer: readingRules.map((rule) => ({ ...rule, resources: rule.resources.filter((one) => one !== 'secrets') })), ...Object.fromEntries(all.map((permission) => [nameOf(permission), without(permission)])) });
  const state = async () => (await kubectl(cluster, ['get', 'deployments,leases,secrets,configmaps', '-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.spec.holderIdentity}{.spec.template.spec.containers[0].image} {.data}{"\\n"}{end}'], { namespace })).stdout;
  const before = await state();

  const verbs = {
    resume: { needs: [...toRun, ...toWait], call: ({ connection, context }: Machine) => resumeRun(run.id, connection, context, () => undefined, { ...choice, namespace }) },
    revert: {
      needs: toRun,
      call: async ({ connection, context }: Machine) => executePlan(await planRevert(done.run.id, connection, namespace, context, {}), connection, context, () => undefined, choice),
    },
    close: { needs: toClose, call: ({ connection, context }: Machine) => closeRun(done.run.id, context, { connection, namespace }) },
  };
  for (const [verb, { needs, call }] of Object.entries(verbs)) {
    for (const permission of needs) {
      const machine = await openMachine(cluster, home, { as: nameOf(permission) });
      const [wanted, resource, group] = permission;
      // Until the authorizer knows the new role, more than the one is missing.
      await waitUntil(async () => {
        const error = await refusal(call(machine));
        expect([verb, permission, error.code, error.exitCode]).toEqual([verb, permission, 'access.forbidden', 4]);
        const { missing } = error.params as { missing: unknown[] };
        expect([verb, missing]).toMatchObject([verb, [{ verb: wanted, resource, group }]]);
        return true;
      }, { what: `${verb} to miss ${permission.join(' ')}` });
      machine.connection.close();
    }
  }
  expect(await state()).toBe(before);

  // Who may only look is told of all at once, also where the run is not known yet.
  for (const place of [home, createCliHome(runFolder)]) {
    const viewer = await openMachine(cluster, place, { as: 'viewer' });
    await waitUntil(async () => {
      const { params } = await refusal(verbs.close.call(viewer));
      // Leases may be read by nobody but through the role of sharing.
      expect((params as { missing: { verb: string; resource: string }[] }).missing.map((one) => `${one.verb} ${one.resource}`)).toEqual(['get leases', 'update leases', 'update configmaps', 'get secrets', 'delete secrets']);
      return true;
    }, { what: 'all to be missed' });
    viewer.connection.close();
  }
  expect(await state()).toBe(before);

  const allowed = await openMachine(cluster, home, { as: 'whole' });
  await waitUntil(async () => (await verbs.close.call(allowed)).state === 'closed', { what: 'the whole role' });
  expect(await secretNames(cluster, namespace)).toEqual([]);
  expect((await verbs.close.call(allowed)).state).toBe('closed');
  for (const { connection } of [allowed, owner]) connection.close();
}, 120_000);

test.concurrent('a close whose line did not reach the record is typed again and ends well', async ({ cluster, namespace, home, runFolder }) => {
  await startQuery(cluster, namespace);
  const { run } = await beginRun(await openMachine(cluster, home), namespace);
  const proxy = await startFaultProxy(runFolder, cluster);
  const cut = await openMachine(proxy, home, { requestTimeoutMs: 8000 });
  const fault = proxy.addFault({ kind: 'reset-before', times: Infinity, matches: ({ method, path, body }) => method === 'PUT' && path.includes('/configmaps/') && body!.includes('closed') });
  expect((await refusal(closeRun(run.id, cut.context, { connection: cut.connection, namespace }))).exitCode).toBe(10);
  expect(fault.struck).toBeGreaterThan(0);
  const lines = async () => (await kubectlJson(cluster, ['get', 'configmap', `retrace-run-${run.id}`], { namespace })).data['journal.jsonl'].match(/"type":"\w+"/g);
  expect(await lines()).toEqual(['"type":"started"']);
  proxy.clearFaults();
  expect((await closeRun(run.id, cut.context, { connection: cut.connection, namespace })).state).toBe('closed');
  expect(await lines()).toEqual(['"type":"started"', '"type":"closed"']);
  cut.connection.close();
  await proxy.stop();
});

test.concurrent('a run whose record may be there although its answer was lost stays on its machine, to be closed; one that left nothing does not', async ({ cluster, namespace, home, runFolder, cli }) => {
  await startQuery(cluster, namespace);
  const proxy = await startFaultProxy(runFolder, cluster);
  const isRecord = (path: string) => path.includes('/configmaps/retrace-run-');
  const undo = () => cli('rollback', ['undo', target, '-n', namespace, '--yes', '--request-timeout=8s'], { kubeconfig: proxy.kubeconfig });
  const folders = () => kubectlJson(cluster, ['get', 'configmaps', '-l', 'retrace/run'], { namespace }).then(({ items }) => items.map(({ metadata }: any) => metadata.name));

  const refused = proxy.addFault({ kind: 'status', status: 422, times: Infinity, matches: ({ method, path }) => method === 'POST' && path.includes('/configmaps') });
  const nothing = await undo();
  expect(nothing, nothing.stderr).toMatchObject({ exitCode: 5, stdout: '' });
  expect(refused.struck).toBeGreaterThan(0);
  expect(await folders()).toEqual([]);
  expect((await cli('rollback', ['runs', '-n', namespace])).stdout).toBe('');
  proxy.clearFaults();

  // The record is made, its answer lost, and for good nobody can say whether it is there.
  const made = proxy.addFault({ kind: 'reset-after', matches: ({ method, path }) => method === 'POST' && path.includes('/configmaps') });
  proxy.addFault({ kind: 'reset-before', times: Infinity, matches: ({ method, path }) => made.struck > 0 && method === 'GET' && isRecord(path) });
  const lost = await undo();
  expect(lost, lost.stderr).toMatchObject({ exitCode: 10, stdout: '', stderr: expect.stringContaining('Nothing was changed.') });
  const [record] = await folders();
  expect(record).toMatch(/^retrace-run-r-/);
  const id = record.slice('retrace-run-'.length);
  expect(existsSync(`${home}/state/retrace/runs/${id}/plan.json`)).toBe(true);
  proxy.clearFaults();
  expect(await cli('rollback', ['close', id])).toEqual({ exitCode: 0, stderr: '', stdout: `run ${id} closed: what it did stays\n` });
  await proxy.stop();
});
