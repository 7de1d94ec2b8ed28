/** Every form of a kubeconfig that kubectl reads, believed by a real API server: it is asked who we are to it. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Context } from '../../lib/core/context.ts';
import type { KubeFlags } from '../../lib/kube/access-entry.ts';
import { connect } from '../../lib/kube/connect.ts';
import { openExchange } from '../../lib/kube/exchange.ts';
import { loadInCluster } from '../../lib/kube/in-cluster.ts';
import { createObject, deleteObject, replaceObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import type { Connection, KubeRequest, KubeResponse } from '../../lib/kube/types.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../support/loopback-proxy.ts';
import { makeContext } from '../unit/kube/test-context.ts';
import { caught, configMap, fieldManager } from './kube-connection.ts';

const { configmaps } = builtinTypes;
const reviewMyself: KubeRequest = {
  method: 'POST',
  path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  withoutEffect: true,
};

interface UserInfo {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

const userIn = ({ body }: KubeResponse) => (body as unknown as { status: { userInfo: UserInfo } }).status.userInfo;
/** Closed at the end of the file: tests that run together cannot say which of them is to clean up. */
const open: (() => unknown)[] = [];
afterAll(() => Promise.all(open.map((close) => close())));

async function reach({ kubeconfig }: { kubeconfig: string }, flags: KubeFlags = {}, context: Partial<Context> = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig, ...flags }, makeContext({ env: { PATH: '/usr/bin:/bin' }, ...context }));
  open.push(connection.close);
  return connection;
}

const whoAmI = async (connection: Connection) => userIn(await connection.request(reviewMyself));

const administrator = ({ pki }: ControlPlane) => ({ 'client-certificate': pki.cert, 'client-key': pki.key });
const base64 = (path: string) => readFileSync(path).toString('base64');

function writeConfig(folder: string, name: string, cluster: ControlPlane, { user, entry }: { user?: object; entry?: object } = {}): string {
  const path = join(folder, `${name}.kubeconfig`);
  const config = {
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: cluster.server, 'certificate-authority': cluster.pki.ca, ...entry } }],
    users: [{ name, user: user ?? administrator(cluster) }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function makeToken(cluster: ControlPlane, namespace: string, name: string): Promise<string> {
  await kubectl(cluster, ['create', 'serviceaccount', name], { namespace });
  return (await kubectl(cluster, ['create', 'token', name], { namespace })).stdout.trim();
}

async function startProxy(password?: string): Promise<LoopbackProxy> {
  const proxy = await startLoopbackProxy(password);
  open.push(proxy.stop);
  return proxy;
}

test.concurrent('several files: the first to name a thing wins, and a name may come again', async ({ cluster, namespace, home, cli }) => {
  const token = await makeToken(cluster, namespace, 'first');
  const first = join(home, 'users');
  writeFileSync(first, JSON.stringify({ users: [{ name: 'both', user: { token } }], clusters: [{ name: 'other', cluster: { server: 'https://127.0.0.1:1' } }] }));
  const second = writeConfig(home, 'both', cluster);
  const KUBECONFIG = [join(home, 'not-there'), first, second, second].join(delimiter);
  expect((await whoAmI(await reach({ kubeconfig: second }))).groups).toContain('system:masters');
  const denied = `"system:serviceaccount:${namespace}:first" may not do this\n  list `;
  expect(await cli('rollback', ['history', '-n', namespace], { kubeconfig: KUBECONFIG })).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining(denied) });
  expect(await cli('rollback', ['history', '-n', namespace], { kubeconfig: [second, first].join(delimiter) })).toMatchObject({ exitCode: 0 });
  expect(await cli('rollback', ['history', '-n', namespace, '--kubeconfig', second], { kubeconfig: KUBECONFIG })).toMatchObject({ exitCode: 0 });
});

test.concurrent('certificates as data and as files beside the kubeconfig, which is read from elsewhere', async ({ cluster, home }) => {
  const { ca, cert, key } = cluster.pki;
  mkdirSync(join(home, 'pki'));
  for (const [from, name] of [[ca, 'ca'], [cert, 'cert'], [key, 'key']] as const) copyFileSync(from, join(home, 'pki', name));
  const data = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
  const files = { 'client-certificate': 'pki/cert', 'client-key': './pki/key' };
  const forms = [
    writeConfig(home, 'data', cluster, { user: data, entry: { 'certificate-authority': undefined, 'certificate-authority-data': base64(ca) } }),
    writeConfig(home, 'files', cluster, { user: files, entry: { 'certificate-authority': 'pki/ca' } }),
    writeConfig(home, 'data-wins', cluster, { user: { ...data, 'client-certificate': 'gone', 'client-key': 'gone' } }),
  ];
  for (const kubeconfig of forms) expect((await whoAmI(await reach({ kubeconfig }))).groups).toContain('system:masters');
  const gone = writeConfig(home, 'gone', cluster, { user: { 'client-certificate': 'gone', 'client-key': 'pki/key' } });
  expect((await caught(reach({ kubeconfig: gone }))).params).toMatchObject({ path: join(home, 'gone') });
});

test.concurrent('acting as somebody, by flags and by the file, in all four parts', async ({ cluster, namespace, home, cli }) => {
  const user = { ...administrator(cluster), as: 'night', 'as-uid': '7', 'as-groups': ['shift', 'sre'], 'as-user-extra': { 'example.com/why': ['storm', 'flood'] } };
  const kubeconfig = writeConfig(home, 'acting', cluster, { user });
  const info = { username: 'night', uid: '7', groups: expect.arrayContaining(['shift', 'sre']), extra: { 'example.com/why': ['storm', 'flood'] } };
  expect(await whoAmI(await reach({ kubeconfig }))).toMatchObject(info);
  const byFlags: KubeFlags = { as: 'day', asUid: '8', asGroup: ['office'] };
  expect(await whoAmI(await reach({ kubeconfig }, byFlags))).toMatchObject({ username: 'day', uid: '8', groups: ['office', 'system:authenticated'] });
  const words = ['history', '-n', namespace];
  expect(await cli('rollback', words, { kubeconfig })).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('"night" may not do this\n') });
  expect(await cli('rollback', [...words, '--as', 'root', '--as-group=system:masters'], { kubeconfig })).toMatchObject({ exitCode: 0 });
});

test.concurrent('an exec plugin learns of the cluster, is run again when its token ends, and says how to install it', async ({ cluster, namespace, home, cli }) => {
  const token = await makeToken(cluster, namespace, 'bought');
  const folder = mkdtempSync(join(home, 'plugin-'));
  const plugin = join(folder, 'get-token');
  const apiVersion = 'client.authentication.k8s.io/v1';
  const endMs = Date.now() + 600_000;
  const answer = { apiVersion, kind: 'ExecCredential', status: { token, expirationTimestamp: new Date(endMs).toISOString() } };
  writeFileSync(plugin, `#!/bin/sh\nprintf '%s' "$KUBERNETES_EXEC_INFO" > ${folder}/info\necho run >> ${folder}/runs\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(plugin, 0o700);
  const exec = { apiVersion, command: './' + plugin.slice(home.length + 1), interactiveMode: 'Never', provideClusterInfo: true };
  const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'tests' } }];
  let nowMs = Date.now();
  const connection = await reach({ kubeconfig: writeConfig(home, 'exec', cluster, { user: { exec }, entry: { extensions } }) }, {}, { now: () => new Date(nowMs) });
  for (let time = 0; time < 2; time++) expect((await whoAmI(connection)).username).toBe(`system:serviceaccount:${namespace}:bought`);
  const runs = () => readFileSync(join(folder, 'runs'), 'utf8');
  expect(runs()).toBe('run\n');
  const told = { server: cluster.server, 'certificate-authority-data': base64(cluster.pki.ca), config: { audience: 'tests' } };
  expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toEqual({ apiVersion, kind: 'ExecCredential', spec: { interactive: false, cluster: told } });
  nowMs = endMs;
  await whoAmI(connection);
  expect(runs()).toBe('run\nrun\n');

  const missing = writeConfig(home, 'missing', cluster, { user: { exec: { ...exec, command: 'no-such-login', args: ['token'], installHint: 'Install it with:  brew install no-such-login' } } });
  expect(await cli('rollback', ['plan', 'sts/x', '-n', namespace], { kubeconfig: missing })).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: 'error: the credential plugin "no-such-login token" failed: not found\nInstall it with:  brew install no-such-login\n',
  });
});

test.concurrent('a token file is read again when another token stands in it', async ({ cluster, namespace, home }) => {
  const [first, second] = [await makeToken(cluster, namespace, 'first'), await makeToken(cluster, namespace, 'second')];
  writeFileSync(join(home, 'token'), `${first}\n`);
  let nowMs = Date.now();
  const connection = await reach({ kubeconfig: writeConfig(home, 'rotating', cluster, { user: { tokenFile: 'token' } }) }, {}, { now: () => new Date(nowMs) });
  const shown = async () => (await whoAmI(connection)).username.split(':').at(-1);
  expect(await shown()).toBe('first');
  writeFileSync(join(home, 'token'), second);
  expect(await shown()).toBe('first');
  nowMs += 61_000;
  expect(await shown()).toBe('second');
  // A token that the server does not take any more: the file is read at once.
  await kubectl(cluster, ['delete', 'serviceaccount', 'first'], { namespace });
  writeFileSync(join(home, 'token'), 'nonsense');
  nowMs += 61_000;
  expect((await caught(whoAmI(connection))).code).toBe('credentials.rejected');
  writeFileSync(join(home, 'token'), second);
  expect(await shown()).toBe('second');
});

test.concurrent('in a pod: address from the environment, token, authority and namespace from files', async ({ cluster, namespace, home }) => {
  const folder = mkdtempSync(join(home, 'account-'));
  writeFileSync(join(folder, 'token'), await makeToken(cluster, namespace, 'pod'));
  writeFileSync(join(folder, 'namespace'), namespace);
  copyFileSync(cluster.pki.ca, join(folder, 'ca.crt'));
  const { hostname, port } = new URL(cluster.server);
  const context = makeContext({ env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port } });
  const access = await loadInCluster({}, context, folder);
  const exchange = openExchange(access!, context, { userAgent: 'test', timeoutMs: 10_000 });
  open.push(exchange.close);
  expect(userIn(await exchange.send(reviewMyself, exchange.startLimit(), undefined)).username).toBe(`system:serviceaccount:${namespace}:pod`);
  expect(access).toMatchObject({ contextName: 'in-cluster', namespace });
});

test.concurrent('the name of the certificate, and no look at it: only with a warning', async ({ cluster, namespace, home, cli }) => {
  const named = (name: string) => writeConfig(home, name, cluster, { entry: { 'tls-server-name': name } });
  expect((await whoAmI(await reach({ kubeconfig: named('localhost') }))).groups).toContain('system:masters');
  const wrong = await caught(whoAmI(await reach({ kubeconfig: named('elsewhere.example') })));
  expect([wrong.code, wrong.params]).toMatchObject(['server.unreachable', { kind: 'tls' }]);
  expect((await whoAmI(await reach({ kubeconfig: named('elsewhere.example') }, { tlsServerName: 'localhost' }))).groups).toContain('system:masters');

  const words = ['history', '-n', namespace, '-o', 'json'];
  const unchecked = writeConfig(home, 'unchecked', cluster, { entry: { 'certificate-authority': undefined, 'insecure-skip-tls-verify': true } });
  const warning = `warning: the certificate of ${cluster.server} is not checked (insecure-skip-tls-verify): anyone on the way can read and change the requests\n`;
  expect(await cli('rollback', words, { kubeconfig: unchecked })).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\{/), stderr: warning });
  expect(await cli('rollback', [...words, '--insecure-skip-tls-verify'])).toMatchObject({ exitCode: 0, stderr: warning });
  expect(await cli('rollback', words)).toMatchObject({ exitCode: 0, stderr: '' });
});

test.concurrent.for(['http', 'socks5'])('a proxy by proxy-url (%s): reads, writes, watches and two groups all go through it', async (scheme, { cluster, namespace, home }) => {
  const proxy = await startProxy();
  const { port } = new URL(cluster.server);
  // A name that only the proxy knows: nothing can have gone another way.
  const entry = { server: `https://behind-proxy.invalid:${port}`, 'proxy-url': `${scheme}://${proxy.address}`, 'tls-server-name': 'localhost' };
  const kubeconfig = writeConfig(home, 'proxied', cluster, { entry });
  const connection = await reach({ kubeconfig }, {}, { env: { NO_PROXY: '*' } });
  expect((await whoAmI(connection)).groups).toContain('system:masters');
  const created = await createObject(connection, configmaps, namespace, configMap('proxied'), { fieldManager });
  await replaceObject(connection, configmaps, namespace, 'proxied', { ...created, data: { a: '1' } }, { fieldManager });
  await deleteObject(connection, configmaps, namespace, 'proxied');
  const watch = await connection.stream({ method: 'GET', path: `/api/v1/namespaces/${namespace}/configmaps`, query: { watch: true, resourceVersion: created.metadata.resourceVersion } });
  let seen = '';
  for await (const bytes of watch) {
    seen += new TextDecoder().decode(bytes);
    if (seen.includes('"DELETED"')) break;
  }
  const acting = await reach({ kubeconfig }, { as: 'bob', asGroup: ['g1', 'g2'] });
  expect((await whoAmI(acting)).groups).toEqual(expect.arrayContaining(['g1', 'g2']));
  expect(new Set(proxy.tunnels)).toEqual(new Set([`behind-proxy.invalid:${port}`]));
});

test.concurrent('a proxy of the environment, with its password and its exceptions', async ({ cluster, namespace, home, cli }) => {
  const proxy = await startProxy('me:pass word');
  const { port } = new URL(cluster.server);
  const entry = { server: `https://api.behind-proxy.invalid:${port}`, 'tls-server-name': 'localhost' };
  const kubeconfig = writeConfig(home, 'environment', cluster, { entry });
  const call = (env: Record<string, string>, config = kubeconfig) => cli('rollback', ['history', '-n', namespace, '-o', 'json'], { kubeconfig: config, env });
  const HTTPS_PROXY = `http://me:pass%20word@${proxy.address}`;
  expect(await call({ HTTPS_PROXY })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await call({ https_proxy: HTTPS_PROXY, NO_PROXY: 'elsewhere.invalid' })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(new Set(proxy.tunnels)).toEqual(new Set([`api.behind-proxy.invalid:${port}`]));
  expect(await call({ HTTPS_PROXY, NO_PROXY: '.behind-proxy.invalid' })).toMatchObject({ exitCode: 10, stdout: '', stderr: expect.stringContaining('no such host') });
  const refused = await call({ HTTPS_PROXY: `http://me:wrong@${proxy.address}` });
  expect(refused).toMatchObject({ exitCode: 10, stdout: '', stderr: expect.stringContaining(`by the proxy http://${proxy.address}`) });
  expect(refused.stderr).not.toContain('wrong');
  // kubectl goes to loopback itself.
  expect(await call({ HTTPS_PROXY: 'http://127.0.0.1:1' }, cluster.kubeconfig)).toMatchObject({ exitCode: 0, stderr: '' });
});
