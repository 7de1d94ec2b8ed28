/** Where an undo would be wrong, or has nothing to do, it says so and changes nothing. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { deploy, quickly, readWorkload, rollOut, rollOutBadly } from '../support/roll-outs.ts';
import { applyManifests, thanosQuery } from '../support/workloads.ts';

const target = 'deploy/thanos-query';

test.concurrent('the asked revision is in force already: exit 0, and it says so', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  const before = await readWorkload(cluster, namespace, target);
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--to=1'])).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^deployment\/thanos-query unchanged: it is on revision 1 \(\w+\) already\n$/),
    stderr: '',
  });
  expect(JSON.parse((await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--to=1', '-o', 'json'])).stdout)).toMatchObject({
    kind: 'Plan',
    targets: [{ action: 'noop' }],
    steps: [],
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(before.metadata.generation);
  expect((await cli('rollback', ['runs', '-n', namespace])).stderr).toBe('No runs on this machine yet.\n');
});

test.concurrent('a paused Deployment is refused with the command that ends the pause', async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v2');
  await kube(['rollout', 'pause', target]);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes'])).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: `error: deployment/thanos-query is paused: a change of its template would not roll out\n  Nothing was changed.\nTake it out of the pause first:  kubectl rollout resume deployment/thanos-query -n ${namespace}\n`,
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
});

test.concurrent('what a controller owns is refused: who, how known, and where to go', async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v2');
  await applyManifests(cluster, namespace, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'operator-input' } }]);
  const uid = (await kube(['get', 'configmap/operator-input', '-o', 'jsonpath={.metadata.uid}'])).stdout;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'operator-input', uid, controller: true, blockOwnerDeletion: false };
  await kube(['patch', target, '--type=merge', '-p', JSON.stringify({ metadata: { ownerReferences: [owner] } })]);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes'])).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: `error: deployment/thanos-query is written by configmap/operator-input; an undo here would be put back at once
  configmap/operator-input   controller owner of deployment/thanos-query (ownerReferences)
  Nothing was changed.
Make it durable:  kubectl edit configmaps/operator-input -n ${namespace}   (1 object)
Here nevertheless:  kubectl rollback undo deployment/thanos-query -n ${namespace} --without-hold   (1 object; put back at once, by configmap/operator-input)
`,
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  // Not a controller: it only wants the Deployment to be deleted with it.
  await kube(['patch', target, '--type=merge', '-p', JSON.stringify({ metadata: { ownerReferences: [{ ...owner, controller: false }] } })]);
  expect(await cli('rollback', ['plan', target, '-n', namespace])).toMatchObject({ exitCode: 0, stderr: '' });
});

test.concurrent('a pod is answered with its workload, other kinds with the kinds that work', async ({ cluster, namespace, cli, kube }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  const pod = (await kube(['get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}'])).stdout;
  const replicaSet = (await kube(['get', 'rs', '-o', 'jsonpath={.items[0].metadata.name}'])).stdout;
  expect(await cli('rollback', ['undo', `pod/${pod}`, '-n', namespace, '--yes'])).toMatchObject({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`\n  replicaset/${replicaSet}   controller owner of pod/${pod} [^]*\nGo back with what it belongs to:  kubectl rollback plan deployment/thanos-query -n ${namespace}\n$`)),
  });
  expect(await cli('rollback', ['plan', `replicaset/${replicaSet}`, '-n', namespace])).toMatchObject({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`\nGo back with what it belongs to:  kubectl rollback plan deployment/thanos-query -n ${namespace}\n$`)),
  });
  await kube(['create', 'job', 'compact', '--image=app:v1']);
  await kube(['run', 'alone', '--image=app:v1']);
  for (const [word, kind] of [['job/compact', 'Job'], ['pod/alone', 'Pod']] as const) {
    for (const command of ['undo', 'history']) {
      const yes = command === 'undo' ? ['--yes'] : [];
      expect(await cli('rollback', [command, word, '-n', namespace, ...yes])).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(new RegExp(`^error: ${kind} has no revisions to go back to\n[^]*Works for Deployment, StatefulSet and DaemonSet, and for what makes no pods: [^\n]+\n$`)),
      });
    }
  }
});

test.concurrent('a workload that is being deleted is refused', async ({ cluster, namespace, cli, kube }) => {
  const held = thanosQuery({ replicas: 1 });
  (held[0]!.metadata as any).finalizers = ['example.com/hold'];
  await deploy(cluster, namespace, target, held);
  await rollOut(cluster, namespace, target, 'thanos:v2');
  await kube(['delete', target, '--wait=false']);
  expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes'])).toMatchObject({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(/^error: deployment\/thanos-query in namespace \S+ is being deleted/),
  });
  await kube(['patch', target, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
});

test.concurrent('a dry run shows the plan and changes nothing; without a terminal an undo wants --yes', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  for (const how of ['server', 'client']) {
    expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', `--dry-run=${how}`])).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^deployment\/thanos-query [^]*containers\[query\]\.image {2}broken → v0\.42\.3[^]*\nDo it: {2}kubectl rollback undo deploy\/thanos-query -n \S+\n$/),
      stderr: '',
    });
  }
  expect(await cli('rollback', ['undo', target, '-n', namespace, ...quickly])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `error: there is no terminal to ask on\n  Nothing was changed.\nTo go on without the question:  kubectl rollback undo ${target} --stable-for=1s --stuck-after=1s -n ${namespace} --yes\n`,
  });
  const after = await readWorkload(cluster, namespace, target);
  expect(after.metadata.generation).toBe(generation);
  expect(after.metadata.managedFields.map((entry: any) => entry.manager)).not.toContain('kubectl-rollback');
  expect((await cli('rollback', ['runs', '-n', namespace])).stderr).toBe('No runs on this machine yet.\n');
});
