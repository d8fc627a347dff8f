/**
 * A TCP proxy on loopback that counts what it carries: the judge of how much a client fetched. It may carry no more than so much a
 * second, so that a transfer is long enough to be met in its middle, whatever the machine.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface CountingProxy {
  readonly port: number;
  /** Points it at the port that it stands before. */
  target(port: number): void;
  /** Bytes carried from the target to clients so far. */
  readonly received: number;
  /** The same from clients to the target. */
  readonly sent: number;
  close(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1. Its port is known before the target's, which may need to name it. `pace` is bytes a second of all
 * connections together, in each direction.
 */
export async function startCountingProxy(pace = Number.POSITIVE_INFINITY): Promise<CountingProxy> {
  const [toTarget, toClients] = [paced(pace), paced(pace)];
  let targetPort = 0;
  let received = 0;
  let sent = 0;
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
    client.on('data', (bytes: Buffer) => {
      sent += bytes.length;
    });
    toTarget(client, upstream);
    toClients(upstream, client);
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
    get sent() {
      return sent;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Longer than this ahead of its time, milliseconds, a connection waits. */
const ahead = 20;

function paced(bytesPerSecond: number): (from: Socket, to: Socket) => void {
  let freeAt = 0;
  return (from, to) => {
    from
      .pipe(
        new Transform({
          transform(bytes: Buffer, _encoding, done) {
            const now = performance.now();
            freeAt = Math.max(freeAt, now) + (bytes.length / bytesPerSecond) * 1000;
            if (freeAt - now > ahead) setTimeout(done, freeAt - now, undefined, bytes);
            else done(undefined, bytes);
          },
        }),
      )
      .pipe(to);
  };
}
