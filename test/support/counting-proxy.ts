/** A TCP proxy on loopback that counts what it carries: the judge of how much a client fetched. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CountingProxy {
  readonly port: number;
  /** Points it at the port that it stands before. */
  target(port: number): void;
  /** Bytes carried from the target to clients so far. */
  readonly received: number;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. Its port is known before the target's, which may need to name it. */
export async function startCountingProxy(): Promise<CountingProxy> {
  let targetPort = 0;
  let received = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // A killed client resets its connection: the other side is to see its end, nobody an error.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    upstream.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    target(port) {
      targetPort = port;
    },
    get received() {
      return received;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
