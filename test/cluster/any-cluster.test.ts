/**
 * The subset that runs on any cluster (RETRACE_TEST_KUBECONFIG): workloads that want no pod, so that neither images nor nodes matter, and everything
 * else is as in life: discovery, revisions, dry run, permissions, patches, watches.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { kubectlJson } from '../support/kubectl.ts';
import { withSpec } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, nodeExporter, setImage, thanosQuery, thanosReceive } from '../support/workloads.ts';

const anywhere = { tags: ['any-cluster'] };
const quickly = ['--stable-for=1s', '--timeout=60s'];

const kinds = [
  { target: 'deploy/thanos-query', manifests: thanosQuery({ replicas: 0 }) },
  { target: 'sts/thanos-receive', manifests: thanosReceive({ replicas: 0 }) },
  {
    target: 'ds/node-exporter',
    manifests: withSpec(nodeExporter(), (spec) => (spec.template.spec.nodeSelector = { 'example.org/no-such-node': '' })),
  },
];

type Cluster = Parameters<typeof applyManifests>[0];

async function readImage(cluster: Cluster, namespace: string, target: string): Promise<string> {
  const { spec } = await kubectlJson(cluster, ['get', target], { namespace });
  return spec.template.spec.containers[0].image;
}

/** Two revisions, of which the second is in force. */
async function makeTwoRevisions(cluster: Cluster, namespace: string, { target, manifests }: (typeof kinds)[number]): Promise<string> {
  const isSeen = async () => {
    const { metadata, status } = await kubectlJson(cluster, ['get', target], { namespace });
    return status.observedGeneration === metadata.generation;
  };
  await applyManifests(cluster, namespace, manifests);
  await waitUntil(isSeen, { what: 'the first revision' });
  const first = await readImage(cluster, namespace, target);
  await setImage(cluster, namespace, target, 'registry.invalid/second:v2');
  await waitUntil(isSeen, { what: 'the second revision' });
  return first;
}

test.concurrent.for(kinds)('$target: history, plan, undo and revert', anywhere, async (kind, { cluster, namespace, cli, home }) => {
  const { target } = kind;
  const first = await makeTwoRevisions(cluster, namespace, kind);
  const history = JSON.parse((await cli('rollback', ['history', target, '-n', namespace, '-o', 'json'])).stdout);
  expect((history.items?.[0] ?? history).revisions.map(({ images }: any) => images)).toEqual([[first], ['registry.invalid/second:v2']]);

  const plan = await cli('rollback', ['plan', target, '-n', namespace, '--to=previous', '-o', 'json']);
  expect(plan, plan.stderr).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(plan.stdout).targets[0].to.images).toEqual([first]);
  expect(await readImage(cluster, namespace, target)).toBe('registry.invalid/second:v2');

  const undone = await cli('rollback', ['undo', target, '-n', namespace, '--to=previous', '--yes', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision 1') });
  expect(await readImage(cluster, namespace, target)).toBe(first);

  const stale = join(home, 'plan.json');
  writeFileSync(stale, plan.stdout);
  const refused = await cli('rollback', ['apply', '-f', stale, '--yes']);
  expect(refused, refused.stderr).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('has changed since the plan was made') });

  const id = /\brun (r-\w+)/.exec(undone.stderr)![1]!;
  const reverted = await cli('rollback', ['revert', id, `--confirm=${target.split('/')[1]}`]);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect(await readImage(cluster, namespace, target)).toBe('registry.invalid/second:v2');
  expect(readFileSync(join(home, 'state', 'retrace', 'runs', id, 'journal.jsonl'), 'utf8')).toContain('"reverted"');
});

test.concurrent('wrong names and missing rights are told, and nothing is changed', anywhere, async ({ cluster, namespace, cli }) => {
  await makeTwoRevisions(cluster, namespace, kinds[0]!);
  const undo = (...args: string[]) => cli('rollback', ['undo', ...args, '--to=previous', '--yes']);
  expect(await undo('deploy/thanos-qery', '-n', namespace)).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('thanos-query') });
  expect(await undo('deploy/thanos-query', '-n', `${namespace}-nowhere`)).toMatchObject({ exitCode: 5, stdout: '' });
  expect(await undo('deploy/thanos-query', '-n', namespace, '--as=retrace-nobody')).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('retrace-nobody') });
  expect(await readImage(cluster, namespace, 'deploy/thanos-query')).toBe('registry.invalid/second:v2');
});
