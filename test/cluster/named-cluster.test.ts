/** `--cluster NAME`: the inventory, a context, a file of its own, kubectl's meaning; and what is said when it is none or two of them. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';

test.concurrent('a name is looked up in config.yaml, the contexts, ~/.kube/configs and the cluster entries', async ({ cluster, namespace, home, cli }) => {
  const config = join(home, 'config', 'retrace', 'config.yaml');
  mkdirSync(join(config, '..'), { recursive: true });
  mkdirSync(join(home, '.kube', 'configs'), { recursive: true });
  copyFileSync(cluster.kubeconfig, join(home, 'own.conf'));
  copyFileSync(cluster.kubeconfig, join(home, '.kube', 'configs', 'filed.conf'));
  const server = (name: string) => ({ name, cluster: { server: `https://${name}.invalid:6443` } });
  const kubeconfig = join(home, 'usual');
  const dead = { clusters: [server('dead'), server('twofold')], contexts: [{ name: 'dead-context', context: { cluster: 'dead', user: '' } }], 'current-context': 'dead-context' };
  writeFileSync(kubeconfig, JSON.stringify(dead));
  const write = (content: object) => writeFileSync(config, JSON.stringify(content));
  const clusters = [{ name: 'prod-eu', kubeconfig: '~/own.conf' }, { name: 'prod-us', kubeconfig: '../../own.conf', context: 'lost' }, { name: 'twofold', kubeconfig: '~/own.conf' }];
  write({ clusters });
  const call = (...flags: string[]) => cli('rollback', ['history', '-n', namespace, ...flags], { kubeconfig });
  const expectReached = async (...flags: string[]) => expect([flags, await call(...flags)]).toMatchObject([flags, { exitCode: 0, stderr: `No workload with revisions in namespace ${namespace}.\n` }]);
  const expectUnreached = async (name: string, ...flags: string[]) =>
    expect([flags, await call(...flags)]).toMatchObject([flags, { exitCode: 10, stderr: expect.stringContaining(`cannot reach https://${name}.invalid:6443: `) }]);
  const expectRefused = async (stderr: string, ...flags: string[]) => expect([flags, await call(...flags)]).toEqual([flags, { exitCode: 2, stdout: '', stderr }]);

  await expectReached('--cluster=prod-eu');
  await expectReached('--cluster=filed');
  await expectUnreached('dead', '--cluster=dead-context');
  await expectUnreached('dead');
  // kubectl's meaning: the cluster entry, with the user of the context.
  await expectUnreached('dead', '--cluster=dead');
  await expectUnreached('twofold', '--cluster=twofold', '--context=dead-context');
  await expectReached(`--kubeconfig=${cluster.kubeconfig}`, '--cluster=kwok-shared');

  await expectRefused(
    `error: "twofold" means more than one cluster\n  ${cluster.server} (${join(home, 'own.conf')})\n  https://twofold.invalid:6443 (${kubeconfig})\nChoose with --context=NAME\n`,
    '--cluster=twofold',
  );
  await expectRefused(
    'error: there is no cluster "prod-eux"\n  clusters: dead, dead-context, filed, prod-eu, prod-us, twofold\nDid you mean --cluster=prod-eu or --cluster=prod-us?\n',
    '--cluster=prod-eux',
  );
  await expectRefused('error: one cluster at a time: prod-eu, prod-us\nBegin with --cluster=prod-eu\n', '--cluster=prod-eu,prod-us');
  await expectRefused('error: the kubeconfig has no context "lost"\n  contexts: kwok-shared\nChoose one with --context=NAME\n', '--cluster=prod-us');
  write({ clusters: [{ name: 'prod-eu', kubeconfig: 5 }] });
  await expectRefused(`error: ${config}, clusters.0.kubeconfig: Invalid type: Expected string but received 5\nCorrect it there, or move the file away\n`, '--cluster=prod-eu');
  // Nobody asked for the inventory.
  await expectUnreached('dead');
});
