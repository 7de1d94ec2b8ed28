/** Bad input and trouble on the way to the cluster: what is wrong, what to type instead, the tabled exit code, nothing changed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { createIdentity, readingRules, writeKubeconfig, sharingRules } from '../support/identities.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { deploy, quickly, readWorkload, rollOut, rollOutBadly } from '../support/roll-outs.ts';
import { thanosQuery, thanosReceive, waitForRollout } from '../support/workloads.ts';

const target = 'deploy/thanos-query';

test.concurrent('a target, kind, namespace or revision that is not there: what is near, and where it is', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, target, 'thanos:v2');
  const other = await createNamespace(cluster, 'elsewhere');
  const name = `only-in-${other}`;
  await deploy(cluster, other, `deploy/${name}`, thanosQuery({ replicas: 1, name }));

  const cases: [string[], number, string][] = [
    [['deploy/thanos-qeury', '-n', namespace], 5, `error: deploy/thanos-qeury is not in namespace ${namespace}\n  Nothing was changed.\nDid you mean deploy/thanos-query?\n`],
    [
      [`deployments.apps/${name}`, '-n', namespace, '--context=kwok-shared'],
      5,
      `error: deployments.apps/${name} is not in namespace ${namespace}\n  it is in namespace ${other}\n  Nothing was changed.\nThere:  kubectl rollback plan deployments.apps/${name} -n ${other} --context=kwok-shared\n`,
    ],
    [['sts/nothing-like-it', '-n', namespace], 5, `error: sts/nothing-like-it is not in namespace ${namespace}\n  Nothing was changed.\nSee:  kubectl get sts -n ${namespace}\n`],
    [['deploymnet/thanos-query', '-n', namespace], 5, 'error: the server has no type "deploymnet"\n  Nothing was changed.\nDid you mean deployment, deployments or deploy?\n'],
    [[target, '-n', `${other}x`], 5, `error: there is no namespace "${other}x"\n  Nothing was changed.\nDid you mean -n ${other}?\n`],
    [['deploy', '-l', 'app=nothing', '-n', namespace], 5, `error: deploy -l app=nothing is not in namespace ${namespace}\n`],
    [['deploy', '-n', namespace], 2, 'error: "deploy" is not a target\n'],
    [['deploy/a/b', '-n', namespace], 2, 'error: "deploy/a/b" is not a target\n'],
    [['-n', namespace], 2, 'error: what to work on is missing\n'],
  ];
  for (const [words, exitCode, says] of cases) {
    expect([words, await cli('rollback', ['undo', ...words, '--yes'])]).toEqual([words, { exitCode, stdout: '', stderr: expect.stringContaining(says) }]);
  }

  const list = /^error: deployment\/thanos-query has no revision "(\S+)"\n {2}revision 1 \(\w+\) thanos:v0\.42\.3\n {2}revision 2 \(\w+\) thanos:v2\n {2}Nothing was changed\.\n.*--to=REVISION\n$/;
  for (const to of ['--to=9', '--to=abc', '--to-revision=9', '--to=thanos-query']) {
    expect(await cli('rollback', ['undo', target, '-n', namespace, '--yes', to])).toEqual({ exitCode: 5, stdout: '', stderr: expect.stringMatching(list) });
  }
  for (const to of [['--to-revision=abc'], ['--to-revision=-1'], ['--to-revision=0x1'], ['--to-revision'], ['--to-revision=1', '--to-revision=2'], ['--to=1', '--to-revision=1']]) {
    expect([to, await cli('rollback', ['undo', target, '-n', namespace, '--yes', ...to])]).toMatchObject([to, { exitCode: 2, stdout: '', stderr: expect.stringMatching(/^error: .*--to/) }]);
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(2);
  await deleteNamespace(cluster, other);
});

test.concurrent('permissions that are missing are named all at once, before anything is changed; plan shows them', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, 'sts/thanos-receive', thanosReceive());
  await rollOutBadly(cluster, namespace, 'sts/thanos-receive', 'thanos:broken');
  const { generation } = (await readWorkload(cluster, namespace, 'sts/thanos-receive')).metadata;
  const undo = ['undo', 'sts/thanos-receive', '-n', namespace, '--yes', ...quickly];

  const reader = { kubeconfig: await createIdentity(cluster, namespace, home, 'reader', [...readingRules, ...sharingRules]) };
  expect(await cli('rollback', ['plan', 'sts/thanos-receive', '-n', namespace], reader)).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/\(server dry run: not allowed to try[^]*Careful +you may not: patch statefulsets\.apps; create pods\/eviction\. The undo would refuse to start\n/),
    stderr: '',
  });
  expect(await cli('rollback', undo, reader)).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(
        `error: "\\S*reader" may not do this\n  patch statefulsets\\.apps/thanos-receive in ${namespace}\n  create pods/eviction in ${namespace}\n  Nothing was changed\\.\nAsk for the permissions above, `,
      ),
    ),
  });

  // May write, but not follow what comes of it: the run would stop half way.
  const writing = { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['patch'] };
  const evicting = { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] };
  const withoutWatch = readingRules.map((rule) => ({ ...rule, verbs: ['get', 'list'] }));
  const blind = { kubeconfig: await createIdentity(cluster, namespace, home, 'blind', [...withoutWatch, ...sharingRules, writing, evicting]) };
  const refused = await cli('rollback', undo, blind);
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  for (const permission of ['watch statefulsets.apps/thanos-receive', 'watch pods', 'watch controllerrevisions.apps']) {
    expect(refused.stderr).toContain(`  ${permission} in ${namespace}\n`);
  }

  const nobody = { kubeconfig: await createIdentity(cluster, namespace, home, 'nobody', []) };
  expect(await cli('rollback', ['plan', 'sts/thanos-receive', '-n', namespace], nobody)).toMatchObject({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`may not do this\n  get statefulsets\\.apps/thanos-receive in ${namespace}\n`)),
  });
  expect((await readWorkload(cluster, namespace, 'sts/thanos-receive')).metadata.generation).toBe(generation);
  expect((await cli('rollback', ['runs', '-n', namespace])).stderr).toBe('No runs on this machine yet.\n');

  // What the plan asks for is enough.
  const person = { kubeconfig: await createIdentity(cluster, namespace, home, 'person', [...readingRules, ...sharingRules, writing, evicting]) };
  expect(await cli('rollback', undo, person)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision 1') });
  await waitForRollout(cluster, namespace, 'sts/thanos-receive');
});

test.concurrent('credentials that are wrong, a server that does not answer or is not the one', async ({ cluster, namespace, cli, home }) => {
  const words = ['undo', target, '-n', namespace, '--yes'];
  const expired = writeKubeconfig(home, 'expired', cluster, { token: 'expired-token-value' });
  expect(await cli('rollback', words, { kubeconfig: expired })).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: `error: ${cluster.server} does not accept the credentials of "expired": Unauthorized\n  Nothing was changed.\nLog in again, or choose other credentials with --context=NAME or --user=NAME\n`,
  });
  const nowhere = writeKubeconfig(home, 'nowhere', { ...cluster, server: 'https://127.0.0.1:1' }, { token: 'x' });
  expect(await cli('rollback', words, { kubeconfig: nowhere })).toEqual({
    exitCode: 10,
    stdout: '',
    stderr: 'error: cannot reach https://127.0.0.1:1: connection refused\n  Nothing was changed.\nCheck the network, VPN or tunnel, then:  kubectl version\n',
  });
  const nameless = writeKubeconfig(home, 'nameless', { ...cluster, server: 'https://control-plane.invalid:6443' }, { token: 'x' });
  expect(await cli('rollback', ['plan', target], { kubeconfig: nameless })).toMatchObject({
    exitCode: 10,
    stdout: '',
    stderr: expect.stringContaining('error: cannot reach https://control-plane.invalid:6443: '),
  });
  const stranger = writeKubeconfig(home, 'stranger', { ...cluster, pki: { ...cluster.pki, ca: cluster.pki.cert } }, { token: 'x' });
  expect(await cli('rollback', ['plan', target], { kubeconfig: stranger })).toMatchObject({
    exitCode: 10,
    stdout: '',
    stderr: expect.stringContaining('certificate-authority'),
  });
  expect(JSON.parse((await cli('rollback', ['plan', target, '-o', 'json'], { kubeconfig: nowhere })).stderr)).toMatchObject({
    apiVersion: 'retrace/v1',
    kind: 'Error',
    code: 'server.unreachable',
    exitCode: 10,
  });
});

test.concurrent('a kubeconfig that is missing, broken, or without the context', async ({ cluster, cli, home }) => {
  const broken = join(home, 'broken.kubeconfig');
  writeFileSync(broken, 'clusters: [\n');
  const good = writeKubeconfig(home, 'central', cluster, { token: 'x' });
  const undecided = join(home, 'undecided.kubeconfig');
  writeFileSync(undecided, JSON.stringify({ apiVersion: 'v1', kind: 'Config', contexts: [{ name: 'edge-01', context: { cluster: 'edge-01', user: 'me' } }] }));
  const dangling = join(home, 'dangling.kubeconfig');
  writeFileSync(dangling, JSON.stringify({ apiVersion: 'v1', kind: 'Config', contexts: [{ name: 'edge', context: { cluster: 'lost', user: 'me' } }], 'current-context': 'edge' }));

  const cases: [string[], string][] = [
    [['--kubeconfig=/nowhere/config'], 'error: kubeconfig /nowhere/config does not exist (from --kubeconfig)\n'],
    [[`--kubeconfig=${broken}`], `error: kubeconfig ${broken} cannot be read: `],
    [[`--kubeconfig=${undecided}`], `error: kubeconfig ${undecided} has no current context\n  contexts: edge-01\n`],
    [[`--kubeconfig=${good}`, '--context=centrall'], 'error: the kubeconfig has no context "centrall"\n  contexts: central\n'],
    [[`--kubeconfig=${dangling}`], 'error: context "edge" names the cluster "lost", which the kubeconfig does not have\n'],
  ];
  for (const [flags, says] of cases) {
    expect([flags, await cli('rollback', ['plan', target, ...flags])]).toEqual([flags, { exitCode: 2, stdout: '', stderr: expect.stringContaining(says) }]);
  }
  const { stderr } = await cli('rollback', ['plan', target, `--kubeconfig=${good}`, '--context=centrall']);
  expect(stderr).toMatch(/Did you mean --context=central\?\n$/);
  expect(await cli('rollback', ['plan', target], { kubeconfig: '/nowhere/from-env' })).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('kubeconfig /nowhere/from-env does not exist (from KUBECONFIG)'),
  });
});
