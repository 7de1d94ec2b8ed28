/** deploy/rbac: every command with exactly its role, and with each permission taken away. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { createIdentity, type Rule } from '../support/identities.ts';
import { kubectl } from '../support/kubectl.ts';
import { deploy, quickly, readWorkload, rollOutBadly, runIdIn } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { thanosReceive } from '../support/workloads.ts';

const folder = join(import.meta.dirname, '../../deploy/rbac');
const rulesOf = (role: string) => (load(readFileSync(join(folder, `${role}.yaml`), 'utf8')) as { rules: Rule[] }).rules;
const viewer = rulesOf('viewer');
const operator = [...viewer, ...rulesOf('operator')];
const target = 'sts/thanos-receive';

/** The rules without one permission: `list pods`, `patch statefulsets.apps`. */
function without(rules: readonly Rule[], permission: string): Rule[] {
  const singles = rules.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))));
  const left = singles.filter(({ group, resource, verb }) => permission !== `${verb} ${resource}${group === '' ? '' : `.${group}`}`);
  expect([permission, left.length]).toEqual([permission, singles.length - 1]);
  return left.map(({ group, resource, verb }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] }));
}

test.concurrent('the API server takes the files, and each command is content with its role', async ({ cluster, namespace, cli, startCli, home }) => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) await kubectl(cluster, ['apply', '--dry-run=server', '-f', join(folder, file)]);
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const asViewer = { kubeconfig: await createIdentity(cluster, namespace, home, 'viewer', viewer) };
  const asOperator = { kubeconfig: await createIdentity(cluster, namespace, home, 'operator', operator) };
  const words = [target, '-n', namespace];

  const plan = await cli('rollback', ['plan', ...words, ...quickly, '-o', 'json'], asOperator);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['plan', ...words], asViewer)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['history', ...words], asViewer)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['runs'], asViewer)).toMatchObject({ exitCode: 0 });
  expect(await cli('rollback', ['undo', ...words, '--yes'], asViewer)).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringMatching(/patch statefulsets[^]*create pods\/eviction[^]*Nothing was changed/) });

  const running = await startCli('rollback', ['undo', ...words, '--yes', '--stable-for=10m', '--stuck-after=1s'], asOperator);
  await running.waitForLine(/evicted/);
  running.signal('SIGINT');
  const stopped = await running.result;
  expect(stopped, stopped.stderr).toMatchObject({ exitCode: 7 });
  const first = runIdIn(stopped);
  expect(await cli('rollback', ['status', first], asViewer)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('stopped') });
  expect(await cli('rollback', ['resume', first, '--timeout=1s'], asOperator)).toMatchObject({ exitCode: 8 });
  expect(await cli('rollback', ['close', first], asOperator)).toMatchObject({ exitCode: 0 });
  expect(await cli('rollback', ['revert', first, '--dry-run=server'], asOperator)).toMatchObject({ exitCode: 0 });
  // The plan is of before: what apply asks for is asked before it looks at that.
  const file = join(home, 'plan.json');
  writeFileSync(file, plan.stdout);
  expect(await cli('rollback', ['apply', '-f', file, '--yes'], asOperator)).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('Nothing was changed') });
});

test.concurrent('each permission that is taken away is named, and nothing is changed; what only warns is gone without', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
  const required = ['get statefulsets.apps', 'list statefulsets.apps', 'list controllerrevisions.apps', 'list pods', 'patch statefulsets.apps', 'watch statefulsets.apps', 'watch controllerrevisions.apps', 'watch pods', 'create pods/eviction'];
  const optional = ['list horizontalpodautoscalers.autoscaling', 'list poddisruptionbudgets.policy', 'list persistentvolumeclaims'];
  const call = async (permission: string, words: string[]) => {
    const name = permission.replace(/[^a-z]+/g, '-');
    const kubeconfig = await createIdentity(cluster, namespace, home, name, without(operator, permission));
    return cli('rollback', [...words, target, '-n', namespace], { kubeconfig });
  };
  for (const permission of required) {
    // Until the authorizer knows the new role, more than the one is missing.
    await waitUntil(async () => {
      const refused = await call(permission, ['undo', '--yes']);
      expect(refused).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('Nothing was changed.') });
      const named = refused.stderr.split('\n').filter((line) => /^  \S+ \S+ in /.test(line));
      expect(named).toEqual([expect.stringMatching(new RegExp(`^  ${permission.replaceAll('.', '\\.')}(/thanos-receive)? in ${namespace}$`))]);
      return true;
    }, { what: `${permission} to be what is missing` });
  }
  for (const permission of optional) {
    await waitUntil(async () => {
      const planned = await call(permission, ['plan']);
      expect(planned).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`not looked at, you may not: ${permission}. `) });
      return true;
    }, { what: `${permission} to be what is missing` });
  }
  expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
}, 240_000);
