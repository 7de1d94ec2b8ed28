/**
 * A TLS proxy on loopback in front of an API server: adds latency, counts round trips and breaks requests on purpose.
 * What passes is real; only the way there is bad.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { request as sendRequest, createServer, Agent } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ControlPlane } from './control-plane.ts';
import { longestChain, type RequestRecord } from './round-trips.ts';

/** A request as a fault's condition sees it; `path` includes the query. */
export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  /** What it carries, as text. */
  readonly body?: string;
}

/** What goes wrong. `reset-after` is the hard one: the write arrived, the answer did not. */
export type FaultKind = 'status' | 'reset-before' | 'reset-after' | 'truncate' | 'delay';

export interface Fault {
  readonly kind: FaultKind;
  readonly matches: (request: ProxiedRequest) => boolean;
  /** How often it strikes; 1 unless told. */
  readonly times?: number;
  /** For `status`: 429, 500, 503 … */
  readonly status?: number;
  /** For `status`: value of the Retry-After header. */
  readonly retryAfterSeconds?: number;
  /** For `delay`. */
  readonly delayMs?: number;
}

export interface FaultProxy {
  /** Like the control plane's own, with the proxy as server. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Every finished request since the start or `forgetRequests`. */
  readonly requests: readonly RequestRecord[];
  setLatency(latencyMs: number): void;
  /** Adds a fault; the returned object counts how often it struck. */
  addFault(fault: Fault): { readonly struck: number };
  clearFaults(): void;
  /** Tears every open connection, watches among them; new ones are taken as before. */
  cutConnections(): void;
  forgetRequests(): void;
  /** The longest chain of requests of which each began after the one before had ended: what latency multiplies. */
  sequentialRoundTrips(): number;
  stop(): Promise<void>;
}

/** Starts a proxy in front of `plane`. Requests are sent on as the kubeconfig's administrator, or with their own bearer token. */
export async function startFaultProxy(
  runFolder: string,
  plane: ControlPlane,
  options: { latencyMs?: number } = {},
): Promise<FaultProxy> {
  const upstream = new URL(plane.server);
  const ca = readFileSync(plane.pki.ca);
  // kwokctl's administrator certificate is also the API server's own, valid for 127.0.0.1.
  const identity = { cert: readFileSync(plane.pki.cert), key: readFileSync(plane.pki.key) };
  const asAdministrator = new Agent({ ca, ...identity, keepAlive: true });
  const anonymous = new Agent({ ca, keepAlive: true });
  const requests: RequestRecord[] = [];
  const sockets = new Set<Socket>();
  let faults: { fault: Fault; struck: number }[] = [];
  let latencyMs = options.latencyMs ?? 0;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const record = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', startMs: performance.now() };
    const body = await readAll(incoming);
    const finish = (status: number) => void requests.push({ ...record, endMs: performance.now(), status });
    const seen = { ...record, body: body.toString() };
    const active = faults.find(({ fault, struck }) => struck < (fault.times ?? 1) && fault.matches(seen));
    if (active) active.struck += 1;
    const fault = active?.fault;
    await pause(latencyMs + (fault?.kind === 'delay' ? (fault.delayMs ?? 0) : 0));
    if (fault?.kind === 'status') {
      outgoing.on('close', () => finish(fault.status ?? 500));
      return refuse(outgoing, fault);
    }
    if (fault?.kind === 'reset-before') {
      finish(0);
      return void incoming.socket.destroy();
    }
    const agent = incoming.headers.authorization ? anonymous : asAdministrator;
    const forwarded = sendRequest(
      {
        host: upstream.hostname,
        port: upstream.port,
        method: record.method,
        path: record.path,
        headers: { ...incoming.headers, host: upstream.host },
        agent,
      },
      (answer) => {
        const breaksOff = fault?.kind === 'reset-after' || fault?.kind === 'truncate';
        // A client that goes first tears the answer itself.
        if (breaksOff) return void breakOff(fault.kind, answer, isWatch(record.path), outgoing, incoming.socket).catch(() => undefined).then(() => finish(0));
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
        // A watch ends when somebody has had enough; what a person waits for is its beginning.
        if (isWatch(record.path)) finish(answer.statusCode ?? 0);
        else outgoing.on('close', () => finish(answer.statusCode ?? 0));
      },
    );
    forwarded.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => forwarded.destroy());
    forwarded.end(body);
  }

  const server = createServer({ ...identity, ca }, (incoming, outgoing) => void handle(incoming, outgoing));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(runFolder, `${plane.name}-proxy-${new URL(url).port}.kubeconfig`);
  writeFileSync(kubeconfig, readFileSync(plane.kubeconfig, 'utf8').replaceAll(plane.server, url), { mode: 0o600 });

  return {
    kubeconfig,
    server: url,
    requests,
    setLatency: (value) => void (latencyMs = value),
    addFault: (fault) => {
      const entry = { fault, struck: 0 };
      faults.push(entry);
      return entry;
    },
    clearFaults: () => void (faults = []),
    cutConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
    forgetRequests: () => void (requests.length = 0),
    sequentialRoundTrips: () => longestChain(requests),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      asAdministrator.destroy();
      anonymous.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers with a Status object as the API server makes it. */
function refuse(outgoing: ServerResponse, fault: Fault): void {
  const code = fault.status ?? 500;
  const reasons: Record<number, string> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    409: 'Conflict',
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
  };
  const details =
    fault.retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds: fault.retryAfterSeconds } };
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'injected by the test',
    reason: reasons[code] ?? 'Unknown',
    code,
    ...details,
  };
  const retryAfter = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
  outgoing.writeHead(code, { 'content-type': 'application/json', ...retryAfter });
  outgoing.end(JSON.stringify(status));
}

/** Lets the API server finish, then tears the connection: before the answer's first byte, or in the middle of its body. */
async function breakOff(
  kind: FaultKind,
  answer: IncomingMessage,
  isEndless: boolean,
  outgoing: ServerResponse,
  socket: Socket,
): Promise<void> {
  const body = await (isEndless ? readFirst(answer) : readAll(answer));
  if (kind === 'truncate') {
    outgoing.writeHead(answer.statusCode ?? 200, {
      'content-type': answer.headers['content-type'] ?? 'application/json',
      ...(isEndless ? {} : { 'content-length': body.length }),
    });
    await new Promise((resolve) => outgoing.write(body.subarray(0, body.length >> 1), resolve));
  }
  socket.destroy();
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The first piece of an answer that has no end. */
async function readFirst(stream: IncomingMessage): Promise<Buffer> {
  for await (const chunk of stream) return chunk as Buffer;
  return Buffer.alloc(0);
}

function isWatch(path: string): boolean {
  return /[?&]watch=(1|true)/.test(path);
}
