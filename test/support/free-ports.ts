/** Ports for servers that are started by others. */
import { createServer } from 'node:net';

// Below the range from which the system takes ports for outgoing connections, and clear of well-known ones.
const [lowest, highest] = [20_000, 32_000];

/**
 * Ports of loopback that nobody listens on, by chance out of many: two who ask at the same time hardly get the same, and a server that is
 * stopped for a while finds its ports free again. (kwokctl counts down from 32767: two that start together take the same ports.)
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
