/** What changed since a snapshot, told by a real API server; what is not known is not told as equal or gone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { createCliHome } from '../support/run-cli.ts';

const planted = ['hunter2-planted-One', 'hunter2-planted-Two'];
const hashring = (endpoints: string) => JSON.stringify([{ hashring: 'default', endpoints: endpoints.split(' ') }], null, 2);
const config = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const secret = (name: string, value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { 'objstore.yml': `secret_key: ${value}` } });
const service = (name: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } });
const query = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'query' }, spec: { replicas: 0, selector: { matchLabels: { app: 'query' } }, template: { metadata: { labels: { app: 'query' } }, spec: { containers: [{ name: 'query', image: 'query:1', envFrom: [{ configMapRef: { name } }], volumeMounts: [{ name: 'o', mountPath: '/o' }] }], volumes: [{ name: 'o', secret: { secretName: 'objstore' } }] } } } });
const listOf = (...items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

test.concurrent('changed, added and gone since a snapshot, with no value of a Secret', async ({ namespace, kube, cli, home, runFolder }) => {
  const hashringName = 'thanos-receive-hashring';
  await kube(['create', '-f', '-'], { input: listOf(config(hashringName, { 'hashrings.json': hashring('a:1 b:1') }), config('agent', { 'agent.yml': `remote: a\npassword: ${planted[0]}\n` }), config('same', { a: 'b' }), secret('objstore', planted[0]!), secret('same-size', planted[0]!), service('old'), query(hashringName)) });
  const made = await cli('snapshot', ['create', '-n', namespace, '-o', 'name']);
  expect(made.exitCode, made.stderr).toBe(0);
  const id = made.stdout.trim();
  const repo = join(home, 'data/retrace/snapshots');
  expect(existsSync(join(repo, `${id}.retrace`))).toBe(true);

  const same = await cli('snapshot', ['diff', id, '--exit-code']);
  expect(same).toMatchObject({ exitCode: 0, stderr: '' });
  expect(same.stdout).toMatch(new RegExp(`^${id} \\(\\d+s ago\\) → now\n\nNo difference in \\d+ objects\\.\n$`));

  await kube(['replace', '-f', '-'], { input: listOf(config(hashringName, { 'hashrings.json': hashring('a:1') }), config('agent', { 'agent.yml': `remote: b\npassword: ${planted[1]}\n` }), secret('objstore', `${planted[1]}-and-more`), secret('same-size', planted[1]!)) });
  await kube(['delete', 'service', 'old']);
  await kube(['create', '-f', '-'], { input: listOf(service('debug')) });

  const usedBy = '  used by deployment/query (needs a restart)';
  const diff = await cli('snapshot', ['diff', id]);
  expect(diff).toMatchObject({ exitCode: 0, stderr: '' });
  expect(diff.stdout.split('\n').slice(2)).toEqual([
    `namespace ${namespace}`,
    '~ configmap/agent                     1 key changed',
    '    data[agent.yml]',
    '    - remote: a',
    '    - password: <redacted>',
    '    + remote: b',
    '    + password: <redacted> (changed)',
    '~ configmap/thanos-receive-hashring   1 key changed',
    usedBy,
    '    data[hashrings.json]',
    '          "hashring": "default",',
    '          "endpoints": [',
    '    -       "a:1",',
    '    -       "b:1"',
    '    +       "a:1"',
    '          ]',
    '        }',
    '~ secret/objstore                     1 key changed, values not shown',
    // How it reads this one, not the other.
    '  used by deployment/query (may need a restart)',
    '    data[objstore.yml]  (31 bytes) → (40 bytes)',
    '~ secret/same-size                    1 key changed, values not shown',
    '    data[objstore.yml]  (31 bytes) → (31 bytes) (changed)',
    '+ service/debug                       added since',
    '- service/old                         gone since',
    '',
    '4 changed, 1 added, 1 gone',
    '',
  ]);

  const json = await cli('snapshot', ['diff', id, '-o', 'json', '--exit-code']);
  expect(json.exitCode).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'SnapshotDiff', from: { snapshot: id }, isOtherCluster: false, counts: { changed: 4, added: 1, gone: 1, unknown: 0 } });
  expect(JSON.parse(json.stderr)).toMatchObject({ code: 'diff.differs', exitCode: 3 });
  const one = await cli('snapshot', ['diff', id, 'cm/same', `cm/${hashringName}`, '-o', 'name']);
  expect(one).toMatchObject({ exitCode: 0, stdout: `configmap/${hashringName}\n` });
  const korean = await cli('snapshot', ['diff', id, 'svc', '--lang', 'ko']);
  expect(korean.stdout).toContain('변경 0, 추가 1, 사라짐 1');

  // Against another snapshot no cluster is asked.
  const second = (await cli('snapshot', ['create', '-n', namespace, '-o', 'name'])).stdout.trim();
  const between = await cli('snapshot', ['diff', id, second], { kubeconfig: '/nonexistent' });
  expect(between).toMatchObject({ exitCode: 0, stderr: '' });
  expect(between.stdout.split('\n').slice(2)).toEqual(diff.stdout.split('\n').slice(2).filter((line) => !line.startsWith('  used by ')));
  const back = await cli('snapshot', ['diff', second, id, 'svc']);
  expect(back.stdout).toContain('+ service/old');

  // Without the key: sizes and versions tell what they can, the rest is not known.
  const elsewhere = createCliHome(runFolder);
  const locked = await cli('snapshot', ['diff', id, '--repo', repo, '--exit-code'], { home: elsewhere });
  expect(locked.exitCode).toBe(3);
  expect(locked.stderr).toContain('compared by size and version alone: there is no private key');
  expect(locked.stdout).toContain('? secret/same-size                    not known: it was written, and no key at hand opens');
  expect(locked.stdout).toContain('? configmap/agent');
  expect(locked.stdout).toContain('~ secret/objstore');
  expect(locked.stdout).not.toContain('secret/other');
  expect(locked.stdout).toContain('2 changed, 1 added, 1 gone, 2 not known');
  const onlyUnknown = await cli('snapshot', ['diff', id, 'secret/same-size', '--repo', repo, '--exit-code'], { home: elsewhere });
  expect(onlyUnknown.exitCode).toBe(9);

  const said = [same, diff, json, one, korean, between, back, locked, onlyUnknown].map(({ stdout, stderr }) => stdout + stderr).join('\n');
  for (const value of planted) for (const form of [value, btoa(value), btoa(`secret_key: ${value}`)]) expect(said).not.toContain(form);
}, 240_000);

test.concurrent('who may not list a type is told that it is not known, and not that it is gone', async ({ cluster, namespace, kube, cli }) => {
  await kube(['create', '-f', '-'], { input: listOf(config('rules', { a: '1' }), service('web')) });
  const id = (await cli('snapshot', ['create', '-n', namespace, '-o', 'name', '--kinds', 'cm,svc'])).stdout.trim();
  await kube(['create', 'role', 'services', '--verb=list,get', '--resource=services']);
  await kube(['create', 'rolebinding', 'services', '--role=services', '--user=someone']);
  await kube(['delete', 'service', 'web']);
  const diff = await cli('snapshot', ['diff', id, '--as', 'someone', '-n', namespace], { kubeconfig: cluster.kubeconfig });
  expect(diff.exitCode, diff.stderr).toBe(0);
  expect(diff.stderr).toContain(`configmaps -n ${namespace} could not be read`);
  expect(diff.stdout).toContain('? configmap/rules');
  expect(diff.stdout).toContain('- service/web');
  expect(diff.stdout).not.toContain('- configmap');
}, 120_000);

test.concurrent('what the capture of the same scope does not look at any more is asked for by name', async ({ namespace, kube, cli }) => {
  const labelled = (name: string) => ({ ...config(name, { a: '1' }), metadata: { name, labels: { part: 'rules' } } });
  const storageClass = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: `class-of-${namespace}` }, provisioner: 'example.com/none' };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: storageClass.metadata.name, resources: { requests: { storage: '1Gi' } } } };
  await kube(['create', '-f', '-'], { input: listOf(labelled('relabelled'), labelled('deleted'), labelled('as-it-was'), storageClass, claim) });
  try {
    const [selected, all] = [
      (await cli('snapshot', ['create', '-n', namespace, '-l', 'part=rules', '-o', 'name'])).stdout.trim(),
      (await cli('snapshot', ['create', '-n', namespace, '--tag', 'all=yes', '-o', 'name'])).stdout.trim(),
    ];
    await kube(['label', 'configmap', 'relabelled', 'part=other', '--overwrite']);
    await kube(['delete', 'configmap/deleted', 'pvc/claim']);

    const diff = await cli('snapshot', ['diff', selected]);
    expect(diff).toMatchObject({ exitCode: 0, stderr: '' });
    expect(diff.stdout.split('\n').slice(3, -1)).toEqual([
      '- configmap/deleted      gone since',
      '~ configmap/relabelled   1 field changed',
      '    metadata.labels[part]  rules → other',
      '',
      '1 changed, 0 added, 1 gone',
    ]);

    // Nothing here needs the class any more, so a capture does not see it; it is there all the same.
    const classes = await cli('snapshot', ['diff', all, 'sc', '--exit-code']);
    expect(classes).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('No difference in 1 object.') as unknown });
    await kube(['delete', 'storageclass', storageClass.metadata.name]);
    const gone = await cli('snapshot', ['diff', all, 'sc', '--exit-code', '-o', 'name']);
    expect(gone).toMatchObject({ exitCode: 3, stdout: `storageclass.storage.k8s.io/${storageClass.metadata.name}\n` });
  } finally {
    await kube(['delete', 'storageclass', storageClass.metadata.name], { allowFailure: true });
  }
}, 120_000);
