import { defineConfig } from 'vitest/config';

/** Projects that need a control plane; the unit project must not wait for one. */
const clusterProjects = ['cli', 'cluster', 'binary', 'faults'];

export default defineConfig({
  test: {
    // vitest's default pool, forks, does not run under Bun.
    pool: 'threads',
    // A test run of ours is stdout for people and one JSON file for .ci/run.
    reporters: process.env.RETRACE_TEST_REPORT
      ? ['default', ['json', { outputFile: process.env.RETRACE_TEST_REPORT }]]
      : ['default'],
    tags: [{ name: 'any-cluster', description: 'needs nothing of the tests\' own control plane: neither its pods that fail by name nor its files' }],
    // Another cluster than our own gets only what can run there.
    ...(process.env.RETRACE_TEST_KUBECONFIG ? { tagsFilter: ['any-cluster'] } : {}),
    projects: [
      // A busy machine is no failure: five seconds, the default, are over where six thousand texts are read on two cores that others use.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      ...clusterProjects.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // Most of a cluster test is waiting for controllers, so there may be more of them than cores.
          maxWorkers: 3,
        },
      })),
    ],
  },
});
