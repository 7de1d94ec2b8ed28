/** One plan over two namespaces: both locked in order or neither, one record, and two targets of one name are not taken for each other. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { elsewhere, expireLock, journalLines, newestRun, quickly, readHolder, readRecord, rollback, type Place } from '../faults/runs.ts';
import { readWorkloadSpecs } from '../support/cluster-state.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { deploy, rollOutBadly } from '../support/roll-outs.ts';
import { thanosQuery } from '../support/workloads.ts';

const target = 'deploy/thanos-query';

/** The same Deployment, broken, in two namespaces: `first` is the one where the plan begins, though it comes later in the alphabet. */
async function breakTwo(cluster: ControlPlane, use: (first: string, second: string) => Promise<void>): Promise<void> {
  const [first, second] = [await createNamespace(cluster, 'z-first'), await createNamespace(cluster, 'a-second')];
  try {
    for (const namespace of [first, second]) {
      await deploy(cluster, namespace, target, thanosQuery({ replicas: 1, name: 'thanos-query', image: namespace === first ? 'thanos:v0.42.3' : 'thanos:v0.41.0' }));
      await rollOutBadly(cluster, namespace, target, 'thanos:broken');
    }
    await use(first, second);
  } finally {
    for (const namespace of [first, second]) await deleteNamespace(cluster, namespace);
  }
}

/** Two saved plans as one: `undo` itself makes plans of one namespace. */
async function mergePlans(place: Place, namespaces: readonly string[]): Promise<string> {
  const plans = await Promise.all(
    namespaces.map(async (namespace) => {
      const planned = await rollback(place, ['plan', target, '-n', namespace, '-o', 'json', ...quickly]);
      expect(planned, planned.stderr).toMatchObject({ exitCode: 0 });
      return JSON.parse(planned.stdout);
    }),
  );
  const together = (key: string) => plans.flatMap((plan) => plan[key]);
  const isEvidence = ({ kind }: any) => kind === 'keep-evidence';
  const steps = together('steps');
  const file = join(place.home, 'plan.json');
  const merged = { ...plans[0], targets: together('targets'), steps: [...steps.filter(isEvidence), ...steps.filter((step) => !isEvidence(step))], notes: together('notes'), needs: together('needs') };
  writeFileSync(file, JSON.stringify(merged));
  return file;
}

async function images(cluster: ControlPlane, namespaces: readonly string[]): Promise<string[]> {
  return Promise.all(namespaces.map(async (namespace) => (await kubectlJson(cluster, ['get', target], { namespace })).spec.template.spec.containers[0].image));
}

async function ownNames(cluster: ControlPlane, namespace: string, kind: 'configmaps' | 'secrets'): Promise<string[]> {
  const { items } = await kubectlJson(cluster, ['get', kind], { namespace });
  return items.map(({ metadata }: any) => metadata.name).filter((name: string) => name.startsWith('retrace-'));
}

test.concurrent('killed half way it is gone on with elsewhere, reverted to what each was, and leaves one record and no lock', async ({ cluster, home, runFolder }) => {
  await breakTwo(cluster, async (first, second) => {
    const place = { cluster, namespace: first, home, runFolder };
    const both = [first, second];
    const bad = await Promise.all(both.map((namespace) => readWorkloadSpecs(cluster, namespace)));
    const file = await mergePlans(place, both);
    // The first target is done, the second written, and the journal does not know.
    const log = join(home, 'writes');
    const killed = await rollback(place, ['apply', '-f', file, '--yes'], 'before:11', { env: { RETRACE_TEST_WRITES: log } });
    expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
    const id = newestRun(home);
    expect(journalLines(home, id).slice(-3)).toEqual(['intended wait-rollout', 'done wait-rollout', 'intended patch-template']);
    expect(readFileSync(log, 'utf8')).toMatch(/^take lease\ntake lease\nmake record\n/);
    for (const namespace of both) expect(await readHolder({ cluster, namespace })).toContain(`${id}/`);

    const other = elsewhere(place);
    for (const namespace of both) await expireLock({ cluster, namespace });
    // Found from the namespace that has no record, too.
    const resumed = await rollback(other, ['resume', id, '-n', second]);
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/thanos-query[^]*thanos-query/) });
    expect(await images(cluster, both)).toEqual(['thanos:v0.42.3', 'thanos:v0.41.0']);
    for (const namespace of both) expect(await readHolder({ cluster, namespace })).toBe('');
    expect((await readRecord({ cluster, namespace: first }, id))?.at(-1)).toBe('finished');
    expect(await ownNames(cluster, second, 'configmaps')).toEqual([]);
    expect(await ownNames(cluster, second, 'secrets')).toEqual([]);

    // Evidence of both, though they have one name.
    const evidence = join(home, 'state/retrace/runs', id, 'evidence');
    expect(readdirSync(evidence).sort()).toEqual([`${second}.deployment-thanos-query`, `${first}.deployment-thanos-query`]);
    for (const folder of readdirSync(evidence)) expect(existsSync(join(evidence, folder, 'index.json'))).toBe(true);

    const reverted = await rollback(other, ['revert', id, '-n', first, '--confirm=thanos-query']);
    expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
    expect(await Promise.all(both.map((namespace) => readWorkloadSpecs(cluster, namespace)))).toEqual(bad);
  });
});

test.concurrent('one of its namespaces is locked: exit 6, the other lock is given back, nothing changed; close gives both back', async ({ cluster, home, runFolder }) => {
  await breakTwo(cluster, async (first, second) => {
    const place = { cluster, namespace: first, home, runFolder };
    const both = [first, second];
    const file = await mergePlans(place, both);
    const apply = ['apply', '-f', file, '--yes'];
    const now = new Date().toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: 'r-000000/h-000000/1/mina@desk', leaseDurationSeconds: 60, acquireTime: now, renewTime: now };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'retrace' }, spec };
    await kubectl(cluster, ['create', '-f', '-'], { namespace: first, input: JSON.stringify(lease) });

    const log = join(home, 'writes');
    const refused = await rollback(place, apply, 'never', { env: { RETRACE_TEST_WRITES: log } });
    expect(refused, refused.stderr).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining(`namespace ${first} is locked by run r-000000 of mina@desk`) });
    expect(refused.stderr).toContain('Nothing was changed.');
    // Sorted: the one that nobody has came first, and was given back.
    expect(readFileSync(log, 'utf8')).toBe('take lease\ngive back lease\n');
    expect(await readHolder({ cluster, namespace: second })).toBe('');
    expect(await images(cluster, both)).toEqual(['thanos:broken', 'thanos:broken']);
    expect(await ownNames(cluster, first, 'configmaps')).toEqual([]);
    await kubectl(cluster, ['delete', 'lease', 'retrace'], { namespace: first });

    const stopped = await rollback(place, apply, 'after:write template');
    expect(stopped).toMatchObject({ exitCode: undefined });
    const id = newestRun(home);
    for (const namespace of both) expect(await readHolder({ cluster, namespace })).toContain(`${id}/`);
    expect(await rollback(place, ['close', id])).toMatchObject({ exitCode: 0, stderr: '', stdout: `run ${id} closed: what it did stays\n` });
    for (const namespace of both) expect(await readHolder({ cluster, namespace })).toBe('');
    expect(await ownNames(cluster, first, 'secrets')).toEqual([]);
    expect(await images(cluster, both)).toEqual(['thanos:v0.42.3', 'thanos:broken']);
  });
});

test.concurrent('a plan in which two steps have one id is refused', async ({ cluster, home, runFolder }) => {
  await breakTwo(cluster, async (first) => {
    const place = { cluster, namespace: first, home, runFolder };
    const file = await mergePlans(place, [first]);
    const plan = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...plan, steps: [...plan.steps, plan.steps[0]] }));
    const refused = await rollback(place, ['apply', '-f', file, '--yes']);
    expect(refused).toMatchObject({ exitCode: 11, stdout: '', stderr: expect.stringMatching(/plan\.json .*steps: two steps have one id[^]*Nothing was changed\./) });
    expect(await images(cluster, [first])).toEqual(['thanos:broken']);
  });
});
