/** Finding TCP ports that nobody uses. */
import { createServer } from 'node:net';

/** Below the range from which systems take the ports of outgoing connections, so that a stopped broker finds its own again. */
const lowest = 20_000;
const highest = 32_000;

/** True when `host:port` can be bound now. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port, different from all in `taken`, to which it is added. */
export async function freePort(host: string, taken: Set<number>): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (taken.has(port) || !(await isPortFree(port, host))) continue;
    taken.add(port);
    return port;
  }
}
