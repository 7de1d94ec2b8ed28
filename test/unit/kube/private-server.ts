/**
 * A TLS server under a private authority that breaks on demand: it tests our transport, it does not pretend to be
 * Kubernetes. It speaks HTTP by itself, because Bun's own server hides the client's certificate and sends what it likes.
 */
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Authority, Issued } from './private-authority.ts';

export interface Seen {
  method: string;
  path: string;
  /** Header lines as they came, names in lower case. */
  headers: [string, string][];
  body: string;
  /** Common name of the client's certificate, if the authority signed it. */
  client: string | undefined;
}

export interface Reply {
  /** A whole answer. */
  send(status: number, body: unknown, headers?: Record<string, string>): void;
  /** Head of an answer of unknown length; `write` its pieces, `end` it. */
  start(headers?: Record<string, string>): void;
  write(text: string): void;
  end(): void;
  /** Bytes as they are, for answers that are wrong. */
  writeRaw(text: string): void;
  hangUp(): void;
  onClose(listener: () => void): void;
}

export interface PrivateServer {
  url: string;
  seen: Seen[];
  /** Connections that were accepted so far. */
  connections(): number;
  /** What the server does with each request; the default answers `{}`. */
  answer: (request: Seen, reply: Reply) => void;
  close(): Promise<void>;
}

export async function startPrivateServer(authority: Authority, identity: Issued, options: { demandCertificate?: boolean } = {}): Promise<PrivateServer> {
  const sockets = new Set<TLSSocket>();
  let accepted = 0;
  const tls = { cert: identity.certificate, key: identity.key, ca: authority.certificate, requestCert: true, rejectUnauthorized: options.demandCertificate ?? false };
  const server = createServer(tls, (socket) => {
    accepted++;
    sockets.add(socket);
    let received = '';
    // latin1 keeps one character for each byte, so that Content-Length can be counted off.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      received += data.toString('latin1');
      for (let taken = takeRequest(received, socket); taken; taken = takeRequest(received, socket)) {
        received = taken.rest;
        result.seen.push(taken.request);
        result.answer(taken.request, makeReply(socket));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result: PrivateServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    connections: () => accepted,
    answer: (_request, reply) => reply.send(200, {}),
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return result;
}

function takeRequest(received: string, socket: TLSSocket): { request: Seen; rest: string } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [first = '', ...lines] = received.slice(0, headEnd).split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
  const bodyEnd = headEnd + 4 + length;
  if (received.length < bodyEnd) return undefined;
  const body = Buffer.from(received.slice(headEnd + 4, bodyEnd), 'latin1').toString('utf8');
  const name = socket.authorized ? socket.getPeerCertificate().subject.CN : undefined;
  return { request: { method, path, headers, body, client: Array.isArray(name) ? name[0] : name }, rest: received.slice(bodyEnd) };
}

function makeReply(socket: TLSSocket): Reply {
  const writeHead = (status: number, headers: Record<string, string>) => {
    const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`);
  };
  return {
    send: (status, body, headers = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      writeHead(status, { 'content-length': String(Buffer.byteLength(text)), ...headers });
      socket.write(text);
    },
    start: (headers = {}) => writeHead(200, { 'transfer-encoding': 'chunked', ...headers }),
    write: (text) => void socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`),
    end: () => void socket.write('0\r\n\r\n'),
    writeRaw: (text) => void socket.write(text),
    hangUp: () => socket.destroySoon(),
    onClose: (listener) => void socket.on('close', listener),
  };
}
