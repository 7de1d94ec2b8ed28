/** Objects without revisions, broken and taken back by one verb: to what was applied, to a snapshot, to a Helm manifest, to what a run found. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { helm, writeChart } from '../support/helm.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { deploy, quickly, readyPodUids, runIdIn } from '../support/roll-outs.ts';
import { keepSnapshot } from '../support/kept-snapshots.ts';
import { applyManifests } from '../support/workloads.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: { 'h.json': '["a","b"]', LEVEL: 'info' } };

function reader(name: string, container: object, spec: object = {}): Record<string, any> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'thanos:v0.41.0', ...container }], ...spec } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 1, selector: { matchLabels: labels }, template } };
}

const byVariable = reader('by-variable', { envFrom: [{ configMapRef: { name: 'config' } }] });
const byFile = reader('by-file', { args: ['receive', '--receive.hashrings-file=/etc/r/h.json'], volumeMounts: [{ name: 'v', mountPath: '/etc/r' }] }, { volumes: [{ name: 'v', configMap: { name: 'config' } }] });

const patch = (cluster: ControlPlane, namespace: string, target: string, change: object, type = 'merge') =>
  kubectl(cluster, ['patch', target, `--type=${type}`, '-p', JSON.stringify(change)], { namespace });

const dataOf = async (cluster: ControlPlane, namespace: string, target = 'configmap/config') => (await kubectlJson(cluster, ['get', target], { namespace })).data;
const bad = { data: { 'h.json': '["a"]', LEVEL: 'debug' } };

test.concurrent('a ConfigMap, to what was applied; who reads it at its start gets new pods, who reads it live keeps its own', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, 'deploy/by-variable', [configMap, byVariable]);
  await deploy(cluster, namespace, 'deploy/by-file', [byFile]);
  await patch(cluster, namespace, 'configmap/config', bad);
  const before = await readyPodUids(cluster, namespace);

  const plan = await cli('rollback', ['plan', 'cm/config', '-n', namespace, ...quickly]);
  expect(plan, plan.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plan.stdout).toContain('data[LEVEL]');
  expect(plan.stdout).toContain('configmap/config goes back to last-applied');
  expect(plan.stdout).toContain(`kubectl rollout restart deployment/by-variable -n ${namespace}`);
  expect(plan.stdout).not.toMatch(/\d restart /);

  const undone = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--restart=auto', '--yes', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: 'configmap/config updated\n' });
  expect(await dataOf(cluster, namespace)).toEqual(configMap.data);
  const after = await readyPodUids(cluster, namespace);
  const ofName = (pods: Record<string, string>, name: string) => Object.entries(pods).filter(([pod]) => pod.startsWith(name));
  expect(ofName(after, 'by-file')).toEqual(ofName(before, 'by-file'));
  expect(ofName(after, 'by-variable')).toHaveLength(1);
  expect(ofName(after, 'by-variable')).not.toEqual(ofName(before, 'by-variable'));

  const again = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--yes', ...quickly]);
  expect(again).toMatchObject({ exitCode: 5, stdout: '' });
  expect(again.stderr).toMatch(/nothing to go back to for configmap\/config\n.*last-applied.*as it is now/s);
});

test.concurrent('a Secret, to the snapshot that was verified good, and its values are in no byte of what is kept or said', async ({ cluster, namespace, cli, home }) => {
  const secret = (value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, stringData: { token: value } });
  const [good, wrong, older] = ['planted-good-Zq81', 'planted-wrong-Zq82', 'planted-older-Zq83'];
  const user = reader('user', { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'token' } } }] });
  await applyManifests(cluster, namespace, [secret(good!)]);
  await keepSnapshot(cluster, namespace, home, { id: 's-20261120-0100', startedAt: '2026-11-20T01:00:00Z', targets: ['secret/token'], tags: { verified: 'good' } });
  await applyManifests(cluster, namespace, [secret(older!)]);
  await keepSnapshot(cluster, namespace, home, { id: 's-20261121-0100', startedAt: '2026-11-21T01:00:00Z', targets: ['secret/token'] });
  await keepSnapshot(cluster, namespace, home, { id: 's-20261122-0100', startedAt: '2026-11-22T01:00:00Z', targets: ['secret/token'], tags: { verified: 'good' }, clusterUid: 'another' });
  await deploy(cluster, namespace, 'deploy/user', [secret(wrong!), user]);
  const before = await readyPodUids(cluster, namespace);
  const saved = await cli('rollback', ['plan', 'secret/token', '-n', namespace, '-o', 'json']);
  const undone = await cli('rollback', ['undo', 'secret/token', '-n', namespace, '--restart=auto', '--yes', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: 'secret/token updated\n' });
  expect(undone.stderr).toMatch(/goes back to snapshot:s-20261120-0100,[^\n]* verified good/);
  expect(undone.stderr).toContain('snapshot:s-20261121-0100');
  expect(Buffer.from((await dataOf(cluster, namespace, 'secret/token')).token, 'base64').toString()).toBe(good);
  expect(await readyPodUids(cluster, namespace)).not.toEqual(before);
  const record = await kubectlJson(cluster, ['get', 'configmap', `retrace-run-${runIdIn(undone).slice(2)}`, '--ignore-not-found'], { namespace }).catch(() => ({}));
  const all = [...filesBelow(home), JSON.stringify(record), saved.stdout, saved.stderr, undone.stdout, undone.stderr].join('\n');
  expect(all.length).toBeGreaterThan(1000);
  for (const value of [good, wrong, older]) for (const form of [value!, Buffer.from(value!).toString('base64').replace(/=+$/, '')]) expect(all).not.toContain(form);
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))).filter((path) => statSync(path).isFile()).map((path) => readFileSync(path).toString('latin1'));
}

test.concurrent('a Service and an Ingress by one verb, each to its own source', async ({ cluster, namespace, cli, home }) => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } };
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec: { rules: [{ host: 'web.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }] } };
  await applyManifests(cluster, namespace, [service]);
  await kubectl(cluster, ['create', '-f', '-'], { namespace, input: JSON.stringify(ingress) });
  await keepSnapshot(cluster, namespace, home, { id: 's-20261120-0100', startedAt: '2026-11-20T01:00:00Z', targets: ['ingress/web'] });
  const [address] = (await kubectlJson(cluster, ['get', 'service/web'], { namespace })).spec.clusterIPs;
  await patch(cluster, namespace, 'service/web', { spec: { selector: { app: 'wrong', tier: 'x' } } });
  await patch(cluster, namespace, 'ingress/web', [{ op: 'replace', path: '/spec/rules/0/host', value: 'wrong.example' }], 'json');
  const undone = await cli('rollback', ['undo', 'svc/web', 'ing/web', '-n', namespace, '--yes', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  const live = (await kubectlJson(cluster, ['get', 'service/web'], { namespace })).spec;
  expect(live).toMatchObject({ selector: { app: 'web' }, clusterIPs: [address] });
  expect((await kubectlJson(cluster, ['get', 'ingress/web'], { namespace })).spec.rules[0].host).toBe('web.example');
});

test.concurrent('different states are listed, and the person chooses; with none at all the next time is named', async ({ cluster, namespace, cli, home }) => {
  await kubectl(cluster, ['create', 'configmap', 'config', '--from-literal=a=1'], { namespace });
  const none = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--yes']);
  expect(none).toMatchObject({ exitCode: 5, stdout: '' });
  expect(none.stderr).toMatch(/^error: there is nothing to go back to for configmap\/config\n[^]*kubectl snapshot create/);

  await keepSnapshot(cluster, namespace, home, { id: 's-20261120-0100', startedAt: '2026-11-20T01:00:00Z', targets: ['configmap/config'] });
  await applyManifests(cluster, namespace, [{ ...configMap, data: { a: '2' } }]);
  await patch(cluster, namespace, 'configmap/config', { data: { a: '3' } });
  const listed = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--yes']);
  expect(listed).toMatchObject({ exitCode: 5, stdout: '' });
  expect(listed.stderr).toMatch(/different states[^]*last-applied[^]*snapshot:s-20261120-0100 +2026-11-20 01:00 UTC +changes data\[a\]\n[^]*Choose one: +kubectl rollback undo configmap\/config -n \S+ --to=/);
  const unknown = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--to=snapshot:s-1', '--yes']);
  expect(unknown).toMatchObject({ exitCode: 5, stdout: '' });
  const revision = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--to=6', '--yes']);
  expect(revision).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('snapshot:ID') });

  const first = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--to=snapshot:s-20261120-0100', '--yes']);
  expect(first, first.stderr).toMatchObject({ exitCode: 0 });
  expect(await dataOf(cluster, namespace)).toEqual({ a: '1' });
  const second = await cli('rollback', ['undo', 'cm/config', '-n', namespace, `--to=run:${runIdIn(first)}`, '--yes']);
  expect(second, second.stderr).toMatchObject({ exitCode: 0 });
  expect(await dataOf(cluster, namespace)).toEqual({ a: '3' });
});

test.concurrent('a workload is not taken to a snapshot by undo, but by the restore that it names, to the letter', async ({ cluster, namespace, cli }) => {
  await deploy(cluster, namespace, 'deploy/by-variable', [configMap, byVariable]);
  const made = await cli('snapshot', ['create', '-n', namespace, '--kinds=deployments', '-o', 'name']);
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  const id = made.stdout.trim();
  await kubectl(cluster, ['set', 'image', 'deploy/by-variable', 'c=thanos:v0.42.0'], { namespace });
  const undo = (to: string, ...flags: string[]) => cli('rollback', ['undo', 'deploy/by-variable', '-n', namespace, `--to=${to}`, '--yes', ...flags]);
  const imageOf = async () => (await kubectlJson(cluster, ['get', 'deploy/by-variable'], { namespace })).spec.template.spec.containers[0].image;
  const refused = await undo(`snapshot:${id}`);
  const command = `kubectl snapshot restore ${id} deployment/by-variable -n ${namespace}`;
  expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`${command}\n`) });
  expect(refused.stderr).toContain(`kubectl rollback history deployment/by-variable -n ${namespace}\n`);
  expect(await undo('run:r-1', '--repo=s3://b/team', "--identity=my key")).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`kubectl snapshot restore run:r-1 deployment/by-variable -n ${namespace} --repo=s3://b/team --identity='my key'\n`) });
  expect(await undo('helm:3')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--to: "helm:3" is not what it takes') });
  expect(await imageOf()).toBe('thanos:v0.42.0');
  const restored = await cli('snapshot', [...command.split(' ').slice(2), '--yes', ...quickly]);
  expect(restored, restored.stderr).toMatchObject({ exitCode: 0 });
  expect(await imageOf()).toBe('thanos:v0.41.0');
});

test.concurrent('a snapshot file that cannot be read is named beside the older state that is chosen', async ({ cluster, namespace, cli, home }) => {
  await kubectl(cluster, ['create', 'configmap', 'config', '--from-literal=a=1'], { namespace });
  for (const day of [20, 21]) await keepSnapshot(cluster, namespace, home, { id: `s-202611${day}-0100`, startedAt: `2026-11-${day}T01:00:00Z`, targets: ['configmap/config'] });
  writeFileSync(join(home, 'data', 'retrace', 'snapshots', 's-20261121-0100.retrace'), 'cut off');
  await patch(cluster, namespace, 'configmap/config', { data: { a: '2' } });
  const plan = await cli('rollback', ['plan', 'cm/config', '-n', namespace]);
  expect(plan, plan.stderr).toMatchObject({ exitCode: 0 });
  expect(plan.stdout).toContain('goes back to snapshot:s-20261120-0100');
  expect(plan.stdout.replace(/\s+/g, ' ')).toContain('not looked at for configmap/config: snapshot:s-20261121-0100 (snapshot.corrupt)');
});

test.concurrent('a workload and what it reads by one verb: the object first, and new pods once', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, 'deploy/by-variable', [configMap, byVariable]);
  await patch(cluster, namespace, 'configmap/config', bad);
  await kubectl(cluster, ['set', 'image', 'deploy/by-variable', 'c=thanos:broken'], { namespace });
  const words = ['deploy/by-variable', 'cm/config', '-n', namespace, '--restart=auto', ...quickly];
  const planned = await cli('rollback', ['plan', ...words, '-o', 'json']);
  expect(planned, planned.stderr).toMatchObject({ exitCode: 0 });
  const { steps } = JSON.parse(planned.stdout);
  expect(steps.map(({ kind }: any) => kind)).toEqual(['keep-objects', 'keep-evidence', 'write-objects', 'patch-template', 'wait-rollout']);
  const file = join(home, 'plan.json');
  writeFileSync(file, planned.stdout);
  const applied = await cli('rollback', ['apply', '-f', file, '--yes']);
  expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
  expect(await dataOf(cluster, namespace)).toEqual(configMap.data);
  expect(Object.keys(await readyPodUids(cluster, namespace))).toHaveLength(1);
  const reverted = await cli('rollback', ['revert', runIdIn(applied), '-n', namespace, '--confirm=by-variable']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect(await dataOf(cluster, namespace)).toEqual(bad.data);
  expect((await kubectlJson(cluster, ['get', 'deploy/by-variable'], { namespace })).spec.template.spec.containers[0].image).toBe('thanos:broken');
  await kubectl(cluster, ['set', 'image', 'deploy/by-variable', 'c=thanos:v0.41.0'], { namespace });
  // What the plan was based on is no longer so.
  await patch(cluster, namespace, 'configmap/config', bad);
  expect(await cli('rollback', ['apply', '-f', file, '--yes'])).toMatchObject({ exitCode: 5 });
});

test.concurrent('of a Helm release: refused; done here nevertheless, to the manifest in force or to another revision', async ({ cluster, namespace, runFolder, cli }) => {
  const chart = writeChart(runFolder, 'settings', [{ ...configMap, data: { LEVEL: '{{ .Values.level }}' } }], { level: 'info' });
  await helm(cluster, runFolder, ['install', 'kps', chart, '-n', namespace]);
  await helm(cluster, runFolder, ['upgrade', 'kps', chart, '-n', namespace, '--set', 'level=warn']);
  await patch(cluster, namespace, 'configmap/config', { data: { LEVEL: 'debug' } });
  const refused = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--yes']);
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  expect(refused.stderr).toMatch(/written by helm release kps[^]*helm rollback kps 1[^]*--without-hold/);
  expect(await dataOf(cluster, namespace)).toEqual({ LEVEL: 'debug' });
  const inForce = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--without-hold', '--yes']);
  expect(inForce, inForce.stderr).toMatchObject({ exitCode: 0 });
  expect(inForce.stderr).toMatch(/helm:2/);
  expect(await dataOf(cluster, namespace)).toEqual({ LEVEL: 'warn' });
  const other = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--without-hold', '--to=helm:1', '--yes']);
  expect(other, other.stderr).toMatchObject({ exitCode: 0 });
  expect(await dataOf(cluster, namespace)).toEqual({ LEVEL: 'info' });
  const { labels, annotations } = (await kubectlJson(cluster, ['get', 'configmap/config'], { namespace })).metadata;
  expect([labels['app.kubernetes.io/managed-by'], annotations['meta.helm.sh/release-name']]).toEqual(['Helm', 'kps']);
});

test.concurrent('a history of what an object can go back to; one that was deleted comes back, a name that never was is told', async ({ cluster, namespace, cli, home }) => {
  await applyManifests(cluster, namespace, [configMap]);
  await keepSnapshot(cluster, namespace, home, { id: 's-20261120-0100', startedAt: '2026-11-20T01:00:00Z', targets: ['configmap/config'], tags: { verified: 'good' } });
  await patch(cluster, namespace, 'configmap/config', bad);
  const history = await cli('rollback', ['history', 'cm/config', '-n', namespace]);
  expect(history).toMatchObject({ exitCode: 0, stderr: '' });
  expect(history.stdout).toMatch(/^configmap\/config {3}namespace \S+\nSTATE +AT +VERIFIED +CHANGED *\nsnapshot:s-20261120-0100 +2026-11-20 01:00 UTC +good +data[^\n]*\nlast-applied +\S+ \S+ UTC +- +data[^\n]*\n$/);
  expect((await cli('rollback', ['history', 'cm/config', '-n', namespace, '-o', 'name'])).stdout).toBe('snapshot:s-20261120-0100\nlast-applied\n');

  await kubectl(cluster, ['delete', 'configmap/config'], { namespace });
  const undone = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--yes']);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0, stdout: 'configmap/config created\n' });
  expect(await dataOf(cluster, namespace)).toEqual(configMap.data);
  const never = await cli('rollback', ['undo', 'cm/confi', '-n', namespace, '--yes']);
  expect(never).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringMatching(/configmap\/confi[^]*config/) });
  const reverted = await cli('rollback', ['revert', runIdIn(undone), '-n', namespace, '--confirm=config']);
  expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
  expect((await kubectl(cluster, ['get', 'configmap/config', '--ignore-not-found'], { namespace })).stdout).toBe('');
});

test.concurrent('with exactly the roles of deploy/rbac: done; what they do not show is said', async ({ cluster, namespace, cli, home }) => {
  const folder = join(import.meta.dirname, '../../deploy/rbac');
  for (const role of ['viewer', 'operator', 'objects']) {
    const { rules } = load(readFileSync(join(folder, `${role}.yaml`), 'utf8')) as { rules: object[] };
    const name = `retrace-${role}`;
    await applyManifests(cluster, namespace, [
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }, subjects: [{ kind: 'User', name: 'sre', apiGroup: 'rbac.authorization.k8s.io' }] },
    ]);
  }
  const secret = (value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, stringData: { token: value } });
  await applyManifests(cluster, namespace, [secret('good')]);
  await deploy(cluster, namespace, 'deploy/by-variable', [configMap, byVariable]);
  await keepSnapshot(cluster, namespace, home, { id: 's-20261120-0100', startedAt: '2026-11-20T01:00:00Z', targets: ['secret/token'] });
  await patch(cluster, namespace, 'configmap/config', bad);
  await applyManifests(cluster, namespace, [secret('wrong')]);
  const undone = await cli('rollback', ['undo', 'cm/config', 'secret/token', '-n', namespace, '--restart=auto', '--yes', '--as=sre', ...quickly]);
  expect(undone, undone.stderr).toMatchObject({ exitCode: 0 });
  expect(undone.stderr).toMatch(/not looked at, you may not: (get namespaces[^;]*; )?list persistentvolumes\. /);
  expect(await dataOf(cluster, namespace)).toEqual(configMap.data);
  const viewer = await cli('rollback', ['undo', 'cm/config', '-n', namespace, '--to=snapshot:none', '--yes', '--as=nobody']);
  expect(viewer).toMatchObject({ exitCode: 4, stdout: '' });
});
