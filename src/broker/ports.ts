/** Finding TCP ports that nobody uses. */
import { createServer } from 'node:net';
import { ConfigurationError } from '../errors.ts';
import { listenFault } from '../listen-fault.ts';

/** Below the range from which systems take the ports of outgoing connections, so that a stopped broker finds its own again. */
const lowest = 20_000;
const highest = 32_000;

/** @throws ConfigurationError where `host:port` cannot be bound now */
export async function expectFree(port: number, host: string): Promise<void> {
  if (await isFree(port, host)) return;
  throw new ConfigurationError(
    `Port ${port} on ${host} is taken by another program, perhaps by a broker that runs already ` +
      '(sluice broker status). Stop that one, or choose another port with --port.',
  );
}

/** A free port, different from all in `taken`, to which it is added. @throws ConfigurationError where there is none to be had on `host` */
export async function freePort(host: string, taken: Set<number>): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (taken.has(port) || !(await isFree(port, host))) continue;
    taken.add(port);
    return port;
  }
}

/** False where another program has it; rejects with ConfigurationError where nobody could. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(new ConfigurationError(listenFault({ host, port, portFlag: '--port' }, error)));
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
