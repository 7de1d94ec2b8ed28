/**
 * A proxy on loopback as companies have them: HTTP CONNECT, with or without a password, and SOCKS 5. It notes where it was
 * asked to go and goes to that port of this machine, so that a name which only the proxy knows proves the way.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LoopbackProxy {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** `HOST:PORT` of every tunnel that was opened. */
  readonly tunnels: readonly string[];
  stop(): Promise<void>;
}

/** @param password `user:password` that a CONNECT must show; anything is let through without it */
export async function startLoopbackProxy(password?: string): Promise<LoopbackProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };

  const join = (client: Socket, host: string, port: number, welcome: Buffer | string) => {
    tunnels.push(`${host}:${port}`);
    const server = connect(port, '127.0.0.1', () => {
      client.write(welcome);
      client.pipe(server);
      server.pipe(client);
    });
    keep(server);
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  };

  const takeConnect = (client: Socket, head: string) => {
    const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) /.exec(head) ?? [];
    const shown = /^proxy-authorization: basic (\S+)\r$/im.exec(head)?.[1] ?? '';
    if (password !== undefined && Buffer.from(shown, 'base64').toString() !== password) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    } else join(client, host, Number(port), 'HTTP/1.1 200 Connection established\r\n\r\n');
  };

  // RFC 1928: methods, then a request for an IPv4 address or a name.
  const takeSocks = (client: Socket) => {
    client.write(Buffer.from([5, 0]));
    client.once('data', (data: Buffer) => {
      const named = data[3] === 3;
      const end = named ? 5 + data[4]! : 8;
      const host = named ? data.subarray(5, end).toString() : [...data.subarray(4, 8)].join('.');
      join(client, host, data.readUInt16BE(end), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    });
  };

  const server = createServer((client) => {
    keep(client);
    client.once('data', (data: Buffer) => (data[0] === 5 ? takeSocks(client) : takeConnect(client, data.toString('latin1'))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
