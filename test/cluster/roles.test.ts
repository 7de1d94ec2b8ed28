/** deploy/rbac: every command with exactly its role, and with each permission taken away. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, inject } from 'vitest';
import { newestRun, rollback } from '../faults/runs.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { createIdentity, type Rule } from '../support/identities.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
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

test.concurrent('the API server takes the files; each command comes to its end with exactly its role', async ({ cluster, namespace, cli, home, runFolder }) => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) await kubectl(cluster, ['apply', '--dry-run=server', '-f', join(folder, file)]);
  await deploy(cluster, namespace, set, thanosReceive());
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  const asViewer = { kubeconfig: await createIdentity(cluster, namespace, home, 'viewer', viewer) };
  const asOperator = { kubeconfig: await createIdentity(cluster, namespace, home, 'operator', operator) };
  const words = [set, '-n', namespace];
  const read = async () => {
    const { spec, status } = await readWorkload(cluster, namespace, set);
    return { image: spec.template.spec.containers[0].image, isReady: status.readyReplicas === spec.replicas && status.updatedReplicas === spec.replicas };
  };
  const good = { image: 'thanos:v0.42.3', isReady: true };

  expect(await cli('rollback', ['plan', ...words], asViewer)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['history', ...words], asViewer)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await cli('rollback', ['runs', '-n', namespace], asViewer)).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await cli('rollback', ['undo', ...words, '--yes'], asViewer)).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringMatching(/patch statefulsets[^]*create pods\/eviction[^]*Nothing was changed/) });

  const undone = await cli('rollback', ['undo', ...words, '--yes', ...quickly], asOperator);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision') });
  expect(undone.stderr).toMatch(/thanos-receive-2 evicted/);
  expect(await read()).toEqual(good);
  const first = runIdIn(undone);
  // On the machine that it was done on, and on another that has only the records.
  for (const own of [home, createCliHome(runFolder)]) {
    expect(await cli('rollback', ['status', first, '-n', namespace, '--context=viewer'], { ...asViewer, home: own })).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(`run ${first}   finished`) });
    expect(await cli('rollback', ['runs', '-n', namespace], { ...asViewer, home: own })).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(first) });
    expect(readdirSync(own).includes('state') && readdirSync(join(own, 'state/retrace/runs')).includes(first)).toBe(own === home);
  }

  const reverted = await cli('rollback', ['revert', first, '--confirm=thanos-receive'], asOperator);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect((await read()).image).toBe('thanos:broken');
  await waitUntil(async () => !(await read()).isReady, { what: 'the bad revision to roll out' });

  const plan = await cli('rollback', ['plan', ...words, ...quickly, '-o', 'json'], asViewer);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  const file = join(home, 'plan.json');
  writeFileSync(file, plan.stdout);
  const applied = await cli('rollback', ['apply', '-f', file, '--yes', '--context=operator'], asOperator);
  expect(applied, applied.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('rolled back to revision') });
  expect(await read()).toEqual(good);

  // Killed after its patch, and gone on with; then one that ran out of time.
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  const place = { cluster, namespace, home, runFolder };
  const killed = await rollback(place, ['undo', ...words, '--yes', ...quickly], 'after:5', asOperator);
  expect(killed, killed.stderr).toMatchObject({ exitCode: undefined });
  const second = newestRun(home);
  const resumed = await cli('rollback', ['resume', second], asOperator);
  expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
  expect(await read()).toEqual(good);
  expect(await cli('rollback', ['close', second], asOperator)).toEqual({ exitCode: 0, stderr: '', stdout: `run ${second} closed: what it did stays\n` });
  expect((await kubectlJson(cluster, ['get', 'secrets'], { namespace })).items.map(({ metadata }: any) => metadata.name)).not.toContain(`retrace-run-${second}`);

  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  expect(await cli('rollback', ['undo', ...words, '--yes', '--stable-for=3s', '--stuck-after=1s', '--timeout=1s'], asOperator)).toMatchObject({ exitCode: 8 });
  const late = await cli('rollback', ['resume', newestRun(home), '--timeout=2m'], asOperator);
  expect(late, late.stderr).toMatchObject({ exitCode: 0 });
  expect(await read()).toEqual(good);
}, 240_000);

for (const target of Object.keys(required)) {
  test.concurrent(`${target}: each permission that a run needs is named when it is taken away, and nothing is changed`, async ({ cluster, namespace, cli, home }) => {
    const manifests = { [set]: thanosReceive(), [deployment]: thanosQuery({ replicas: 1 }), [daemons]: nodeExporter() }[target]!;
    await deploy(cluster, namespace, target, manifests);
    await rollOutBadly(cluster, namespace, target, 'thanos:broken');
    const { generation } = (await readWorkload(cluster, namespace, target)).metadata;
    const file = join(home, 'plan.json');
    writeFileSync(file, (await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json'])).stdout);
    // As whom a plan was made does not say who carries it out.
    for (const permission of required[target]!) {
      const name = permission.replace(/[^a-z]+/g, '-');
      const kubeconfig = await createIdentity(cluster, namespace, home, name, without(operator, permission));
      // Until the authorizer knows the new role, more than the one is missing.
      await waitUntil(async () => {
        for (const command of [['undo', target, '-n', namespace], ['apply', '-f', file, `--context=${name}`]]) {
          const refused = await cli('rollback', [...command, '--yes'], { kubeconfig });
          expect([permission, command, refused]).toMatchObject([permission, command, { exitCode: 4, stdout: '', stderr: expect.stringContaining('Nothing was changed.') }]);
          const named = refused.stderr.split('\n').filter((line) => /^  \S+ \S+ in /.test(line));
          expect([command, ...named]).toEqual([command, expect.stringMatching(new RegExp(`^  ${permission.replaceAll('.', '\\.')}(/\\S+)? in ${namespace}$`))]);
        }
        return true;
      }, { what: `${permission} to be what is missing` });
    }
    expect((await readWorkload(cluster, namespace, target)).metadata.generation).toBe(generation);
    expect((await kubectl(cluster, ['get', 'lease,configmap,secret', '-o', 'name'], { namespace })).stdout).not.toContain('retrace');
  }, 240_000);
}

test.concurrent('what only warns, what the template names and what evidence has is gone without, and said', async ({ cluster, namespace, cli, kube, home }) => {
  const manifests = structuredClone(thanosReceive()) as any[];
  const { template } = manifests.find(({ kind }) => kind === 'StatefulSet').spec;
  template.spec.serviceAccountName = 'receive';
  template.spec.volumes = [...(template.spec.volumes ?? []), { name: 'settings', configMap: { name: 'settings' } }, { name: 'scratch', persistentVolumeClaim: { claimName: 'scratch' } }];
  await kube(['create', 'serviceaccount', 'receive']);
  await kube(['create', 'configmap', 'settings', '--from-literal=a=b']);
  await kube(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'scratch' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }) });
  await deploy(cluster, namespace, set, manifests);
  await rollOutBadly(cluster, namespace, set, 'thanos:broken');
  const as = async (permission: string) => ({ kubeconfig: await createIdentity(cluster, namespace, home, `less-${permission.replace(/[^a-z]+/g, '-')}`, without(operator, permission)) });
  const said: [string, RegExp][] = [
    ...warning.map((permission): [string, RegExp] => [permission, new RegExp(`not looked at, you may not: ${permission.replaceAll('.', '\\.')}\\. `)]),
    ...Object.entries(references).map(([permission, name]): [string, RegExp] => [permission, new RegExp(`/${name}[^\\n]*${permission}`)]),
  ];
  for (const [permission, expected] of said) {
    const identity = await as(permission);
    await waitUntil(async () => {
      const planned = await cli('rollback', ['plan', set, '-n', namespace], identity);
      expect([permission, planned]).toMatchObject([permission, { exitCode: 0, stderr: '' }]);
      expect(planned.stdout.replace(/\s+/g, ' ')).toMatch(expected);
      return true;
    }, { what: `a plan without ${permission}` });
  }
  for (const [permission, gap] of Object.entries(evidence)) {
    const identity = await as(permission);
    // Until the authorizer knows the new role, it is refused.
    await waitUntil(async () => (await cli('rollback', ['history', set, '-n', namespace], identity)).exitCode === 0, { what: `the role without ${permission}` });
    await rollOutBadly(cluster, namespace, set, 'thanos:broken');
    const undone = await cli('rollback', ['undo', set, '-n', namespace, '--yes', ...quickly], identity);
    expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
    const status = await cli('rollback', ['status', runIdIn(undone)], identity);
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    for (const text of [undone.stderr, status.stdout]) expect(text).toMatch(new RegExp(`kept, [^\\n]*without ${gap}[^\\n]* \\(you may not ${permission}\\)`));
  }
}, 240_000);

test.concurrent('who may not read a lock is told so, and sees the runs of this machine', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, deployment, thanosQuery({ replicas: 1 }));
  await rollOut(cluster, namespace, deployment, 'thanos:v0.43.0');
  const undone = await cli('rollback', ['undo', deployment, '-n', namespace, '--yes', ...quickly]);
  const id = runIdIn(undone);
  for (const [permission, command] of [['get leases.coordination.k8s.io', 'runs'], ['list configmaps', 'runs'], ['get leases.coordination.k8s.io', 'status'], ['get configmaps', 'status']] as const) {
    const name = `${command}-${permission.replace(/[^a-z]+/g, '-')}`;
    const kubeconfig = await createIdentity(cluster, namespace, home, name, without(viewer, permission));
    const [rule = ''] = permission.split('.');
    await waitUntil(async () => {
      const shown = await cli('rollback', [command, ...(command === 'status' ? [id] : []), '-n', namespace, `--context=${name}`], { kubeconfig });
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

test('an owner that may not be read is named with the permission; so is what may not be listed of autoscalers', async ({ cli, home }) => {
  const plane = await startControlPlane(inject('runFolder'), 'roles');
  await serveTypes(plane);
  const namespace = await createNamespace(plane);
  await deploy(plane, namespace, deployment, thanosQuery({ replicas: 1 }));
  await rollOut(plane, namespace, deployment, 'thanos:v0.43.0');
  const as = (name: string, rules: Rule[]) => createIdentity(plane, namespace, home, name, rules);
  const mark = (metadata: object) => kubectl(plane, ['patch', deployment, '--type=merge', '-p', JSON.stringify({ metadata })], { namespace });
  const plan = (kubeconfig: string) => cli('rollback', ['plan', deployment, '-n', namespace], { kubeconfig });
  const whole = await as('whole', viewer);
  await waitUntil(async () => (await plan(whole)).exitCode === 0, { what: 'the whole role' });
  expect((await plan(whole)).stdout).not.toContain('not looked at');

  const blind = await as('no-vpa', without(viewer, autoscalers));
  await waitUntil(async () => (await plan(blind)).stdout.replace(/\s+/g, ' ').includes(`not looked at, you may not: ${autoscalers}. `), { what: 'the autoscalers to be missed' });

  for (const [permission, plural] of Object.entries(owners)) {
    const type = permission.split(' ')[1]!;
    const [, group] = type.split(/\.(.*)/);
    const kind = (await kubectl(plane, ['get', `crd/${type}`, '-o', 'jsonpath={.spec.names.kind}'])).stdout;
    const name = `above-${plural}`;
    const made = await kubectl(plane, ['create', '-o', 'json', '-f', '-'], { namespace, input: JSON.stringify({ apiVersion: `${group}/v1`, kind, metadata: { name } }) });
    const ownerReferences = [{ apiVersion: `${group}/v1`, kind, name, uid: JSON.parse(made.stdout).metadata.uid, controller: true }];
    await mark(group!.includes('fluxcd') ? { ownerReferences: null, labels: { [`${group}/name`]: name, [`${group}/namespace`]: namespace } } : { ownerReferences });
    const kubeconfig = await as(`no-${plural}`, without(viewer, permission));
    await waitUntil(async () => {
      const refused = await plan(kubeconfig);
      expect([permission, refused]).toMatchObject([permission, { exitCode: 4, stdout: '', stderr: expect.stringMatching(new RegExp(`\n  ${kind.toLowerCase()}/${name} [^\n]*not looked at, you may not ${permission}`)) }]);
      return true;
    }, { what: `${permission} to be missed` });
    expect((await plan(whole)).stderr).not.toContain('not looked at');
    if (group!.includes('fluxcd')) await mark({ labels: { [`${group}/name`]: null, [`${group}/namespace`]: null } });
  }

  await mark({ ownerReferences: null, annotations: { 'argocd.argoproj.io/tracking-id': `${namespace}_above:apps/Deployment:${namespace}/thanos-query` } });
  await kubectl(plane, ['create', '-f', '-'], { namespace, input: JSON.stringify({ apiVersion: 'argoproj.io/v1', kind: 'Application', metadata: { name: 'above' }, spec: {} }) });
  for (const [index, permission] of applications.entries()) {
    const one = await as(`one-${index}`, without(viewer, permission));
    await waitUntil(async () => {
      const refused = await plan(one);
      expect([permission, refused]).toMatchObject([permission, { exitCode: 4, stderr: expect.stringContaining('\n  application/above ') }]);
      expect(refused.stderr).not.toContain('not looked at');
      return true;
    }, { what: `the other without ${permission}` });
  }
  const none = await as('no-applications', without(viewer, ...applications));
  await waitUntil(async () => {
    expect(await plan(none)).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/\n  application\/above [^\n]*not looked at, you may not get applications\.argoproj\.io/) });
    return true;
  }, { what: 'the applications to be missed' });
}, 240_000);
