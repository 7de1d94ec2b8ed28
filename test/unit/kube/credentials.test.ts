import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterAccess, ExecPlugin, UserEntry } from '../../../lib/kube/access-entry.ts';
import { openCredentials } from '../../../lib/kube/credentials.ts';
import { makeContext } from './test-context.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrace-credentials-'));
});
afterEach(() => rm(folder, { recursive: true }));

function accessOf(user: Omit<UserEntry, 'name'>): ClusterAccess {
  return {
    contextName: 'c',
    clusterName: 'c',
    source: '',
    namespace: 'default',
    endpoint: { server: 'https://api:6443', certificateAuthority: 'PEM', tlsServerName: undefined, insecureSkipTlsVerify: false, proxyUrl: undefined },
    user: { name: 'alice', ...user },
    impersonation: { user: undefined, uid: undefined, groups: [], extra: {} },
  };
}

/** A plugin that counts its runs in a file and prints `answer`. */
async function makePlugin(script: string, parts: Partial<ExecPlugin> = {}): Promise<ExecPlugin> {
  const command = join(folder, 'plugin');
  await writeFile(command, `#!/bin/sh\necho run >> ${folder}/runs\n${script}\n`);
  await chmod(command, 0o700);
  return { apiVersion: 'client.authentication.k8s.io/v1', command, args: [], env: {}, installHint: '', interactiveMode: 'IfAvailable', provideClusterInfo: false, clusterConfig: undefined, ...parts };
}

const credential = (status: object, apiVersion = 'client.authentication.k8s.io/v1') => `echo '${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}'`;
const runs = async () => (await readFile(join(folder, 'runs'), 'utf8')).split('\n').length - 1;
const env = { PATH: '/usr/bin:/bin' };

describe('fixed credentials', () => {
  it.each([
    [{ token: 't' }, 'Bearer t'],
    [{ username: 'u', password: 'p:w' }, `Basic ${Buffer.from('u:p:w').toString('base64')}`],
    [{}, undefined],
  ])('%o', async (user, authorization) => {
    const credentials = openCredentials(accessOf(user), makeContext());
    expect((await credentials.current()).authorization).toBe(authorization);
    expect(credentials.renew()).toBe(false);
  });
});

describe('a token file', () => {
  it('is read again after a minute, and at once after a 401', async () => {
    const path = join(folder, 'token');
    let nowMs = 0;
    const credentials = openCredentials(accessOf({ tokenFile: path }), makeContext({ now: () => new Date(nowMs) }));
    const shown = async () => (await credentials.current()).authorization;
    await writeFile(path, 'one\n');
    expect(await shown()).toBe('Bearer one');
    await writeFile(path, 'two\n');
    expect(await shown()).toBe('Bearer one');
    nowMs = 61_000;
    expect(await shown()).toBe('Bearer two');
    await writeFile(path, 'three\n');
    expect(credentials.renew()).toBe(true);
    expect(await shown()).toBe('Bearer three');
  });

  it('that is not there is named', async () => {
    const credentials = openCredentials(accessOf({ tokenFile: join(folder, 'none') }), makeContext());
    await expect(credentials.current()).rejects.toMatchObject({ code: 'file.unreadable', params: { path: join(folder, 'none') } });
  });
});

describe('an exec plugin', () => {
  it('is run once for requests that start together, and again when its credential ends', async () => {
    let nowMs = Date.parse('2026-01-01T00:00:00Z');
    const exec = await makePlugin(credential({ token: 't', expirationTimestamp: '2026-01-01T01:00:00Z' }));
    const credentials = openCredentials(accessOf({ exec }), makeContext({ env, now: () => new Date(nowMs) }));
    const shown = await Promise.all([credentials.current(), credentials.current()]);
    expect(shown.map(({ authorization }) => authorization)).toEqual(['Bearer t', 'Bearer t']);
    expect(await runs()).toBe(1);
    credentials.renew();
    await credentials.current();
    await credentials.current();
    expect(await runs()).toBe(2);
    nowMs += 3_600_000;
    await credentials.current();
    expect(await runs()).toBe(3);
  });

  it('may give a client certificate', async () => {
    const exec = await makePlugin(credential({ clientCertificateData: 'CERT', clientKeyData: 'KEY' }));
    const { certificate, authorization } = await openCredentials(accessOf({ exec }), makeContext({ env })).current();
    expect([certificate, authorization]).toEqual([{ certificate: 'CERT', key: 'KEY' }, undefined]);
  });

  it('gets our environment, its own, and what it needs to know of the cluster', async () => {
    const exec = await makePlugin(`printf '%s' "$KUBERNETES_EXEC_INFO" > ${folder}/info; ${credential({ token: 'x' }).replace('"x"', `"'$OURS-$ITS'"`)}`, {
      env: { ITS: 'its' },
      provideClusterInfo: true,
      clusterConfig: { audience: 'a' },
    });
    const { authorization } = await openCredentials(accessOf({ exec }), makeContext({ env: { ...env, OURS: 'ours' } })).current();
    expect(authorization).toBe('Bearer ours-its');
    expect(JSON.parse(await readFile(join(folder, 'info'), 'utf8'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://api:6443', 'certificate-authority-data': 'UEVN', config: { audience: 'a' } } },
    });
  });

  it.each([
    ['echo "no session, run login" >&2; exit 7', {}, 'exit code 7: no session, run login'],
    ['echo nonsense', {}, 'its answer is not JSON'],
    [credential({}), {}, 'it gave neither a token nor a client certificate'],
    [credential({ token: 't' }, 'client.authentication.k8s.io/v1beta1'), {}, 'it answers in client.authentication.k8s.io/v1beta1, the kubeconfig says client.authentication.k8s.io/v1'],
    [credential({ token: 't' }), { interactiveMode: 'Always' as const }, 'it asks questions, and there is no terminal'],
  ])('that fails says why: %s', async (script, parts, detail) => {
    const exec = await makePlugin(script, parts);
    await expect(openCredentials(accessOf({ exec }), makeContext({ env })).current()).rejects.toMatchObject({ code: 'credentials.plugin', params: { command: exec.command, detail } });
  });

  it('that is not installed gives the hint of the kubeconfig, and is tried again', async () => {
    const exec = await makePlugin(credential({ token: 't' }), { command: 'no-such-plugin', args: ['get-token'], installHint: 'brew install it' });
    const credentials = openCredentials(accessOf({ exec }), makeContext({ env }));
    const params = { command: 'no-such-plugin get-token', detail: 'not found', hint: 'brew install it' };
    await expect(credentials.current()).rejects.toMatchObject({ params });
    exec.command = join(folder, 'plugin');
    expect((await credentials.current()).authorization).toBe('Bearer t');
  });

  it('ends with Ctrl-C', async () => {
    const interrupt = new AbortController();
    const exec = await makePlugin('sleep 60');
    const waiting = openCredentials(accessOf({ exec }), makeContext({ env, signal: interrupt.signal })).current();
    interrupt.abort(new Error('Ctrl-C'));
    await expect(waiting).rejects.toThrow('Ctrl-C');
  });
});

describe('an auth-provider', () => {
  const token = (exp: number) => ['{}', JSON.stringify({ exp }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');

  it('oidc gives the token of the kubeconfig while it lives', async () => {
    const idToken = token(Math.floor(Date.now() / 1000) + 600);
    const credentials = openCredentials(accessOf({ authProvider: { name: 'oidc', config: { 'id-token': idToken } } }), makeContext());
    expect((await credentials.current()).authorization).toBe(`Bearer ${idToken}`);
  });

  it('oidc without a way to renew says so, and other providers are named', async () => {
    const expired = openCredentials(accessOf({ authProvider: { name: 'oidc', config: { 'id-token': token(1000) } } }), makeContext());
    await expect(expired.current()).rejects.toMatchObject({ params: { detail: 'the token has expired and cannot be renewed' } });
    const other = openCredentials(accessOf({ authProvider: { name: 'gcp', config: {} } }), makeContext());
    await expect(other.current()).rejects.toMatchObject({ code: 'credentials.plugin', params: { command: 'auth-provider gcp' } });
  });
});
