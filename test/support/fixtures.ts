/**
 * What a test that needs a cluster imports instead of vitest's `test`: the shared control plane and a namespace of its own.
 *
 *     import { test } from '../support/fixtures.ts'
 *     test('…', async ({ cluster, namespace, cli }) => { … })
 */
import { inject, test as base } from 'vitest';
import type { ControlPlane } from './control-plane.ts';
import { kubectl, type CommandResult, type KubectlOptions } from './kubectl.ts';
import { createNamespace, deleteNamespace } from './namespace.ts';
import { createCliHome, runCli, spawnCli, type CliOptions, type Plugin, type RunningCli } from './run-cli.ts';

type CallOptions = Partial<CliOptions>;

/** What the fixtures give a test. */
export interface ClusterFixtures {
  /** Folder of the whole run, for files and for control planes of the test's own. */
  readonly runFolder: string;
  /** The shared control plane. A test that stops or breaks one starts its own with `startControlPlane(runFolder, name)`. */
  readonly cluster: ControlPlane;
  /** Name of a fresh namespace, deleted after the test. */
  readonly namespace: string;
  /** HOME of this test's plugin calls: state written by one call is seen by the next. */
  readonly home: string;
  /** kubectl in this test's namespace. */
  readonly kube: (args: readonly string[], options?: KubectlOptions) => Promise<CommandResult>;
  /** Runs a plugin with this test's kubeconfig and home. Give `-n` yourself, or not: the namespace is NOT set for you. */
  readonly cli: (plugin: Plugin, args: readonly string[], options?: CallOptions) => Promise<CommandResult>;
  /** The same, returning at once. */
  readonly startCli: (plugin: Plugin, args: readonly string[], options?: CallOptions) => Promise<RunningCli>;
}

export const test = base.extend<ClusterFixtures>({
  runFolder: async ({}, use) => use(inject('runFolder')),
  cluster: async ({}, use) => use(inject('controlPlane')),
  namespace: async ({ cluster }, use) => {
    const name = await createNamespace(cluster);
    await use(name);
    await deleteNamespace(cluster, name);
  },
  home: async ({ runFolder }, use) => use(createCliHome(runFolder)),
  kube: async ({ cluster, namespace }, use) =>
    use((args, options) => kubectl(cluster, args, { namespace, ...options })),
  cli: async ({ cluster, runFolder, home }, use) =>
    use((plugin, args, options) =>
      runCli(plugin, args, { runFolder, home, kubeconfig: cluster.kubeconfig, ...options }),
    ),
  startCli: async ({ cluster, runFolder, home }, use) =>
    use((plugin, args, options) =>
      spawnCli(plugin, args, { runFolder, home, kubeconfig: cluster.kubeconfig, ...options }),
    ),
});
