/** What a run makes of a namespace when nothing disturbs it: what every broken one is compared with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readClusterState, type ClusterState } from '../support/cluster-state.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { createCliHome } from '../support/run-cli.ts';
import { copyOf, journalLines, newestRun, rollback, runKinds, type Place, type RunKindName } from './runs.ts';

const references = new Map<RunKindName, Promise<ClusterState>>();

/** What the same run makes of a namespace of its own when nothing disturbs it. */
export function uninterrupted({ cluster, runFolder }: Place, run: RunKindName): Promise<ClusterState> {
  const known = references.get(run) ?? runUninterrupted(cluster, runFolder, run);
  references.set(run, known);
  return known;
}

async function runUninterrupted(cluster: ControlPlane, runFolder: string, run: RunKindName): Promise<ClusterState> {
  const namespace = await createNamespace(cluster, 'reference');
  const place = { cluster, namespace, runFolder, home: createCliHome(runFolder) };
  await runKinds[run].prepare(place);
  const log = join(place.home, 'writes');
  const result = await rollback(place, await runKinds[run].command(place), 'never', { env: { RETRACE_TEST_WRITES: log } });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  // The tables of lines and writes must be the real ones, or the cases would strike beside what they are named after.
  const { lines, writes } = runKinds[run];
  expect(journalLines(place.home, newestRun(place.home))).toEqual(lines.filter((text) => text !== 'reverted'));
  expect(readFileSync(log, 'utf8').trimEnd().split('\n').sort()).toEqual([...writes, ...lines.map(copyOf)].sort());
  const state = await readSettled(cluster, namespace);
  await deleteNamespace(cluster, namespace);
  return state;
}

/** The state once the controllers have written it twice alike. */
async function readSettled(cluster: ControlPlane, namespace: string): Promise<ClusterState> {
  let last = await readClusterState(cluster, namespace);
  for (;;) {
    const next = await readClusterState(cluster, namespace);
    if (JSON.stringify(next) === JSON.stringify(last)) return next;
    last = next;
  }
}
