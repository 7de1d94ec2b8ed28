/** Values that nobody may see are planted wherever people put them; then every byte that was printed or kept is searched. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect } from 'vitest';
import { parseSnapshot } from '../../lib/snapshot/file/parse.ts';
import { readIdentities } from '../../lib/snapshot/identity.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { createIdentity, readingRules } from '../support/identities.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { setPodLogs } from '../support/pod-logs.ts';
import { deploy, runIdIn, waitForFailingPod, withSpec } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, thanosReceive } from '../support/workloads.ts';
import { makeContext } from '../unit/kube/test-context.ts';

const target = 'sts/thanos-receive';
const mark = 'pl4nted';

/** The ways in which credentials stand in a pod template; `round` makes those of two revisions differ. */
function plant(spec: any, round: string): void {
  const secret = (kind: string) => `${mark}-${kind}-${round}`;
  const [container] = spec.template.spec.containers;
  container.args = [
    ...(container.args ?? []),
    `--remote.password=${secret('arg')}`,
    '--objstore.secret-key',
    secret('next-arg'),
    `--remote-write.url=https://writer:${secret('url')}@central.example.com/api/v1/receive`,
    `--header=Authorization: Bearer ${secret('bearer')}`,
    `--config=${JSON.stringify({ basic_auth: { username: 'u', password: secret('json') } })}`,
    `--tracing.config=type: JAEGER\nconfig:\n  password: ${secret('yaml')}\n`,
  ];
  container.env = [
    ...(container.env ?? []),
    { name: 'DB_PASSWORD', value: secret('env') },
    { name: 'AWS_SECRET_ACCESS_KEY', value: secret('aws') },
    { name: 'REMOTE', value: `https://writer:${secret('env-url')}@central.example.com` },
    { name: 'WEB_CONFIG', value: `basic_auth_users:\n  - password: ${secret('basic')}\nbasic_auth:\n  username: u\n  password: ${secret('basic-auth')}\n` },
    { name: 'ROUND', value: round },
  ];
  spec.template.metadata.annotations = { ...spec.template.metadata.annotations, 'example.com/login': `curl --token=${secret('annotation')} -u x` };
}

function manifestsOf(round: string, image: string) {
  const manifests = withSpec(thanosReceive({ image }), (spec) => plant(spec, round));
  const set: any = manifests.find((manifest) => manifest.kind === 'StatefulSet');
  // As kubectl apply leaves it: the whole object as text.
  set.metadata.annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(set),
    'kubernetes.io/change-cause': `kubectl set env ${target} DB_PASSWORD=${mark}-cause-${round}`,
  };
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { 'web.yml': `basic_auth:\n  password: ${mark}-configmap-${round}\n` } };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, stringData: { password: `${mark}-secret-${round}` } };
  return [...manifests, config, secret];
}

/** An admission rule of the namespace whose refusal quotes what it was sent. */
async function refuseChanges(cluster: ControlPlane, namespace: string): Promise<void> {
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: namespace },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['statefulsets'] }] },
      // Dry runs pass, so that it is the run itself that is refused.
      matchConditions: [{ name: 'here', expression: `request.namespace == '${namespace}' && request.dryRun != true` }],
      validations: [{ expression: 'object.metadata.name == ""', message: `not on Fridays: password=${mark}-admission, see https://hook:${mark}-admission@hooks.example.com` }],
    },
  };
  const binding = { apiVersion: policy.apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: namespace }, spec: { policyName: namespace, validationActions: ['Deny'] } };
  await kubectl(cluster, ['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [policy, binding] }) });
  // kubectl sends nothing for a label that is there.
  const isInForce = async () => (await kubectl(cluster, ['label', target, `probe=at-${performance.now()}`, '--overwrite'], { namespace, allowFailure: true })).exitCode !== 0;
  await waitUntil(isInForce, { what: 'the admission rule' });
}

const leaksIn = (text: string) => [...text.matchAll(new RegExp(`.{0,60}${mark}.{0,20}`, 'g'))].map(([around]) => around);

test.concurrent('no planted value is printed or kept, in no form and in no failure; only the key at hand opens them in what the run found', async ({ cluster, namespace, cli, home }) => {
  await deploy(cluster, namespace, target, manifestsOf('one', 'thanos:v0.42.3'));
  await applyManifests(cluster, namespace, manifestsOf('two', 'thanos:broken'));
  await waitForFailingPod(cluster, namespace, 'thanos:broken');
  await setPodLogs(cluster, namespace, 'thanos-receive-2', {
    current: [
      `level=info url=https://writer:${mark}-log-url@central.example.com/api`,
      `level=info msg="login" password=${mark}-log-password token="${mark}-log-token"`,
      `{"msg":"sent","headers":{"Authorization":"Bearer ${mark}-log-bearer"},"api_key":"${mark}-log-json"}`,
    ],
    previous: [`panic: cannot log in with Authorization: Basic ${mark}logbasic=`],
  });
  const viewer = await createIdentity(cluster, namespace, home, 'viewer', readingRules);
  const words = [target, '-n', namespace];
  const leaks: [string, string[]][] = [];
  const run = async (args: string[], kubeconfig = cluster.kubeconfig) => {
    const result = await cli('rollback', args, { kubeconfig });
    leaks.push([args.join(' '), leaksIn(result.stdout + result.stderr)]);
    return result;
  };

  for (const form of ['table', 'wide', 'json', 'yaml', 'name']) expect(await run(['plan', ...words, '-o', form])).toMatchObject({ exitCode: 0 });
  for (const form of ['wide', 'json']) expect(await run(['history', ...words, '-o', form])).toMatchObject({ exitCode: 0 });
  expect(await run(['plan', ...words, `--token=${mark}-token`, '-v', '9'])).toMatchObject({ exitCode: 4 });
  expect(await run(['plan', 'sts/thanos-reciever', '-n', namespace, `--token=${mark}-token`, '-o', 'json'])).toMatchObject({ exitCode: 4 });
  expect(await run(['undo', ...words, '--yes', '-v', '9'], viewer)).toMatchObject({ exitCode: 4 });
  expect(await run(['undo', ...words, '--yes', '-o', 'json'], viewer)).toMatchObject({ exitCode: 4 });
  const forRecord = [`--reason=login fails: password=${mark}-reason, https://jin:${mark}-reason@central.example.com`, `--ticket=INC-7 Bearer ${mark}ticketbearer`];
  await refuseChanges(cluster, namespace);
  const rejected = await run(['undo', ...words, '--yes', ...forRecord]);
  expect(rejected, rejected.stderr).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('not on Fridays') });
  await kubectl(cluster, ['delete', `validatingadmissionpolicybinding/${namespace}`, `validatingadmissionpolicy/${namespace}`]);
  const late = await run(['undo', ...words, '--yes', ...forRecord, '-v', '9', '--stable-for=10m', '--stuck-after=1s', '--timeout=1s']);
  expect(late).toMatchObject({ exitCode: 8 });
  const id = runIdIn(late);
  for (const form of ['table', 'json']) expect(await run(['status', id, '-o', form])).toMatchObject({ exitCode: 0 });
  expect(await run(['runs', '-o', 'json'])).toMatchObject({ exitCode: 0 });
  expect(await run(['revert', id, '--dry-run=server', '-o', 'json'])).toMatchObject({ exitCode: 0 });
  expect(await run(['resume', id, '--timeout=1s', '-o', 'json'])).toMatchObject({ exitCode: 8 });
  expect(await run(['close', id, '-o', 'json'])).toMatchObject({ exitCode: 0 });
  expect(leaks.filter(([, found]) => found.length > 0)).toEqual([]);

  const state = join(home, 'state');
  const files = readdirSync(state, { recursive: true, encoding: 'utf8' }).map((path) => join(state, path)).filter((path) => statSync(path).isFile());
  const kept = files.map((path) => [path, leaksIn(readFileSync(path, 'latin1'))]);
  expect(kept.filter(([, found]) => found!.length > 0)).toEqual([]);
  for (const path of files.filter((file) => file.endsWith('.json'))) JSON.parse(readFileSync(path, 'utf8'));
  const names = files.map((path) => path.slice(path.lastIndexOf(sep) + 1));
  expect(names).toEqual(expect.arrayContaining(['plan.json', 'journal.jsonl', 'events.json', 'receive.log', 'receive.previous.log', 'pods-thanos-receive-2.json', 'statefulsets-thanos-receive.json', 'controllerrevisions.json']));
  // What was there before must be put back as it was: encrypted, for the key that was made for it, and for no other eye.
  expect(rejected.stderr).toContain(`Made a key for what is kept of Secrets and credentials: ${join(home, 'config', 'retrace', 'identity.txt')}`);
  const preImages = files.filter((path) => path.includes(`${sep}pre-images${sep}`));
  expect(preImages.length).toBeGreaterThan(0);
  const identities = await readIdentities(join(home, 'config', 'retrace', 'identity.txt'), makeContext());
  for (const path of preImages) {
    const { stored, unseal } = parseSnapshot(readFileSync(path), path);
    const whole = await unseal(identities);
    expect([path, statSync(path).mode & 0o077, leaksIn(JSON.stringify(stored)), leaksIn(JSON.stringify(whole)).length > 0]).toEqual([path, 0, [], true]);
  }

  const { items } = await kubectlJson(cluster, ['get', 'configmaps,leases,events'], { namespace });
  const ours = items.filter((item: any) => /retrace/.test(`${item.metadata.name} ${item.metadata.managedFields?.map((entry: any) => entry.manager)} ${item.reportingComponent}`));
  expect(ours.map(({ kind, metadata }: any) => `${kind} ${metadata.name}`)).toEqual(expect.arrayContaining([`ConfigMap retrace-run-${id}`, 'Lease retrace']));
  const zipped = ours.flatMap(({ binaryData = {} }: any) => Object.values(binaryData)).map((value: unknown) => Buffer.from(Bun.gunzipSync(Buffer.from(String(value), 'base64'))).toString('utf8'));
  const record = ours.find(({ kind, metadata }: any) => kind === 'ConfigMap' && metadata.name === `retrace-run-${id}`);
  expect(Object.keys({ ...record.data, ...record.binaryData }).map((name) => name.replace(/\.gz$/, '')).sort()).toEqual(['evidence.json', 'journal.jsonl', 'plan.json', 'plan.sha256']);
  expect(leaksIn([JSON.stringify(ours), ...zipped].join('\n'))).toEqual([]);
  await kubectl(cluster, ['delete', 'statefulset', 'thanos-receive', '--wait=false'], { namespace });
}, 240_000);
