/**
 * Starts what test files share, once for all projects of a run: the run's folder, its watchdog and one control plane.
 * vitest loads this file anew for every project, in one process; what is shared lives on globalThis.
 */
import type { TestProject } from 'vitest/node';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { findOtherCluster } from './other-cluster.ts';
import { createRunFolder, endRun, sweepDeadRuns } from './run-folder.ts';
import { startWatchdog } from './watchdog/start.ts';

declare module 'vitest' {
  interface ProvidedContext {
    runFolder: string;
    controlPlane: ControlPlane;
  }
}

interface Shared {
  readonly runFolder: string;
  readonly controlPlane: Promise<ControlPlane>;
  users: number;
}

/** Kubeconfig of a cluster to be used in place of our own; vitest.config.ts then picks the tests that can run anywhere. */
const other = process.env['RETRACE_TEST_KUBECONFIG'];

const store = globalThis as { retraceTestRun?: Shared };

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  if (!store.retraceTestRun) {
    const runFolder = createRunFolder();
    startWatchdog(runFolder);
    store.retraceTestRun = {
      runFolder,
      controlPlane: sweepDeadRuns().then(() => (other ? findOtherCluster(other) : startControlPlane(runFolder, 'shared'))),
      users: 0,
    };
  }
  const shared = store.retraceTestRun;
  shared.users += 1;
  project.provide('runFolder', shared.runFolder);
  project.provide('controlPlane', await shared.controlPlane);
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await endRun(shared.runFolder);
  };
}
