/** A plan is saved, looked at, and carried out later; refused when what it was based on has changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { deploy, podImages, quickly, readWorkload, rollOutBadly } from '../support/roll-outs.ts';
import { applyManifests, setImage, thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';
import { waitUntil } from '../support/wait-until.ts';

const target = 'deploy/thanos-query';

test.concurrent('a plan saved as JSON or YAML is carried out by apply, as shown', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, 'sts/thanos-receive', thanosReceive());
  await rollOutBadly(cluster, namespace, 'sts/thanos-receive', 'thanos:broken');
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:missing');

  const json = await cli('rollback', ['plan', 'sts/thanos-receive', '-n', namespace, '-o', 'json', ...quickly]);
  expect(json).toMatchObject({ exitCode: 0, stderr: '' });
  const plan = JSON.parse(json.stdout);
  expect(plan).toMatchObject({
    apiVersion: 'retrace/v1',
    kind: 'Plan',
    purpose: 'undo',
    cluster: { contextName: 'kwok-shared', server: cluster.server },
    targets: [{ action: 'change', chosenBy: 'ready-pods', object: { kind: 'StatefulSet', name: 'thanos-receive', namespace } }],
    confirmation: { kind: 'yes' },
    options: { stableForMs: 1_000, stuckAfterMs: 1_000, stuckPods: 'evict' },
  });
  expect(json.stdout).not.toContain('test-secret-value');
  const file = join(home, 'plan.json');
  writeFileSync(file, json.stdout);

  expect(await cli('rollback', ['apply', '-f', file, '--dry-run=server'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^statefulset\/thanos-receive [^]*broken → v0\.42\.3/),
    stderr: '',
  });
  expect((await readWorkload(cluster, namespace, 'sts/thanos-receive')).spec.template.spec.containers[0].image).toBe('thanos:broken');
  expect(await cli('rollback', ['apply', '-f', file])).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`apply -f ${file} --yes`) });
  expect(await cli('rollback', ['apply', '-f', file, '--yes'])).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^statefulset\/thanos-receive rolled back to revision 1 /),
    stderr: expect.stringContaining('pods: thanos-receive-2 evicted'),
  });
  await waitForRollout(cluster, namespace, 'sts/thanos-receive');

  const yaml = await cli('rollback', ['plan', target, '-n', namespace, '-o', 'yaml', ...quickly]);
  expect(yaml).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^apiVersion: retrace\/v1\nkind: Plan\n/), stderr: '' });
  expect(await cli('rollback', ['apply', '-f', '-', '-y', '-o', 'json'], { input: yaml.stdout })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\{\n {2}"apiVersion": "retrace\/v1",\n {2}"kind": "RunReport"/),
  });
  await waitForRollout(cluster, namespace, target);
});

test.concurrent('a plan is stale when the template changed, and refused when its target is gone or another', async ({ cluster, namespace, cli, kube, home }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const file = join(home, 'plan.json');
  writeFileSync(file, (await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json'])).stdout);

  await setImage(cluster, namespace, target, 'thanos:missing');
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  const stale = {
    exitCode: 5,
    stdout: '',
    stderr: `error: deployment/thanos-query has changed since the plan was made\n  changed: template\n  Nothing was changed.\nPlan again:  kubectl rollback plan deployment/thanos-query -n ${namespace}\n`,
  };
  for (const how of ['none', 'server']) {
    const { stderr, ...rest } = await cli('rollback', ['apply', '-f', file, '--yes', `--dry-run=${how}`]);
    // Without a dry run the plan is shown first.
    expect({ ...rest, stderr: stderr.slice(stderr.indexOf('error:')) }).toEqual(stale);
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);

  const gone = {
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(/error: deployment\/thanos-query in namespace \S+ is being deleted, or is gone\n {2}Nothing was changed\.\n.*kubectl rollback history deployment\/thanos-query -n \S+\n$/),
  };
  await kube(['delete', target, '--wait=true']);
  await waitUntil(async () => (await kube(['get', target], { allowFailure: true })).exitCode === 1, { what: `${target} to be gone` });
  expect(await cli('rollback', ['apply', '-f', file, '--yes'])).toEqual(gone);
  await applyManifests(cluster, namespace, thanosQuery({ replicas: 1, image: 'thanos:broken' }));
  expect(await cli('rollback', ['apply', '-f', file, '--yes'])).toEqual(gone);
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(1);
  expect((await cli('rollback', ['runs', '-n', namespace])).stderr).toBe('No runs on this machine yet.\n');
});

test.concurrent('a plan of another cluster, or that is none, is refused', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const made = JSON.parse((await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json'])).stdout);
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  const apply = async (content: string) => {
    const file = join(home, 'plan.json');
    writeFileSync(file, content);
    return cli('rollback', ['apply', '-f', file, '--yes']);
  };

  const elsewhere = { ...made, cluster: { ...made.cluster, uid: '00000000-0000-4000-8000-000000000000', server: 'https://10.0.3.1:6443' } };
  expect(await apply(JSON.stringify(elsewhere))).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`error: the plan was made for another cluster\n {2}plan +https://10\\.0\\.3\\.1:6443\n {2}here +${cluster.server}\n {2}Nothing was changed\\.\n`)),
  });

  const step = { ...made.steps[1], parmas: {} };
  for (const [content, detail] of [
    [JSON.stringify({ ...made, steps: [made.steps[0], step] }), 'steps.1.parmas'],
    [JSON.stringify({ ...made, createdAt: 'yesterday' }), 'createdAt'],
    [JSON.stringify(made).slice(0, 400), 'not JSON'],
    ['', 'is not a plan'],
    ['just: [words', 'neither JSON nor YAML'],
  ] as const) {
    const refused = await apply(content);
    expect(refused).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringContaining(detail) });
    expect(refused.stderr).toMatch(/^error: \S+plan\.json is not a plan: [^]*kubectl rollback plan TYPE\/NAME -o json > plan\.json\n$/);
  }
  expect(await cli('rollback', ['apply', '-f', join(home, 'nowhere.json'), '--yes'])).toMatchObject({
    exitCode: 11,
    stdout: '',
    stderr: expect.stringContaining('nowhere.json'),
  });
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
  expect(readFileSync(cluster.kubeconfig, 'utf8')).toContain(cluster.server);
  expect(await podImages(cluster, namespace)).toContain('thanos:broken');
});
