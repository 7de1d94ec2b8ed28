/**
 * kill -9 in a restore: at lines of its journal, at its writes, and between the delete and the create of an object that cannot be changed in
 * place. What `resume` makes of it is what an uninterrupted restore makes; what `revert` makes of it is what was before.
 */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { takeSnapshot } from '../support/captured.ts';
import { test } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { runCli } from '../support/run-cli.ts';
import { applyManifests } from '../support/workloads.ts';
import { elsewhere, expireLock, newestRun, rollback, type Place } from './runs.ts';

const role = (name: string) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });
const binding = (to: string) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'reader' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'eve' }] });
const service = (port: number) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port }] } });
const secret = (value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'objstore' }, stringData: { key: value } });
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'scraper' } };

/** Two waves of changes, one object made, one made again, one deleted. */
async function prepare({ cluster, namespace, home }: Place): Promise<{ id: string; good: unknown; bad: unknown }> {
  await applyManifests(cluster, namespace, [account, binding('view'), service(80), secret('good')]);
  const { id } = await takeSnapshot(cluster, home, namespace, { kinds: ['serviceaccounts', 'roles', 'rolebindings', 'services', 'secrets'] });
  const good = await stateOf({ cluster, namespace });
  for (const target of ['sa/scraper', 'rolebinding/reader']) await kubectl(cluster, ['delete', target], { namespace });
  await applyManifests(cluster, namespace, [role('added'), binding('edit'), service(81), secret('bad')]);
  return { id, good, bad: await stateOf({ cluster, namespace }) };
}

async function stateOf({ cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>): Promise<unknown> {
  const { items } = await kubectlJson(cluster, ['get', 'sa,roles,rolebindings,services,secrets'], { namespace });
  const own = items.filter(({ metadata }: any) => metadata.name !== 'default' && !metadata.name.startsWith('retrace-run-'));
  return own.map(({ kind, metadata, rules, roleRef, subjects, spec, data }: any) => ({ kind, name: metadata.name, rules, roleRef, subjects, ports: spec?.ports, data })).sort((a: any, b: any) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1));
}

function restore(place: Place, id: string, kill?: string) {
  const { runFolder, home, cluster, namespace } = place;
  const entry = fileURLToPath(new URL('kill-at.ts', import.meta.url));
  const killed = kill === undefined ? {} : { entry, env: { RETRACE_TEST_KILL: kill, RETRACE_TEST_PLUGIN: 'snapshot' } };
  return runCli('snapshot', ['restore', id, '-n', namespace, '--delete-added', `--confirm=${namespace}`], { runFolder, home, kubeconfig: cluster.kubeconfig, timeoutMs: 90_000, ...killed });
}

const sample = [
  'after:1', 'after:2', 'after:pre-image wanted', 'after:pre-image keep-objects', 'after:3', 'after:create serviceaccounts', 'before:delete rolebindings',
  // Between delete and create: the object is nowhere but in the safety copy.
  'after:delete rolebindings', 'after:create rolebindings', 'before:replace services', 'after:replace services', 'after:delete roles', 'before:give back lease',
];
const lines = Array.from({ length: 13 }, (_, index) => [`before:${index + 1}`, `after:${index + 1}`]).flat();
const points = process.env['RETRACE_TEST_FULL'] === '1' ? [...new Set([...sample, ...lines])] : sample;
/** Points before what is to be written comes to the cluster. */
const beforeShared = ['before:1', 'after:1', 'before:2', 'after:2'];
const answers = ['resume', 'revert', 'resume elsewhere'] as const;

for (const [index, point] of points.entries()) {
  for (const answer of process.env['RETRACE_TEST_FULL'] === '1' ? answers : [answers[index % 3]!, ...(point === 'after:delete rolebindings' ? (['resume elsewhere'] as const) : [])]) {
    test.concurrent(`restore: killed ${point}, then ${answer}`, { timeout: 180_000 }, async ({ cluster, namespace, home, runFolder }) => {
      const place = { cluster, namespace, home, runFolder };
      const { id, good, bad } = await prepare(place);
      const killed = await restore(place, id, point);
      expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
      const run = newestRun(home);
      if (answer === 'revert') {
        // The namespace, or the one object that is left to take back.
        const planned = await rollback(place, ['revert', run, '--dry-run=server', '-o', 'json']);
        const reverted = await rollback(place, ['revert', run, `--confirm=${JSON.parse(planned.stdout).confirmation.name}`]);
        expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
        expect(await stateOf(place)).toEqual(bad);
        return;
      }
      const from = answer === 'resume' ? place : elsewhere(place);
      if (answer === 'resume elsewhere') await expireLock(place);
      const resumed = await rollback(from, ['resume', run, '-n', namespace]);
      if (answer === 'resume elsewhere' && beforeShared.includes(point)) {
        // Only the first machine knows yet what is to be written: said, and ended from here, and begun anew.
        expect(resumed, resumed.stderr).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringMatching(/only .+ has that[^]*changed nothing yet[^]*rollback close/) });
        expect(await stateOf(place)).toEqual(bad);
        expect(await rollback(from, ['close', run, '-n', namespace])).toMatchObject({ exitCode: 0 });
        const anew = await restore(place, id);
        expect(anew, anew.stderr).toMatchObject({ exitCode: 0 });
        expect(await stateOf(place)).toEqual(good);
        return;
      }
      // Killed behind its last line there is nothing to go on with.
      expect([0, 5], resumed.stderr).toContain(resumed.exitCode);
      expect(await stateOf(place)).toEqual(good);
    });
  }
}
