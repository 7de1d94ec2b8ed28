import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RetraceError, type ErrorCode, type ErrorParams } from '../../../lib/core/errors.ts';
import type { KubeFlags } from '../../../lib/kube/access-entry.ts';
import { connect } from '../../../lib/kube/connect.ts';
import { failureOf, mayHaveArrived } from '../../../lib/kube/failures.ts';
import type { Connection } from '../../../lib/kube/types.ts';
import { startLoopbackProxy } from '../../support/loopback-proxy.ts';
import { createAuthority, type Authority, type Issued } from './private-authority.ts';
import { startPrivateServer, type PrivateServer } from './private-server.ts';
import { makeContext } from './test-context.ts';

let folder: string;
let authority: Authority;
let stranger: Authority;
let serverIdentity: Issued;
let client: Issued;
let server: PrivateServer;
const open: Connection[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrace-kube-'));
  authority = createAuthority(folder, 'authority');
  stranger = createAuthority(folder, 'stranger');
  serverIdentity = authority.issue('server', { subjectAltName: 'IP:127.0.0.1,DNS:kubernetes.default' });
  client = authority.issue('alice');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  server = await startPrivateServer(authority, serverIdentity);
});
afterEach(async () => {
  open.splice(0).forEach((connection) => connection.close());
  await server.close();
});

interface Access {
  flags?: KubeFlags;
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  context?: Parameters<typeof makeContext>[0];
}

async function reach({ flags, cluster, user, context }: Access = {}): Promise<Connection> {
  const path = join(folder, `config-${open.length}`);
  const config = {
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'alice', namespace: 'monitoring' } }],
    clusters: [{ name: 'test', cluster: { server: server.url, 'certificate-authority': authority.path, ...cluster } }],
    users: [{ name: 'alice', user: user ?? { 'client-certificate': client.certificatePath, 'client-key': client.keyPath } }],
  };
  await writeFile(path, JSON.stringify(config));
  const connection = await connect({ kubeconfig: path, requestTimeoutMs: 10_000, ...flags }, makeContext(context));
  open.push(connection);
  return connection;
}

async function catchError<C extends ErrorCode>(code: C, promise: Promise<unknown>): Promise<RetraceError<C> & { params: ErrorParams[C] }> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RetraceError);
  expect((error as RetraceError).code).toBe(code);
  return error as RetraceError<C>;
}

const get = { method: 'GET', path: '/x' } as const;
const put = { method: 'PUT', path: '/x', body: { a: 1 } } as const;

describe('TLS', () => {
  it('reaches a server under a private authority and shows the client certificate', async () => {
    const connection = await reach();
    await connection.request(get);
    await connection.request(put);
    expect(server.seen.map((seen) => seen.client)).toEqual(['alice', 'alice']);
  });

  it('keeps two identities of one process apart', async () => {
    const bob = authority.issue('bob');
    const [first, second] = [await reach(), await reach({ user: { 'client-certificate': bob.certificatePath, 'client-key': bob.keyPath } })];
    for (const connection of [first, second, first, second]) await connection.request(get);
    expect(server.seen.map((seen) => seen.client)).toEqual(['alice', 'bob', 'alice', 'bob']);
  });

  it.each(['GET', 'PUT'] as const)('refuses a server that another authority signed (%s)', async (method) => {
    const connection = await reach({ cluster: { 'certificate-authority': stranger.path } });
    const error = await catchError('server.unreachable', connection.request({ method, path: '/x' }));
    expect(error.params.kind).toBe('tls');
    expect(error.params.detail).toMatch(/certificate/);
    expect(mayHaveArrived(error)).toBe(false);
    expect(server.seen).toEqual([]);
  });

  it.each(['GET', 'PUT'] as const)('refuses a certificate for another name unless tls-server-name says it is right (%s)', async (method) => {
    const other = await startPrivateServer(authority, authority.issue('other', { subjectAltName: 'DNS:kubernetes.default' }));
    const refused = await reach({ cluster: { server: other.url } });
    expect((await catchError('server.unreachable', refused.request({ method, path: '/x' }))).params.kind).toBe('tls');
    const named = await reach({ cluster: { server: other.url, 'tls-server-name': 'kubernetes.default' } });
    expect((await named.request({ method, path: '/x' })).status).toBe(200);
    await other.close();
  });

  it('takes any certificate only when told to', async () => {
    const connection = await reach({ cluster: { 'certificate-authority': undefined, 'insecure-skip-tls-verify': true } });
    expect((await connection.request(get)).status).toBe(200);
  });

  it('says that the client certificate has expired, whether the server answers 401 or hangs up', async () => {
    const expired = authority.issue('late', { from: '20200101000000Z', to: '20200201000000Z' });
    const user = { 'client-certificate': expired.certificatePath, 'client-key': expired.keyPath };
    server.answer = (_request, reply) => reply.send(401, { kind: 'Status', message: 'Unauthorized' });
    const error = await catchError('credentials.rejected', (await reach({ user })).request(get));
    expect(error.params.detail).toBe('the client certificate expired at 2020-02-01T00:00:00.000Z');
    const strict = await startPrivateServer(authority, serverIdentity, { demandCertificate: true });
    const hungUp = await catchError('credentials.rejected', (await reach({ user, cluster: { server: strict.url } })).request(get));
    expect(hungUp.params.detail).toBe(error.params.detail);
    await strict.close();
  });

  it('names the PEM that is none', async () => {
    const path = join(folder, 'no.pem');
    await writeFile(path, 'not a certificate');
    const error = await catchError('kubeconfig.broken', (await reach({ user: { 'client-certificate': path, 'client-key': client.keyPath } })).request(get));
    expect(error.params.detail).toBe('client-certificate is not PEM');
  });
});

describe('what goes over the wire', () => {
  it('keeps connections open between requests', async () => {
    const connection = await reach();
    for (let i = 0; i < 5; i++) await connection.request(get);
    for (let i = 0; i < 5; i++) await connection.request(put);
    expect(server.connections()).toBe(2);
  });

  it('sends every group as a header line of its own', async () => {
    const connection = await reach({ flags: { as: 'bob', asGroup: ['g1', 'g2'], asUid: '7' } });
    await connection.request(get);
    const lines = server.seen[0]!.headers.filter(([name]) => name.startsWith('impersonate-'));
    expect(lines.sort()).toEqual([
      ['impersonate-group', 'g1'],
      ['impersonate-group', 'g2'],
      ['impersonate-uid', '7'],
      ['impersonate-user', 'bob'],
    ]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('sends a %s with its whole body', async (method) => {
    const body = { preconditions: { uid: 'ü-1' } };
    await (await reach()).request({ method, path: '/x', body });
    expect(JSON.parse(server.seen[0]!.body)).toEqual(body);
  });

  it('names itself, and asks for the query that was given', async () => {
    const connection = await reach({ flags: { userAgent: 'kubectl-rollback/1.2.3' } });
    await connection.request({ method: 'GET', path: '/x', query: { labelSelector: 'a in (b,c)', limit: 5, continue: undefined } });
    expect(server.seen[0]!.path).toBe('/x?labelSelector=a+in+%28b%2Cc%29&limit=5');
    expect(server.seen[0]!.headers).toContainEqual(['user-agent', 'kubectl-rollback/1.2.3']);
  });

  it('keeps int64 and 1.0 as they are, in both directions', async () => {
    const text = '{"big":9223372036854775807,"one":1.0,"small":3}';
    server.answer = (_request, reply) => reply.send(200, text);
    const connection = await reach();
    const { body } = await connection.request(get);
    await connection.request({ method: 'PUT', path: '/x', body });
    await connection.request({ method: 'POST', path: '/x', body });
    expect(server.seen.slice(1).map((seen) => seen.body)).toEqual([text, text]);
  });

  it("gives warnings and the server's clock", async () => {
    const aheadMs = 3_600_000;
    const date = new Date(Date.now() + aheadMs).toUTCString();
    const headers = { date, warning: '299 - "apps/v1beta1 is \\"old\\"", 299 - "second, with comma"' };
    server.answer = (_request, reply) => reply.send(200, {}, headers);
    const connection = await reach();
    expect(connection.clockOffsetMs()).toBe(0);
    const answer = await connection.request(get);
    expect(answer.warnings).toEqual(['apps/v1beta1 is "old"', 'second, with comma']);
    expect(answer.serverTime?.toUTCString()).toBe(date);
    expect(Math.abs(connection.clockOffsetMs() - aheadMs)).toBeLessThan(1_500);
  });
});

describe('reads', () => {
  it('are sent again after 429, as late as Retry-After says', async () => {
    const times: number[] = [];
    server.answer = (_request, reply) => {
      times.push(performance.now());
      if (times.length === 1) reply.send(429, { kind: 'Status', message: 'busy' }, { 'retry-after': '1' });
      else reply.send(200, { ok: true });
    };
    expect((await (await reach()).request(get)).body).toEqual({ ok: true });
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1_000);
  });

  it.each([500, 502, 503])('are sent again after %i', async (status) => {
    server.answer = (_request, reply) => reply.send(server.seen.length < 3 ? status : 200, {});
    expect((await (await reach()).request(get)).status).toBe(200);
    expect(server.seen.length).toBe(3);
  });

  it("give up on a 500 that stays, with the server's words", async () => {
    server.answer = (_request, reply) => reply.send(500, { kind: 'Status', reason: 'InternalError', message: 'conversion webhook failed' });
    const error = await catchError('server.error', (await reach()).request(get));
    expect(error.params).toEqual({ status: 500, reason: 'InternalError', message: 'conversion webhook failed', request: 'GET /x' });
    expect(server.seen.length).toBe(5);
  });

  it('are sent once where the caller says so', async () => {
    server.answer = (_request, reply) => reply.send(503, {});
    await catchError('server.error', (await reach()).request({ ...get, retry: 'none' }));
    expect(server.seen.length).toBe(1);
  });

  it('do not wait longer than the request timeout allows', async () => {
    server.answer = (_request, reply) => reply.send(429, {}, { 'retry-after': '60' });
    const startMs = performance.now();
    await catchError('server.error', (await reach({ flags: { requestTimeoutMs: 2_000 } })).request(get));
    expect(performance.now() - startMs).toBeLessThan(1_500);
  });

  it.each([{}, { as: 'bob', asGroup: ['g1', 'g2'] }])('are sent again when the answer is cut off (%o)', async (flags) => {
    server.answer = (_request, reply) => {
      if (server.seen.length > 2) return reply.send(200, 'whole', { 'content-type': 'text/plain' });
      if (server.seen.length > 1) reply.start({ 'content-type': 'text/plain' });
      else reply.send(200, 'who', { 'content-type': 'text/plain', 'content-length': '1000' });
      reply.hangUp();
    };
    expect((await (await reach({ flags })).request(get)).body).toBe('whole');
  });

  it('say that JSON is not whole, when it stays so', async () => {
    server.answer = (_request, reply) => reply.send(200, '{"items":[');
    const error = await catchError('server.unreachable', (await reach({ flags: { requestTimeoutMs: 1_000 } })).request(get));
    expect(error.params.detail).toBe('the answer is not whole JSON');
    expect(server.seen.length).toBeGreaterThan(1);
  });

  it('are sent again when the connection breaks, also with two groups', async () => {
    for (const flags of [{}, { as: 'bob', asGroup: ['g1', 'g2'] }]) {
      server.seen.length = 0;
      server.answer = (_request, reply) => (server.seen.length > 1 ? reply.send(200, {}) : reply.hangUp());
      expect((await (await reach({ flags })).request(get)).status).toBe(200);
    }
  });

  it('do not wait long for a server that never answered', async () => {
    const connection = await reach({ cluster: { server: 'https://127.0.0.1:1' } });
    const startMs = performance.now();
    const error = await catchError('server.unreachable', connection.request(get));
    expect(error.params).toEqual({ server: 'https://127.0.0.1:1', detail: 'connection refused', kind: 'network' });
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });

  it('say that a name does not exist', async () => {
    const error = await catchError('server.unreachable', (await reach({ cluster: { server: 'https://no-such-host.invalid:6443' } })).request(get));
    expect([error.params.kind, error.params.detail]).toEqual(['dns', 'no such host']);
  });

  it('end with the request timeout when no answer comes', async () => {
    server.answer = () => {};
    const error = await catchError('server.unreachable', (await reach({ flags: { requestTimeoutMs: 200 } })).request(get));
    expect(error.params.kind).toBe('timeout');
    expect(error.params.detail).toBe('no answer to GET /x within 0.2s');
  });

  it("keep a gateway's page as the message", async () => {
    server.answer = (_request, reply) => {
      reply.send(404, '<h1>no such cluster</h1>', { 'content-type': 'text/html' });
    };
    const error = await catchError('server.rejected', (await reach()).request(get));
    expect(error.params.message).toBe('<h1>no such cluster</h1>');
  });
});

describe('writes', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('are sent once when a kept connection breaks: %s', async (method) => {
    const connection = await reach();
    // Idle connections in every pool first: it is those that Bun's fetch would silently try one after the other.
    await Promise.all(Array.from({ length: 4 }, () => connection.request(get)));
    await Promise.all(Array.from({ length: 4 }, () => connection.request({ method, path: '/warm', body: {} })));
    server.seen.length = 0;
    server.answer = (_request, reply) => reply.hangUp();
    const error = await catchError('server.unreachable', connection.request({ method, path: '/x', body: {} }));
    expect(server.seen.length).toBe(1);
    expect(mayHaveArrived(error)).toBe(true);
  });

  it.each(['PUT', 'DELETE'] as const)('are sent once behind a proxy too: %s', async (method) => {
    const proxy = await startLoopbackProxy();
    onTestFinished(() => proxy.stop());
    const connection = await reach({ cluster: { 'proxy-url': `http://${proxy.address}` } });
    await Promise.all(Array.from({ length: 4 }, () => connection.request(get)));
    server.seen.length = 0;
    server.answer = (_request, reply) => reply.hangUp();
    await catchError('server.unreachable', connection.request({ method, path: '/x', body: {} }));
    expect([server.seen.length, proxy.tunnels.length > 0]).toEqual([1, true]);
  });

  it.each([
    [500, 'server.error', true],
    [503, 'server.error', true],
    [429, 'server.error', false],
    [409, 'server.conflict', false],
    [422, 'server.rejected', false],
    [404, 'server.rejected', false],
    [403, 'access.forbidden', false],
    [401, 'credentials.rejected', false],
  ] as const)('tell after a %i whether they may have arrived', async (status, code, arrived) => {
    server.answer = (_request, reply) => reply.send(status, { kind: 'Status', message: 'no' });
    const error = await catchError(code, (await reach()).request(put));
    expect([server.seen.length, mayHaveArrived(error), failureOf(error)?.status, failureOf(error)?.message]).toEqual([1, arrived, status, 'no']);
  });

  it('surely did not arrive where nothing listens', async () => {
    const error = await catchError('server.unreachable', (await reach({ cluster: { server: 'https://127.0.0.1:1' } })).request(put));
    expect(mayHaveArrived(error)).toBe(false);
  });

  it('may have arrived when no answer came in time', async () => {
    server.answer = () => {};
    const error = await catchError('server.unreachable', (await reach({ flags: { requestTimeoutMs: 200 } })).request(put));
    expect(mayHaveArrived(error)).toBe(true);
  });

  it('with dryRun=All are sent again as reads are', async () => {
    server.answer = (_request, reply) => reply.send(server.seen.length < 2 ? 503 : 200, {});
    await (await reach()).request({ ...put, query: { dryRun: 'All' } });
    expect(server.seen.length).toBe(2);
  });

  it('give the causes that the server names', async () => {
    const details = { causes: [{ field: 'spec.replicas', message: 'must be greater than or equal to 0' }] };
    server.answer = (_request, reply) => reply.send(422, { kind: 'Status', message: 'invalid', details });
    const error = await catchError('server.rejected', (await reach()).request(put));
    expect(error.params.causes).toEqual(['spec.replicas: must be greater than or equal to 0']);
  });
});

describe('Ctrl-C and other signals', () => {
  it('ends a read at once', async () => {
    const interrupt = new AbortController();
    const connection = await reach({ context: { signal: interrupt.signal } });
    server.answer = () => interrupt.abort(new Error('Ctrl-C'));
    await expect(connection.request(get)).rejects.toThrow('Ctrl-C');
  });

  it('ends the waiting before the next attempt', async () => {
    const interrupt = new AbortController();
    const connection = await reach({ context: { signal: interrupt.signal } });
    server.answer = (_request, reply) => {
      reply.send(429, {}, { 'retry-after': '5' });
      setTimeout(() => interrupt.abort(new Error('Ctrl-C')), 50);
    };
    const startMs = performance.now();
    await expect(connection.request(get)).rejects.toThrow('Ctrl-C');
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('lets a write that is on its way finish, and an uninterrupted read go on', async () => {
    const interrupt = new AbortController();
    const connection = await reach({ context: { signal: interrupt.signal } });
    server.answer = (_request, reply) => {
      interrupt.abort();
      reply.send(200, { written: true });
    };
    expect((await connection.request(put)).body).toEqual({ written: true });
    expect((await connection.uninterrupted().request(get)).status).toBe(200);
    await expect(connection.request(get)).rejects.toThrow();
  });

  it.each(['GET', 'PUT'] as const)("a request's own signal ends it, whatever it is: %s", async (method) => {
    const own = new AbortController();
    const connection = await reach();
    server.answer = () => own.abort(new Error('enough'));
    const error: unknown = await connection.request({ method, path: '/x', signal: own.signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'enough' });
    expect(mayHaveArrived(error)).toBe(true);
  });
});

describe('streams', () => {
  it('give bytes as they come and end with the server', async () => {
    const connection = await reach();
    let more: () => void = () => {};
    server.answer = (_request, reply) => {
      reply.start();
      reply.write('one\n');
      more = () => {
        reply.write('two\n');
        reply.end();
        more = () => {};
      };
    };
    const texts: string[] = [];
    for await (const chunk of await connection.stream(get)) {
      texts.push(new TextDecoder().decode(chunk));
      more();
    }
    expect(texts).toEqual(['one\n', 'two\n']);
  });

  it.each([{}, { as: 'bob', asGroup: ['g1', 'g2'] }])('end when aborted, however silent: nothing else would end them (%o)', async (flags) => {
    const connection = await reach({ flags: { requestTimeoutMs: 1000, ...flags } });
    server.answer = (_request, reply) => {
      reply.start();
      reply.write('one\n');
    };
    const own = new AbortController();
    const read = async () => {
      for await (const _chunk of await connection.stream({ ...get, signal: own.signal })) {
        // Longer than the request timeout: it is for the head of the answer only.
        setTimeout(() => own.abort(new Error('enough')), 1200);
      }
    };
    await expect(read()).rejects.toThrow('enough');
  });

  it('close the connection when the reader leaves', async () => {
    const connection = await reach();
    const closed = new Promise<void>((resolve) => {
      server.answer = (_request, reply) => {
        reply.onClose(resolve);
        reply.start();
        reply.write('one\n');
      };
    });
    for await (const _chunk of await connection.stream(get)) break;
    await closed;
  });

  it('say that the connection broke', async () => {
    const connection = await reach();
    server.answer = (_request, reply) => {
      reply.start();
      reply.write('one\n');
      reply.hangUp();
    };
    const read = async () => {
      for await (const _chunk of await connection.stream(get));
    };
    await catchError('server.unreachable', read());
  });
});
