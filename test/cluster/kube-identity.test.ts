/** lib/kube against a real API server: who we are, and what is refused. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isError } from '../../lib/core/errors.ts';
import { findMissingPermissions } from '../../lib/kube/access-review.ts';
import { createObject, deleteObject, getObject, listObjects, replaceObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { waitUntil } from '../support/wait-until.ts';
import { caught, configMap, fieldManager, reach } from './kube-connection.ts';

const { configmaps } = builtinTypes;

test('acting as a user in two groups has the rights of both', async ({ cluster, namespace }) => {
  await kubectl(cluster, ['create', 'role', 'reader', '--verb=get,list', '--resource=configmaps'], { namespace });
  await kubectl(cluster, ['create', 'role', 'writer', '--verb=create,update', '--resource=configmaps'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'readers', '--role=reader', '--group=team-a'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'writers', '--role=writer', '--group=team-b'], { namespace });
  const both = await reach(cluster, { as: 'bob', asGroup: ['team-a', 'team-b'] });
  const one = await reach(cluster, { as: 'bob', asGroup: ['team-a'] });
  await waitUntil(() => listObjects(one, configmaps, { namespace }), { what: 'the role bindings' });
  const created = await waitUntil(() => createObject(both, configmaps, namespace, configMap('c'), { fieldManager }), { what: 'the second role binding' });
  expect((await getObject(both, configmaps, namespace, 'c'))?.metadata.uid).toBe(created.metadata.uid);
  await replaceObject(both, configmaps, namespace, 'c', { ...created, data: { a: '1' } }, { fieldManager });

  const wanted = [
    { verb: 'create', resource: 'configmaps', group: '', namespace },
    { verb: 'get', resource: 'configmaps', group: '', namespace },
    { verb: 'create', resource: 'pods/eviction', group: '', namespace },
  ];
  expect(await findMissingPermissions(both, wanted)).toEqual([wanted[2]]);
  expect(await findMissingPermissions(one, wanted)).toEqual([wanted[0], wanted[2]]);
  const refused = await caught(deleteObject(both, configmaps, namespace, 'c'));
  const missing = [{ verb: 'delete', resource: 'configmaps', group: '', namespace, name: 'c' }];
  expect([refused.code, refused.exitCode, refused.params]).toMatchObject(['access.forbidden', 4, { user: 'bob', missing }]);
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { services: '0' } } };
  await kubectl(cluster, ['apply', '-f', '-'], { namespace, input: JSON.stringify(quota) });
  const admin = await reach(cluster);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } };
  const overQuota = await waitUntil(async () => {
    const error = await caught(createObject(admin, builtinTypes.services, namespace, service, { fieldManager, dryRun: true }));
    return error.code === 'access.forbidden' && error;
  }, { what: 'the quota' });
  expect(overQuota.params).toMatchObject({ missing: [], detail: expect.stringContaining('exceeded quota') });
});

test('tokens are believed as given, from a file and from a plugin, until the account is gone', async ({ cluster, namespace, runFolder }) => {
  await kubectl(cluster, ['create', 'serviceaccount', 'robot'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'robot', '--clusterrole=view', `--serviceaccount=${namespace}:robot`], { namespace });
  const token = (await kubectl(cluster, ['create', 'token', 'robot'], { namespace })).stdout.trim();
  const answer = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
  const at = (name: string) => join(runFolder, `${namespace}-${name}`);
  writeFileSync(at('token'), token);
  writeFileSync(at('plugin'), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
  chmodSync(at('plugin'), 0o700);
  const users: Record<string, object> = {
    token: { token },
    tokenFile: { tokenFile: at('token') },
    exec: { exec: { apiVersion: answer.apiVersion, command: at('plugin'), interactiveMode: 'Never' } },
  };
  const connections: Connection[] = [];
  for (const [name, user] of Object.entries(users)) {
    const config = {
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: name } }],
      clusters: [{ name: 'x', cluster: { server: cluster.server, 'certificate-authority': cluster.pki.ca } }],
      users: [{ name, user }],
    };
    writeFileSync(at(`config-${name}`), JSON.stringify(config));
    connections.push(await reach({ kubeconfig: at(`config-${name}`) }));
  }
  for (const connection of connections) {
    await waitUntil(() => listObjects(connection, configmaps, { namespace }), { what: 'the role binding' });
  }
  const wrong = await caught(listObjects(await reach(cluster, { token: 'wrong' }), configmaps, { namespace }));
  expect([wrong.code, wrong.exitCode, wrong.params]).toMatchObject(['credentials.rejected', 4, { server: cluster.server, detail: 'Unauthorized' }]);
  await kubectl(cluster, ['delete', 'serviceaccount', 'robot'], { namespace });
  for (const connection of connections) {
    const rejected = async () => isError(await caught(listObjects(connection, configmaps, { namespace })), 'credentials.rejected');
    await waitUntil(rejected, { what: 'the token of a deleted account to be refused' });
  }
});

test('an expired client certificate is named as what it is', async ({ cluster, namespace, runFolder }) => {
  const at = (name: string) => join(runFolder, `${namespace}-${name}`);
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: runFolder, stdio: 'pipe' });
  const configuration = [
    '[ca]\ndefault_ca=own\n[own]',
    `database=${at('index')}\nserial=${at('serial')}\nnew_certs_dir=${runFolder}`,
    'default_md=sha256\nunique_subject=no\npolicy=any\n[any]\ncommonName=supplied\norganizationName=optional\n',
  ].join('\n');
  writeFileSync(at('index'), '');
  writeFileSync(at('serial'), '1000\n');
  writeFileSync(at('configuration'), configuration);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key')];
  openssl('req', ...newKey, '-out', at('request'), '-subj', '/O=system:masters/CN=late');
  const caKey = cluster.pki.ca.replace(/\.crt$/, '.key');
  const sign = (name: string, ...dates: string[]) =>
    openssl('ca', '-batch', '-notext', '-config', at('configuration'), '-cert', cluster.pki.ca, '-keyfile', caKey, '-in', at('request'), '-out', at(name), ...dates);
  sign('expired', '-startdate', '20200101000000Z', '-enddate', '20200201000000Z');
  sign('valid', '-days', '1');
  const kubeconfig = at('no-user');
  writeFileSync(kubeconfig, readFileSync(cluster.kubeconfig, 'utf8'));
  const asLate = (name: string) => reach({ kubeconfig }, { clientCertificate: at(name), clientKey: at('key') });
  expect((await listObjects(await asLate('valid'), configmaps, { namespace })).items.length).toBeGreaterThan(0);
  const error = await caught(listObjects(await asLate('expired'), configmaps, { namespace }));
  expect([error.code, error.params]).toMatchObject(['credentials.rejected', { detail: 'the client certificate expired at 2020-02-01T00:00:00.000Z' }]);
});
