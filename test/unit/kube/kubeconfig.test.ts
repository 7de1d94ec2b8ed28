import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RetraceError } from '../../../lib/core/errors.ts';
import { loadInCluster } from '../../../lib/kube/in-cluster.ts';
import { listKnownNames, loadKubeconfig } from '../../../lib/kube/kubeconfig.ts';
import { makeContext } from './test-context.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrace-kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true }));

const pem = (what: string) => `-----BEGIN ${what}-----\nAA==\n-----END ${what}-----\n`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

function config(name: string, { cluster = '', user = '', context = '', current = name }: { cluster?: string; user?: string; context?: string; current?: string } = {}): string {
  return `
current-context: ${current}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}${context}}}]
clusters: [{name: ${name}, cluster: {server: "https://${name}:6443"${cluster}}}]
users: [{name: ${name}, user: {${user}}}]
`;
}

const load = (flags: Parameters<typeof loadKubeconfig>[0] = {}, env: Record<string, string> = {}) => loadKubeconfig(flags, makeContext({ env, cwd: folder }));
const codeAndParams = async (promise: Promise<unknown>) => {
  const error = (await promise.catch((thrown: unknown) => thrown)) as RetraceError;
  return [error.code, error.params];
};

describe('which file', () => {
  it('is the one of --kubeconfig, from the current directory', async () => {
    await write('here.yaml', config('here'));
    expect((await load({ kubeconfig: 'here.yaml' }, { KUBECONFIG: '/elsewhere' })).contextName).toBe('here');
  });

  it('is ~/.kube/config of the HOME of the context', async () => {
    await write('.kube/config', config('home'));
    expect((await load({}, { HOME: folder })).contextName).toBe('home');
  });

  it('is missing: says which', async () => {
    expect(await codeAndParams(load({ kubeconfig: 'no.yaml' }))).toEqual(['kubeconfig.missing', { path: join(folder, 'no.yaml'), source: '--kubeconfig' }]);
    expect(await codeAndParams(load({}, { HOME: folder }))).toEqual(['kubeconfig.missing', { path: join(folder, '.kube/config'), source: '~/.kube/config' }]);
    const KUBECONFIG = [join(folder, 'a'), join(folder, 'b')].join(delimiter);
    expect(await codeAndParams(load({}, { KUBECONFIG }))).toEqual(['kubeconfig.missing', { path: KUBECONFIG, source: 'KUBECONFIG' }]);
  });

  it('is broken: says how', async () => {
    const path = await write('broken', 'clusters: [\n');
    expect((await codeAndParams(load({ kubeconfig: path })))[0]).toBe('kubeconfig.broken');
    const twice = await write('twice', 'users: [{name: a, user: {}}, {name: a, user: {}}]');
    expect(await codeAndParams(load({ kubeconfig: twice }))).toEqual(['kubeconfig.broken', { path: twice, detail: 'user a is there twice' }]);
    const list = await write('list', '- 1');
    expect(await codeAndParams(load({ kubeconfig: list }))).toEqual(['kubeconfig.broken', { path: list, detail: 'not a mapping' }]);
  });
});

describe('KUBECONFIG with several files', () => {
  it('takes every entry and the current context from the first file that has it, and skips files that are not there', async () => {
    const first = await write('first', 'current-context: ""\nclusters: [{name: b, cluster: {server: "https://first"}}]');
    const second = await write('second', config('b', { user: 'token: second' }));
    const third = await write('third', config('c', { user: 'token: third' }));
    const KUBECONFIG = [join(folder, 'none'), first, second, '', third].join(delimiter);
    const access = await load({}, { KUBECONFIG });
    expect([access.contextName, access.endpoint.server, access.user.token]).toEqual(['b', 'https://first', 'second']);
    expect((await load({ context: 'c' }, { KUBECONFIG })).endpoint.server).toBe('https://c:6443');
    expect(await listKnownNames('context', {}, makeContext({ env: { KUBECONFIG } }))).toEqual(['b', 'c']);
  });

  it('reads relative paths from the directory of the file that they stand in', async () => {
    await write('one/ca.pem', pem('CERTIFICATE'));
    await write('two/token', 'x');
    const one = await write('one/config', 'clusters: [{name: a, cluster: {server: "https://a", certificate-authority: ca.pem}}]');
    const two = await write('two/config', config('a', { user: 'tokenFile: ./token' }));
    const access = await load({}, { KUBECONFIG: [one, two].join(delimiter) });
    expect(access.endpoint.certificateAuthority).toBe(pem('CERTIFICATE'));
    expect(access.user.tokenFile).toBe(join(folder, 'two', 'token'));
  });
});

describe('entries', () => {
  it('give certificates as data or as files; data wins', async () => {
    await write('crt', pem('CERTIFICATE'));
    await write('key', pem('EC PRIVATE KEY'));
    const user = `client-certificate: crt, client-certificate-data: ${base64(pem('OTHER'))}, client-key: key`;
    const cluster = `, certificate-authority-data: ${base64(pem('AUTHORITY'))}, tls-server-name: inside, proxy-url: "http://proxy:3128"`;
    const path = await write('config', config('a', { user, cluster, context: ', namespace: monitoring' }));
    const access = await load({ kubeconfig: path });
    expect(access.user).toEqual({ name: 'a', certificate: pem('OTHER'), key: pem('EC PRIVATE KEY') });
    expect(access.endpoint).toEqual({
      server: 'https://a:6443',
      certificateAuthority: pem('AUTHORITY'),
      tlsServerName: 'inside',
      insecureSkipTlsVerify: false,
      proxyUrl: 'http://proxy:3128',
    });
    expect(access.namespace).toBe('monitoring');
  });

  it.each([
    ['certificate-authority-data: "!!"', 'certificate-authority-data is not the base64 of a PEM file'],
    [`certificate-authority-data: ${base64(pem('A'))}, insecure-skip-tls-verify: true`, 'certificate-authority and insecure-skip-tls-verify exclude each other'],
    ['server: "a:6443"', 'a:6443 is not an http or https URL'],
    ['server: ""', 'the cluster has no server'],
  ])('that make no sense are refused: %s', async (cluster, detail) => {
    const text = config('a').replace('server: "https://a:6443"', cluster.startsWith('server') ? cluster : `server: "https://a:6443", ${cluster}`);
    const path = await write('config', text);
    expect(await codeAndParams(load({ kubeconfig: path }))).toEqual(['kubeconfig.broken', { path, detail }]);
  });

  it('with a certificate and no key are refused', async () => {
    const path = await write('config', config('a', { user: `client-certificate-data: ${base64(pem('A'))}` }));
    expect(await codeAndParams(load({ kubeconfig: path }))).toEqual(['kubeconfig.broken', { path, detail: 'user a has no client-key' }]);
  });

  it('that name a file which is not there say which', async () => {
    const path = await write('config', config('a', { cluster: ', certificate-authority: gone.pem' }));
    expect((await codeAndParams(load({ kubeconfig: path })))[1]).toMatchObject({ path: join(folder, 'gone.pem') });
  });

  it('all four forms of impersonation are read, and flags win', async () => {
    const user = 'as: bob, as-uid: "7", as-groups: [g1, g2], as-user-extra: {reason: [night, storm]}';
    const path = await write('config', config('a', { user }));
    const extra = { reason: ['night', 'storm'] };
    expect((await load({ kubeconfig: path })).impersonation).toEqual({ user: 'bob', uid: '7', groups: ['g1', 'g2'], extra });
    expect((await load({ kubeconfig: path, as: 'eve', asGroup: ['x'], asUid: '8' })).impersonation).toEqual({ user: 'eve', uid: '8', groups: ['x'], extra });
  });

  it('exec plugins: a command with a slash is relative to the file, a bare one is left to PATH', async () => {
    const exec = (command: string) => `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, args: [get, "1"], env: [{name: A, value: b}], interactiveMode: Never}`;
    const relative = await write('sub/config', config('a', { user: exec('./bin/plugin') }));
    expect((await load({ kubeconfig: relative })).user.exec).toMatchObject({ command: join(folder, 'sub/bin/plugin'), args: ['get', '1'], env: { A: 'b' }, interactiveMode: 'Never' });
    const bare = await write('config', config('a', { user: exec('aws') }));
    expect((await load({ kubeconfig: bare })).user.exec?.command).toBe('aws');
  });
});

describe('contexts', () => {
  it('that are not there are named with the near ones', async () => {
    const path = await write('config', config('prod-eu'));
    expect(await codeAndParams(load({ kubeconfig: path, context: 'prod-us' }))).toEqual(['kubeconfig.unknown-context', { name: 'prod-us', contexts: ['prod-eu'], near: ['prod-eu'] }]);
  });

  it('must be chosen when none is current', async () => {
    const path = await write('config', config('a', { current: '""' }));
    expect(await codeAndParams(load({ kubeconfig: path }))).toEqual(['kubeconfig.no-current-context', { path, contexts: ['a'] }]);
  });

  it('that point to nothing say what is missing', async () => {
    const path = await write('config', 'current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: []');
    expect(await codeAndParams(load({ kubeconfig: path }))).toEqual(['kubeconfig.unknown-entry', { what: 'cluster', name: 'c', context: 'a' }]);
  });
});

describe('flags', () => {
  it('win over the file', async () => {
    await write('own.pem', pem('OWN'));
    const path = await write('config', config('a', { cluster: `, certificate-authority-data: ${base64(pem('A'))}`, user: 'token: a' }));
    const flags = { kubeconfig: path, server: 'https://other/base/', namespace: 'n', certificateAuthority: 'own.pem', tlsServerName: 'x' };
    const access = await load(flags);
    expect(access.endpoint).toMatchObject({ server: 'https://other/base', certificateAuthority: pem('OWN'), tlsServerName: 'x' });
    expect(access.namespace).toBe('n');
    const insecure = await load({ kubeconfig: path, insecureSkipTlsVerify: true });
    expect(insecure.endpoint).toMatchObject({ certificateAuthority: undefined, insecureSkipTlsVerify: true });
  });

  it('a --token stands alone, without the certificate of the file', async () => {
    const user = `client-certificate-data: ${base64(pem('A'))}, client-key-data: ${base64(pem('B'))}`;
    const path = await write('config', config('a', { user }));
    expect((await load({ kubeconfig: path, token: 't' })).user).toEqual({ name: 'a', token: 't' });
  });

  it('--server and --token are enough without any file', async () => {
    const access = await load({ server: 'http://127.0.0.1:8001', token: 't' }, { HOME: folder });
    expect([access.endpoint.server, access.user.token, access.namespace]).toEqual(['http://127.0.0.1:8001', 't', 'default']);
  });
});

describe('in a pod', () => {
  it('uses the service account: its authority, its namespace and the path of its token', async () => {
    await write('ca.crt', pem('POD'));
    await write('token', 't1');
    await write('namespace', 'tools\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const access = await loadInCluster({}, makeContext({ env }), folder);
    expect(access).toMatchObject({
      contextName: 'in-cluster',
      namespace: 'tools',
      endpoint: { server: 'https://[fd00::1]:443', certificateAuthority: pem('POD') },
      user: { tokenFile: join(folder, 'token') },
    });
    expect(await loadInCluster({}, makeContext({ env: {} }), folder)).toBeUndefined();
  });
});
