/** Something that listens as a broker does, and answers as the test says. */
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** On a free port of this address (127.0.0.1), until the test ends. */
export async function listener(
  t: TestContext,
  serve: (socket: Socket) => void,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<{ readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('nobody listens');
  return { port: address.port };
}
