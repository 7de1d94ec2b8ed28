/** All three kinds go back, by every way to name a revision; only the template is written. */
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import {
  deploy,
  podImages,
  quickly,
  readRevisions,
  readWorkload,
  rollOut,
  rollOutBadly,
} from '../support/roll-outs.ts';
import { nodeExporter, thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';

const kinds = [
  { target: 'deploy/thanos-query', name: 'deployment/thanos-query', make: thanosQuery, held: 'ReplicaSet', pods: 2 },
  { target: 'sts/thanos-receive', name: 'statefulset/thanos-receive', make: thanosReceive, held: 'ControllerRevision', pods: 3 },
  { target: 'ds/node-exporter', name: 'daemonset/node-exporter', make: nodeExporter, held: 'ControllerRevision', pods: 2 },
] as const;

for (const { target, name, make, held, pods } of kinds) {
  test.concurrent(`${name} goes back to the revision of its Ready pods`, async ({ cluster, namespace, cli, kube }) => {
    await deploy(cluster, namespace, target, make({ image: 'app:v1' }));
    await kube(['annotate', target, 'example.com/owner=observability']);
    await rollOutBadly(cluster, namespace, target, 'app:broken');
    const before = await readWorkload(cluster, namespace, target);

    const result = await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...quickly]);

    const [good] = await readRevisions(cluster, namespace, held);
    expect(result).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(new RegExp(`^${name} rolled back to revision 1 \\(\\w+\\)\n$`)),
      stderr: expect.stringMatching(/its Ready pods carry it[^]*template: patched, generation \d+\n[^]*pods: all on the revision\n/),
    });
    expect(good).toBeDefined();
    await waitForRollout(cluster, namespace, target);
    expect(await podImages(cluster, namespace)).toEqual(Array(pods).fill('app:v1'));
    const after = await readWorkload(cluster, namespace, target);
    const { template: _before, ...specBefore } = before.spec;
    const { template: _after, ...specAfter } = after.spec;
    expect(specAfter).toEqual(specBefore);
    // kubectl's own undo replaces all annotations of a Deployment by those of the old ReplicaSet, which does not have this one.
    expect(withoutController(after.metadata.annotations)).toEqual(withoutController(before.metadata.annotations));
    expect(managersOfTemplate(after)).toContain('kubectl-rollback');
    expect(managersOfTemplate(before)).not.toContain('kubectl-rollback');
  });

  test.concurrent(`${name} goes to a revision named by word, number, hash or name`, async ({ cluster, namespace, cli }) => {
    await deploy(cluster, namespace, target, make({ image: 'app:v1', replicas: 1 }));
    await rollOut(cluster, namespace, target, 'app:v2');
    await rollOut(cluster, namespace, target, 'app:v3');
    const [first, second] = await readRevisions(cluster, namespace, held);

    const undo = (...to: string[]) => cli('rollback', ['undo', target, '-n', namespace, '--yes', ...to, '--stable-for=0s']);
    const image = async () => (await readWorkload(cluster, namespace, target)).spec.template.spec.containers[0].image;
    const wentBack = (number: number, hash: string) => ({
      exitCode: 0,
      stdout: `${name} rolled back to revision ${number} (${hash})\n`,
      stderr: expect.stringContaining('pods: all on the revision'),
    });

    expect(await undo('--to=previous')).toEqual(wentBack(2, second!.hash));
    expect(await image()).toBe('app:v2');
    expect(await undo('--to', '1')).toEqual(wentBack(1, first!.hash));
    expect(await image()).toBe('app:v1');
    // Going back has renumbered both: the hash and the object's name are what stays.
    expect(await undo(`--to=${second!.hash}`)).toEqual(wentBack(4, second!.hash));
    expect(await image()).toBe('app:v2');
    expect(await undo(`--to=${first!.name}`)).toEqual(wentBack(5, first!.hash));
    expect(await image()).toBe('app:v1');
    expect(await undo('--to-revision', '3')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('revision 3 (') });
    expect(await image()).toBe('app:v3');
    expect(await undo('--to-revision=0')).toEqual(wentBack(7, first!.hash));
    expect(await image()).toBe('app:v1');
  });
}

test.concurrent('several workloads go back in one run, evidence of all of them first', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, 'deploy/thanos-query', thanosQuery({ image: 'app:v1' }));
  await deploy(cluster, namespace, 'ds/node-exporter', nodeExporter({ image: 'app:v1' }));
  await rollOutBadly(cluster, namespace, 'deploy/thanos-query', 'app:broken');
  await rollOutBadly(cluster, namespace, 'ds/node-exporter', 'app:missing');

  const words = ['undo', 'deploy/thanos-query', 'daemonsets.apps/node-exporter', '-n', namespace, '--yes', '-o', 'name'];
  expect(await cli('rollback', [...words, ...quickly])).toEqual({
    exitCode: 0,
    stdout: 'deployment.apps/thanos-query\ndaemonset.apps/node-exporter\n',
    stderr: expect.stringMatching(/evidence thanos-query: kept[^]*evidence node-exporter: kept[^]*template thanos-query: patched/),
  });
  await waitForRollout(cluster, namespace, 'deploy/thanos-query');
  expect(await podImages(cluster, namespace)).toEqual(Array(4).fill('app:v1'));
});

/** The Deployment controller and the API server keep some of their own. */
function withoutController(annotations: Record<string, string>): Record<string, string> {
  const kept = Object.entries(annotations).filter(([key]) => !/^deployment\.kubernetes\.io\/|^deprecated\.daemonset\./.test(key));
  return Object.fromEntries(kept);
}

function managersOfTemplate(object: any): string[] {
  return object.metadata.managedFields
    .filter((entry: any) => entry.fieldsV1?.['f:spec']?.['f:template'] !== undefined)
    .map((entry: any) => entry.manager);
}
