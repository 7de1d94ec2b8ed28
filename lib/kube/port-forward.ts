import { createServer, type Socket } from 'node:net';
import { resourcePath, builtinTypes } from './paths.ts';
import type { Connection } from './types.ts';

/** A way to a port of a pod, as `kubectl port-forward` makes it: a port of this machine, on loopback alone. */
export interface PortForward {
  /** Of this machine. */
  port: number;
  /** What the kubelet said when a connection could not be made; it also ends that connection. */
  problem(): string | undefined;
  close(): void;
}

export interface PodPort {
  namespace: string;
  pod: string;
  port: number;
}

// The protocol of kubelet and API server for port-forwards over a WebSocket: one channel for data and one for what went
// wrong, each begun by the server with the port in two bytes (kubernetes kubelet/pkg/cri/streaming/portforward/websocket.go).
const protocol = 'v4.channel.k8s.io';
const dataChannel = 0;
const errorChannel = 1;
const portBytes = 2;

/**
 * Opens the way and keeps it until `close`. The first connection is made at once, to see whether it is allowed and whether
 * the pod is there.
 * @throws access.forbidden, server.* as any request; what the kubelet says of a connection is in `problem`
 */
export async function openPortForward(connection: Connection, to: PodPort): Promise<PortForward> {
  let problem: string | undefined;
  const open = new Set<Socket>();
  const tunnels = new Set<WebSocket>();
  const dial = () => dialPod(connection, to, tunnels);
  // Taken by the first connection; a second one dials for itself.
  let ready: WebSocket | undefined = await dial();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const first = ready;
    ready = undefined;
    void (first === undefined || first.readyState !== WebSocket.OPEN ? dial() : Promise.resolve(first)).then(
      // Closed while it was dialled: nobody would close the tunnel, and the process would wait for it.
      (tunnel) => (socket.destroyed ? tunnel.close() : join(socket, tunnel, (text) => (problem = text))),
      (error: unknown) => {
        problem = error instanceof Error ? error.message : String(error);
        socket.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    problem: () => problem,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
      for (const tunnel of tunnels) tunnel.close();
    },
  };
}

async function dialPod(connection: Connection, { namespace, pod, port }: PodPort, tunnels: Set<WebSocket>): Promise<WebSocket> {
  const path = resourcePath(builtinTypes.pods, { namespace, name: pod, subresource: 'portforward' });
  const tunnel = await connection.upgrade({ path, query: { ports: port }, protocol });
  tunnel.binaryType = 'arraybuffer';
  tunnels.add(tunnel);
  tunnel.addEventListener('close', () => tunnels.delete(tunnel));
  return tunnel;
}

/** Carries bytes both ways until one side ends. */
function join(socket: Socket, tunnel: WebSocket, onProblem: (text: string) => void): void {
  // The first message of each channel is the port.
  const begun = new Set<number>();
  socket.on('data', (bytes: Buffer) => tunnel.send(Buffer.concat([Buffer.of(dataChannel), bytes])));
  socket.on('close', () => tunnel.close());
  tunnel.addEventListener('message', ({ data }) => {
    const bytes = Buffer.from(data as ArrayBuffer);
    const channel = bytes[0]!;
    const rest = bytes.subarray(1);
    const isBeginning = !begun.has(channel) && rest.length === portBytes;
    begun.add(channel);
    if (isBeginning || rest.length === 0) return;
    if (channel === dataChannel) socket.write(rest);
    if (channel === errorChannel) {
      onProblem(rest.toString('utf8'));
      socket.destroy();
    }
  });
  tunnel.addEventListener('close', () => socket.end());
}
