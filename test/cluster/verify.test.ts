/** kubectl verify on a real control plane: what it says of pods, roll-outs, memory and volumes, each really broken once. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { createIdentity, type Rule } from '../support/identities.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { deploy, quickly, rollOut, rollOutBadly, runIdIn, withSpec } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, ofWorkloads, thanosQuery, thanosReceive } from '../support/workloads.ts';

const [set, deployment] = ['sts/thanos-receive', 'deploy/thanos-query'];
const soon = '--stable-for=1s';

interface Seen {
  verdict: string;
  exitCode: number;
  checks: { check: string; verdict: string; gating: boolean; findings: { code: string; verdict: string; params: any; message: string }[] }[];
}

/** Verdict of each check by name, and what it found. */
function read(stdout: string): { seen: Seen; verdicts: Record<string, string>; codes: Record<string, string[]> } {
  const seen = JSON.parse(stdout) as Seen;
  return {
    seen,
    verdicts: Object.fromEntries(seen.checks.map(({ check, verdict }) => [check, verdict])),
    codes: Object.fromEntries(seen.checks.map(({ check, findings }) => [check, findings.map(({ code }) => code)])),
  };
}

test.concurrent('a healthy stack passes, without preparation and after a run; a second look says the same', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, set, thanosReceive({ replicas: 2 }));
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  const waited = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--wait', '--timeout=60s']);
  expect(waited, waited.stderr).toMatchObject({ exitCode: 0 });
  expect(waited.stdout).toMatch(/^pods +pass +3 pods ready/m);
  expect(waited.stdout).toMatch(/^rollout +pass +2 workloads on their newest revision$/m);
  expect(waited.stdout).toMatch(/exit 0$/m);

  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  const undone = await cli('rollback', ['undo', set, '-n', namespace, '--yes', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  const run = runIdIn(undone);
  const proved = await cli('verify', ['--run', run, soon, ofWorkloads, '--wait', '--timeout=60s']);
  expect(proved, proved.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`after run ${run} (ended `) });
  const again = read((await cli('verify', ['run', '--run', run, soon, ofWorkloads, '-o', 'json'])).stdout);
  expect(again.verdicts).toMatchObject({ pods: 'pass', rollout: 'pass', resources: 'pass' });
}, 180_000);

test.concurrent('a crash loop fails, with the reason; waiting for it ends at once', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, set, thanosReceive({ replicas: 2 }));
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  await waitUntil(async () => read((await cli('verify', ['-n', namespace, soon, ofWorkloads, '-o', 'json'])).stdout).verdicts['rollout'] === 'fail', { what: 'the roll-out to count as stuck', timeoutMs: 60_000 });
  const failed = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--wait', '--timeout=10m']);
  expect(failed, failed.stderr).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('not whole: pods and rollout failed') });
  expect(failed.stdout).toMatch(/^pods +fail +thanos-receive-1 CrashLoopBackOff \(receive, exit 1, \d+ restarts?\)/m);
  expect(failed.stdout).toMatch(/^rollout +fail +statefulset\/thanos-receive does not go on/m);
  expect(failed.stderr).toContain(`Why:  kubectl verify ${soon} -n ${namespace} --explain=pods`);
  const why = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--explain=pods']);
  expect(why).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/fail: thanos-receive-1 CrashLoopBackOff[^]*Source +kubernetes[^]*"restartCount"|"restarts"/) });
}, 180_000);

test.concurrent('a crash loop that is Ready at this moment fails all the same; a single restart is a warning once it is well', async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  const { items: [pod] } = await kubectlJson(cluster, ['get', 'pods', '-l', 'app.kubernetes.io/name=thanos-query'], { namespace });
  const container = pod.status.containerStatuses[0];
  const restartedAgo = async (agoMs: number, restartCount: number) => {
    const at = new Date(Date.now() - agoMs).toISOString().replace(/\.\d+Z/, 'Z');
    const status = { ...container, restartCount, lastState: { terminated: { exitCode: 2, reason: 'Error', startedAt: at, finishedAt: at } } };
    await kube(['patch', `pod/${pod.metadata.name}`, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { containerStatuses: [status] } })]);
  };
  await restartedAgo(20_000, 4);
  const loop = read((await cli('verify', ['-n', namespace, soon, ofWorkloads, '-o', 'json'])).stdout);
  expect([loop.verdicts['pods'], loop.codes['pods'], loop.seen.exitCode]).toEqual(['fail', ['pod-restarts'], 3]);
  expect(loop.seen.checks[0]!.findings[0]!.message).toMatch(/is ready now but keeps restarting: \S+ 4 times, last 2\ds ago \(Error, exit 2\)/);

  await restartedAgo(20_000, 1);
  const once = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--since=1m', '-o', 'json']);
  expect([once.exitCode, read(once.stdout).codes['pods']]).toEqual([0, ['pod-restarted', 'pods-ready']]);
  const strict = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--since=1m', '--strict']);
  expect(strict).toMatchObject({ exitCode: 3 });
  // Before the change it is no business of ours.
  expect(read((await cli('verify', ['-n', namespace, soon, ofWorkloads, '--since=10s', '-o', 'json'])).stdout).codes['pods']).toEqual(['pods-ready']);
}, 120_000);

test.concurrent('killed for memory since the change fails, before it is told', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, deployment, 'thanos:v0.43.0');
  await rollOutBadly(cluster, namespace, deployment, 'thanos:oom');
  await waitUntil(async () => read((await cli('verify', ['-n', namespace, '--check=resources', '-o', 'json'])).stdout).codes['resources']?.includes('oom') === true, { what: 'the container to be killed' });
  const failed = await cli('verify', ['-n', namespace, '--check=resources', '--since=5m']);
  expect(failed, failed.stderr).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/^resources +fail +thanos-query-\S+ query killed for memory \d+s ago/m) });
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const before = read((await cli('verify', ['-n', namespace, '--check=resources', `--since=${later}`, '-o', 'json'])).stdout);
  expect(before.verdicts).toEqual({ resources: 'warn' });
}, 120_000);

test.concurrent('a claim that is deleted under its pod fails; one that is not bound yet is pending; no claim at all proves nothing', async ({ cluster, namespace, cli, kube }) => {
  const claim = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more } });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'user' }, spec: { containers: [{ name: 'c', image: 'shop:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }], volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };
  const only = ['-n', namespace, '--check=pvc', '-o', 'json'];
  await applyManifests(cluster, namespace, [{ ...pod, metadata: { name: 'alone' }, spec: { containers: [{ name: 'c', image: 'shop:1' }] } }]);
  const none = await cli('verify', only);
  expect([none.exitCode, read(none.stdout).verdicts]).toEqual([9, { pvc: 'skipped' }]);
  expect(none.stderr).toContain('nothing was proved');

  await applyManifests(cluster, namespace, [claim('data'), pod]);
  await waitUntil(async () => (await kubectlJson(cluster, ['get', 'pod', 'user'], { namespace })).status.phase === 'Running', { what: 'the pod to run' });
  expect(await cli('verify', only)).toMatchObject({ exitCode: 0 });
  await applyManifests(cluster, namespace, [claim('lost', { storageClassName: 'nobody' })]);
  const pending = await cli('verify', only);
  expect([pending.exitCode, read(pending.stdout).verdicts]).toEqual([8, { pvc: 'pending' }]);
  await kube(['delete', 'pvc', 'data', '--wait=false']);
  const failed = await cli('verify', only);
  expect([failed.exitCode, read(failed.stdout).codes['pvc']?.[0]]).toEqual([3, 'claim-ending']);
}, 120_000);

test.concurrent('paused and OnDelete are named: they are neither done nor broken', async ({ cluster, namespace, cli, kube }) => {
  const onDelete = withSpec(thanosReceive({ replicas: 1 }), (spec) => (spec.updateStrategy = { type: 'OnDelete' }));
  await deploy(cluster, namespace, set, onDelete);
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  await kube(['set', 'image', set, 'receive=thanos:v0.43.0']);
  await kube(['rollout', 'pause', deployment]);
  await kube(['set', 'image', deployment, 'query=thanos:v0.43.0']);
  await waitUntil(async () => read((await cli('verify', ['-n', namespace, '--check=rollout', '-o', 'json'])).stdout).codes['rollout']?.length === 2, { what: 'both to be seen' });
  const said = await cli('verify', ['-n', namespace, '--check=rollout']);
  expect(said, said.stderr).toMatchObject({ exitCode: 9 });
  const { codes, seen } = read((await cli('verify', ['-n', namespace, '--check=rollout', '-o', 'json'])).stdout);
  expect(codes['rollout']).toEqual(['rollout-paused', 'rollout-left']);
  expect(seen.checks[0]!.findings[1]!.message).toBe('statefulset/thanos-receive keeps thanos-receive-0 on another revision (OnDelete)');
}, 120_000);

test.concurrent('what may not be looked at is inconclusive by name, and the rest goes on', async ({ cluster, namespace, home, cli }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  const lists = (apiGroups: string[], resources: string[]): Rule => ({ apiGroups, resources, verbs: ['list'] });
  const kubeconfig = await createIdentity(cluster, namespace, home, 'half', [lists([''], ['persistentvolumeclaims', 'pods']), lists(['apps'], ['deployments', 'replicasets', 'daemonsets'])]);
  const half = await cli('verify', ['-n', namespace, soon, ofWorkloads], { kubeconfig });
  expect(half, half.stderr).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('not proved: rollout could not be decided') });
  expect(half.stdout).toMatch(/^pods +(pass|pending) /m);
  expect(half.stdout).toMatch(/^rollout +inconclusive +could not be looked at: [^\n]*list (statefulsets|controllerrevisions)\.apps/m);
  // Where only the others decide, the exit code is theirs.
  const others = await cli('verify', ['-n', namespace, soon, ofWorkloads, '--gate=pods', '--wait'], { kubeconfig });
  expect(others, others.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--explain=rollout') });
}, 120_000);

test.concurrent('an empty namespace leads to where the stack is; one that is not there is said; a cluster that is away is exit 10', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, set, thanosReceive({ replicas: 1 }));
  const empty = await cli('verify', ['-n', 'kube-node-lease']);
  expect(empty, empty.stderr).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining(`In ${namespace}:  kubectl verify -n ${namespace}\n`) });
  expect(await cli('verify', ['-n', 'nobody-here'])).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('there is no namespace "nobody-here"') });
  expect(await cli('verify', ['-n', namespace, '--server=https://127.0.0.1:1', '--request-timeout=2s'])).toMatchObject({ exitCode: 10, stdout: '' });
}, 120_000);
