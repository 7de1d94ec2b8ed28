/** deploy/rbac: every command with exactly its role, and with each permission taken away. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, inject } from 'vitest';
import { newestRun, rollback } from '../faults/runs.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { executePlan } from '../../lib/procedure/execute.ts';
import { planUndo } from '../../lib/procedure/undo.ts';
import { bindUsers, createIdentity, type Rule } from '../support/identities.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { openMachine, refusal, undoRequest } from '../support/machine.ts';
import { createNamespace } from '../support/namespace.ts';
import { deploy, quickly, readWorkload, rollOut, rollOutBadly, runIdIn } from '../support/roll-outs.ts';
import { createCliHome } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { nodeExporter, thanosQuery, thanosReceive } from '../support/workloads.ts';

const folder = join(import.meta.dirname, '../../deploy/rbac');
const rulesOf = (role: string) => (load(readFileSync(join(folder, `${role}.yaml`), 'utf8')) as { rules: Rule[] }).rules;
const viewer = rulesOf('viewer');
const operator = [...viewer, ...rulesOf('operator')];

/** `patch statefulsets.apps` of each rule, apart. */
function permissionsOf(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`))));
}

/** The rules without some permissions. */
function without(rules: readonly Rule[], ...gone: string[]): Rule[] {
  const all = permissionsOf(rules);
  const left = all.filter((permission) => !gone.includes(permission));
  expect([gone, left.length]).toEqual([gone, all.length - gone.length]);
  return left.map((permission) => {
    const [verb = '', type = ''] = permission.split(' ');
    const [resource = '', ...group] = type.split('.');
    return { apiGroups: [group.join('.')], resources: [resource], verbs: [verb] };
  });
}

/** A user who has all but one permission. */
const lessOf = (permission: string) => `less-${permission.replace(/[^a-z]+/g, '-')}`;
const everyLess = (rules: readonly Rule[], permissions: readonly string[]) => Object.fromEntries(permissions.map((permission) => [lessOf(permission), without(rules, permission)]));

const [set, deployment, daemons] = ['sts/thanos-receive', 'deploy/thanos-query', 'ds/node-exporter'];
const ofEach = (verbs: string[], resource: string) => verbs.map((verb) => `${verb} ${resource}`);
/** Without one of these a run is refused, by target. */
const required: Record<string, string[]> = {
  [set]: [
    ...ofEach(['get', 'list', 'patch', 'watch'], 'statefulsets.apps'),
    ...ofEach(['get', 'list', 'watch'], 'controllerrevisions.apps'),
    ...ofEach(['list', 'watch'], 'pods'),
    'create pods/eviction',
    ...ofEach(['get', 'create', 'update'], 'leases.coordination.k8s.io'),
    ...ofEach(['get', 'create', 'update'], 'configmaps'),
    ...ofEach(['get', 'create', 'update', 'delete'], 'secrets'),
  ],
  [deployment]: [...ofEach(['get', 'list', 'patch', 'watch'], 'deployments.apps'), ...ofEach(['get', 'list', 'watch'], 'replicasets.apps')],
  [daemons]: ofEach(['get', 'list', 'patch', 'watch'], 'daemonsets.apps'),
};
/** Without one of these the plan says what it did not look at. */
const warning = ['list horizontalpodautoscalers.autoscaling', 'list poddisruptionbudgets.policy', 'list persistentvolumeclaims', 'list configmaps'];
/** Without one of these the plan says which object that the template names was not looked at. */
const references = { 'get serviceaccounts': 'receive', 'get persistentvolumeclaims': 'scratch', 'get configmaps': 'settings' };
/** Without one of these the run goes on, and its evidence has gaps. */
const evidence = { 'get pods/log': 'log of thanos-receive-2/receive', 'list events': 'events of thanos-receive' };
/** Without one of these the owner is named, and that it was not looked at. */
const owners = {
  ...Object.fromEntries(['prometheuses', 'prometheusagents', 'alertmanagers', 'thanosrulers'].map((plural) => [`get ${plural}.monitoring.coreos.com`, plural])),
  'get kustomizations.kustomize.toolkit.fluxcd.io': 'kustomizations',
  'get helmreleases.helm.toolkit.fluxcd.io': 'helmreleases',
};
/** Each is enough without the other. */
const applications = ofEach(['get', 'list'], 'applications.argoproj.io');
const autoscalers = 'list verticalpodautoscalers.autoscaling.k8s.io';

test('each permission of the two roles is taken away in a test below', () => {
  const tried = [...Object.values(required).flat(), ...warning, ...Object.keys(references), ...Object.keys(evidence), ...Object.keys(owners), ...applications, autoscalers];
  expect([...new Set(tried)].sort()).toEqual(permissionsOf(operator).sort());
});

const words = (namespace: string) => [set, '-n', namespace];
const good = { image: 'thanos:v0.42.3', isReady: true };

/** Of the set: its image, and whether all of its pods have it. */
async function readSet(cluster: ControlPlane, namespace: string): Promise<typeof good> {
  const { spec, status } = await readWorkload(cluster, namespace, set);
  return { image: spec.template.spec.containers[0].image, isReady: status.readyReplicas === spec.replicas && status.updatedReplicas === spec.replicas };
}

test.concurrent('the API server takes the files; plan, history, runs, status, undo, revert and apply come to their end with exactly their role', async ({ cluster, namespace, cli, home, runFolder }) => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) await kubectl(cluster, ['apply', '--dry-run=server', '-f', join(folder, file)]);
  await deploy(cluster, namespace, set, thanosReceive());
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  const asViewer = { kubeconfig: await createIdentity(cluster, namespace, home, 'viewer', viewer) };
  const asOperator = { kubeconfig: await createIdentity(cluster, namespace, home, 'operator', operator) };

  expect(await cli('rollback', ['plan', ...words(namespace)], asViewer)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['history', ...words(namespace)], asViewer)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['runs', '-n', namespace], asViewer)).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await cli('rollback', ['undo', ...words(namespace), '--yes'], asViewer)).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringMatching(/patch statefulsets[^]*create pods\/eviction[^]*Nothing was changed/) });

  const undone = await cli('rollback', ['undo', ...words(namespace), '--yes', ...quickly], asOperator);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision') });
  expect(undone.stderr).toMatch(/thanos-receive-2 evicted/);
  expect(await readSet(cluster, namespace)).toEqual(good);
  const first = runIdIn(undone);
  // On the machine that it was done on, and on another that has only the records.
  for (const own of [home, createCliHome(runFolder)]) {
    expect(await cli('rollback', ['status', first, '-n', namespace, '--context=viewer'], { ...asViewer, home: own })).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${first}   finished`) });
    expect(await cli('rollback', ['runs', '-n', namespace], { ...asViewer, home: own })).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(first) });
    expect(readdirSync(own).includes('state') && readdirSync(join(own, 'state/retrace/runs')).includes(first)).toBe(own === home);
  }

  const reverted = await cli('rollback', ['revert', first, '--confirm=thanos-receive'], asOperator);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect((await readSet(cluster, namespace)).image).toBe('thanos:broken');
  await waitUntil(async () => !(await readSet(cluster, namespace)).isReady, { what: 'the bad revision to roll out' });

  const plan = await cli('rollback', ['plan', ...words(namespace), ...quickly, '-o', 'json'], asViewer);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  const file = join(home, 'plan.json');
  writeFileSync(file, plan.stdout);
  const applied = await cli('rollback', ['apply', '-f', file, '--yes', '--context=operator'], asOperator);
  expect(applied, applied.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision') });
  expect(await readSet(cluster, namespace)).toEqual(good);
}, 240_000);

test.concurrent('resume and close come to their end with exactly their role: of a run that was killed after its patch, and of one that ran out of time', async ({ cluster, namespace, cli, home, runFolder }) => {
  await deploy(cluster, namespace, set, thanosReceive());
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  const asOperator = { kubeconfig: await createIdentity(cluster, namespace, home, 'operator', operator) };
  const place = { cluster, namespace, home, runFolder };
  const killed = await rollback(place, ['undo', ...words(namespace), '--yes', ...quickly], 'after:5', asOperator);
  expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
  const second = newestRun(home);
  const resumed = await cli('rollback', ['resume', second], asOperator);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  expect(await readSet(cluster, namespace)).toEqual(good);
  expect(await cli('rollback', ['close', second], asOperator)).toEqual({ exitCode: 0, stderr: '', stdout: `run ${second} closed: what it did stays\n` });
  expect((await kubectlJson(cluster, ['get', 'secrets'], { namespace })).items.map(({ metadata }: any) => metadata.name)).not.toContain(`retrace-run-${second}`);

  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  expect(await cli('rollback', ['undo', ...words(namespace), '--yes', '--stable-for=3s', '--stuck-after=1s', '--timeout=1s'], asOperator)).toMatchObject({ exitCode: 8 });
  const late = await cli('rollback', ['resume', newestRun(home), '--timeout=2m'], asOperator);
  expect(late, late.stderr).toMatchObject({ exitCode: 0 });
  expect(await readSet(cluster, namespace)).toEqual(good);
}, 240_000);

for (const target of Object.keys(required)) {
  test.concurrent(`${target}: each permission that a run needs is named when it is taken away, and nothing is changed`, async ({ cluster, namespace, cli, home }) => {
    const manifests = { [set]: thanosReceive(), [deployment]: thanosQuery({ replicas: 1 }), [daemons]: nodeExporter() }[target]!;
    await deploy(cluster, namespace, target, manifests);
    await rollOutBadly(cluster, namespace, target, 'thanos:broken');
    const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
    const file = join(home, 'plan.json');
    writeFileSync(file, (await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json'])).stdout);
    await bindUsers(cluster, namespace, everyLess(operator, required[target]!));
    const saved = JSON.parse(readFileSync(file, 'utf8'));
    // As whom a plan was made does not say who carries it out. How the answer looks is asked once, of the CLI.
    for (const permission of required[target]!) {
      const { connection, context } = await openMachine(cluster, home, { as: lessOf(permission) });
      const carryOut = (plan: typeof saved) => executePlan(plan, connection, context, () => undefined, { takeOver: false, localOnly: false });
      const calls = { undo: async () => carryOut((await planUndo(undoRequest(target, namespace), connection, context)).plan), apply: () => carryOut(saved) };
      const [verb = '', type = ''] = permission.split(' ');
      const [resource, ...group] = type.split('.');
      // Until the authorizer knows the new role, more than the one is missing.
      await waitUntil(async () => {
        for (const [command, call] of Object.entries(calls)) {
          const { code, exitCode, params } = await refusal(call());
          expect([permission, command, code, exitCode]).toEqual([permission, command, 'access.forbidden', 4]);
          // Some are asked for by the name of an object.
          const missing = (params as { missing: { name?: string }[] }).missing.map(({ name: _name, ...type }) => type);
          expect([command, missing]).toEqual([command, [{ verb, resource, group: group.join('.'), namespace }]]);
        }
        return true;
      }, { what: `${permission} to be what is missing` });
      connection.close();
      if (permission !== required[target]![0]) continue;
      for (const command of [['undo', target, '-n', namespace], ['apply', '-f', file]]) {
        const refused = await cli('rollback', [...command, '--yes', `--as=${lessOf(permission)}`]);
        expect([permission, command, refused]).toMatchObject([permission, command, { exitCode: 4, stdout: '', stderr: expect.stringContaining('Nothing was changed.') }]);
        const named = refused.stderr.split('\n').filter((line) => /^  \S+ \S+ in /.test(line));
        expect([command, ...named]).toEqual([command, expect.stringMatching(new RegExp(`^  ${permission.replaceAll('.', '\\.')}(/\\S+)? in ${namespace}$`))]);
      }
    }
    expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
    expect((await kubectl(cluster, ['get', 'lease,configmap,secret', '-o', 'name'], { namespace })).stdout).not.toContain('retrace');
  }, 240_000);
}

test.concurrent('what only warns, what the template names and what evidence has is gone without, and said', async ({ cluster, namespace, cli, kube }) => {
  const manifests = structuredClone(thanosReceive()) as any[];
  const { template } = manifests.find(({ kind }) => kind === 'StatefulSet').spec;
  template.spec.serviceAccountName = 'receive';
  template.spec.volumes = [...(template.spec.volumes ?? []), { name: 'settings', configMap: { name: 'settings' } }, { name: 'scratch', persistentVolumeClaim: { claimName: 'scratch' } }];
  await kube(['create', 'serviceaccount', 'receive']);
  await kube(['create', 'configmap', 'settings', '--from-literal=a=b']);
  await kube(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'scratch' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }) });
  await deploy(cluster, namespace, set, manifests);
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  await bindUsers(cluster, namespace, everyLess(operator, [...warning, ...Object.keys(references), ...Object.keys(evidence)]));
  const said: [string, RegExp][] = [
    ...warning.map((permission): [string, RegExp] => [permission, new RegExp(`not looked at, you may not: ${permission.replaceAll('.', '\\.')}\\. `)]),
    ...Object.entries(references).map(([permission, name]): [string, RegExp] => [permission, new RegExp(`/${name}[^\\n]*${permission}`)]),
  ];
  for (const [permission, expected] of said) {
    await waitUntil(async () => {
      const planned = await cli('rollback', ['plan', set, '-n', namespace, `--as=${lessOf(permission)}`]);
      expect([permission, planned]).toMatchObject([permission, { exitCode: 0, stderr: '' }]);
      expect(planned.stdout.replace(/\s+/g, ' ')).toMatch(expected);
      return true;
    }, { what: `a plan without ${permission}` });
  }
  for (const [permission, gap] of Object.entries(evidence)) {
    const as = `--as=${lessOf(permission)}`;
    // Until the authorizer knows the new role, it is refused.
    await waitUntil(async () => (await cli('rollback', ['history', set, '-n', namespace, as])).exitCode === 0, { what: `the role without ${permission}` });
    await rollOutBadly(cluster, namespace, set, 'thanos:broken');
    const undone = await cli('rollback', ['undo', set, '-n', namespace, '--yes', as, ...quickly]);
    expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
    const status = await cli('rollback', ['status', runIdIn(undone), as]);
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    for (const text of [undone.stderr, status.stdout]) expect(text).toMatch(new RegExp(`kept, [^\\n]*without ${gap}[^\\n]* \\(you may not ${permission}\\)`));
  }
}, 240_000);

test.concurrent('who may not read a lock is told so, and sees the runs of this machine', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, deployment, 'thanos:v0.43.0');
  const undone = await cli('rollback', ['undo', deployment, '-n', namespace, '--yes', ...quickly]);
  const id = runIdIn(undone);
  await bindUsers(cluster, namespace, everyLess(viewer, ['get leases.coordination.k8s.io', 'list configmaps', 'get configmaps']));
  for (const [permission, command] of [['get leases.coordination.k8s.io', 'runs'], ['list configmaps', 'runs'], ['get leases.coordination.k8s.io', 'status'], ['get configmaps', 'status']] as const) {
    const [rule = ''] = permission.split('.');
    await waitUntil(async () => {
      const shown = await cli('rollback', [command, ...(command === 'status' ? [id] : []), '-n', namespace, `--as=${lessOf(permission)}`]);
      expect([permission, shown]).toMatchObject([permission, { exitCode: 0, stdout: expect.stringContaining(id), stderr: expect.stringMatching(new RegExp(`could not be asked[^]*${rule}`)) }]);
      return true;
    }, { what: `${command} without ${permission}` });
  }
}, 120_000);

/** Types whose controllers are not needed here: only who may read them. */
async function serveTypes(plane: ControlPlane): Promise<void> {
  const types = [...Object.keys(owners), ...applications.slice(0, 1), autoscalers].map((permission) => permission.split(' ')[1]!.split(/\.(.*)/));
  const kinds: Record<string, string> = { prometheuses: 'Prometheus', prometheusagents: 'PrometheusAgent', alertmanagers: 'Alertmanager', thanosrulers: 'ThanosRuler', kustomizations: 'Kustomization', helmreleases: 'HelmRelease', applications: 'Application', verticalpodautoscalers: 'VerticalPodAutoscaler' };
  const items = types.map(([plural = '', group = '']) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
    spec: {
      group,
      names: { plural, singular: kinds[plural]!.toLowerCase(), kind: kinds[plural] },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
    },
  }));
  await kubectl(plane, ['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  await kubectl(plane, ['wait', '--for=condition=Established', '--timeout=60s', ...items.map(({ metadata }) => `crd/${metadata.name}`)]);
}

test('an owner that may not be read is named with the permission; so is what may not be listed of autoscalers', async ({ cli }) => {
  const plane = await startControlPlane(inject('runFolder'), 'roles');
  await serveTypes(plane);
  const namespace = await createNamespace(plane);
  await deploy(plane, namespace, deployment, thanosQuery({ replicas: 1 }));
  await rollOut(plane, namespace, deployment, 'thanos:v0.43.0');
  const mark = (metadata: object) => kubectl(plane, ['patch', deployment, '--type=merge', '-p', JSON.stringify({ metadata })], { namespace });
  const plan = (as: string) => cli('rollback', ['plan', deployment, '-n', namespace, `--as=${as}`], { kubeconfig: plane.kubeconfig });
  const blindUser = 'no-applications';
  await bindUsers(plane, namespace, { whole: viewer, [blindUser]: without(viewer, ...applications), ...everyLess(viewer, [...Object.keys(owners), ...applications, autoscalers]) });
  const whole = 'whole';
  await waitUntil(async () => (await plan(whole)).exitCode === 0, { what: 'the whole role' });
  expect((await plan(whole)).stdout).not.toContain('not looked at');

  const blind = lessOf(autoscalers);
  await waitUntil(async () => (await plan(blind)).stdout.replace(/\s+/g, ' ').includes(`not looked at, you may not: ${autoscalers}. `), { what: 'the autoscalers to be missed' });

  for (const [permission, plural] of Object.entries(owners)) {
    const type = permission.split(' ')[1]!;
    const [, group] = type.split(/\.(.*)/);
    const kind = (await kubectl(plane, ['get', `crd/${type}`, '-o', 'jsonpath={.spec.names.kind}'])).stdout;
    const name = `above-${plural}`;
    const made = await kubectl(plane, ['create', '-o', 'json', '-f', '-'], { namespace, input: JSON.stringify({ apiVersion: `${group}/v1`, kind, metadata: { name } }) });
    const ownerReferences = [{ apiVersion: `${group}/v1`, kind, name, uid: JSON.parse(made.stdout).metadata.uid, controller: true }];
    await mark(group!.includes('fluxcd') ? { ownerReferences: null, labels: { [`${group}/name`]: name, [`${group}/namespace`]: namespace } } : { ownerReferences });
    await waitUntil(async () => {
      const refused = await plan(lessOf(permission));
      expect([permission, refused]).toMatchObject([permission, { exitCode: 4, stdout: '', stderr: expect.stringMatching(new RegExp(`\n  ${kind.toLowerCase()}/${name} [^\n]*not looked at, you may not ${permission}`)) }]);
      return true;
    }, { what: `${permission} to be missed` });
    expect((await plan(whole)).stderr).not.toContain('not looked at');
    if (group!.includes('fluxcd')) await mark({ labels: { [`${group}/name`]: null, [`${group}/namespace`]: null } });
  }

  await mark({ ownerReferences: null, annotations: { 'argocd.argoproj.io/tracking-id': `${namespace}_above:apps/Deployment:${namespace}/thanos-query` } });
  await kubectl(plane, ['create', '-f', '-'], { namespace, input: JSON.stringify({ apiVersion: 'argoproj.io/v1', kind: 'Application', metadata: { name: 'above' }, spec: {} }) });
  for (const permission of applications) {
    await waitUntil(async () => {
      const refused = await plan(lessOf(permission));
      expect([permission, refused]).toMatchObject([permission, { exitCode: 4, stderr: expect.stringContaining('\n  application/above ') }]);
      expect(refused.stderr).not.toContain('not looked at');
      return true;
    }, { what: `the other without ${permission}` });
  }
  await waitUntil(async () => {
    expect(await plan(blindUser)).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/\n  application\/above [^\n]*not looked at, you may not get applications\.argoproj\.io/) });
    return true;
  }, { what: 'the applications to be missed' });
}, 240_000);
