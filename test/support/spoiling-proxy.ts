/** A TCP proxy before a broker that understands as much of Kafka's protocol as it takes to spoil single answers. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** An answer as it came from the broker: its length, the correlation id, the body. */
export interface Answer {
  readonly clientId: string;
  readonly apiKey: number;
  readonly bytes: Buffer;
}

/** What goes to the client instead, and whether the connection ends behind it. */
export interface Spoiled {
  readonly bytes: Buffer;
  readonly ends?: boolean;
}

export interface SpoilingProxy {
  readonly port: number;
  /** The port that it stands before. */
  target: number;
}

/** Listens on a free port of 127.0.0.1 until the test ends. `spoil` gives undefined for what is to pass as it is. */
export async function startSpoilingProxy(
  t: TestContext,
  spoil: (answer: Answer) => Spoiled | undefined,
): Promise<SpoilingProxy> {
  const sockets = new Set<Socket>();
  const proxy = { port: 0, target: 0 };
  const server = createServer((client) => {
    const broker = connect(proxy.target, '127.0.0.1');
    const asked = new Map<number, Omit<Answer, 'bytes'>>();
    const requests = framesOf((bytes) => {
      const clientId = bytes.toString('utf8', 14, 14 + bytes.readInt16BE(12));
      asked.set(bytes.readInt32BE(8), { clientId, apiKey: bytes.readInt16BE(4) });
    });
    const answers = framesOf((bytes) => {
      const question = asked.get(bytes.readInt32BE(4))!;
      const spoiled = spoil({ ...question, bytes });
      client.write(spoiled?.bytes ?? bytes);
      if (spoiled?.ends) client.end();
    });
    client.on('data', (bytes: Buffer) => {
      requests(bytes);
      broker.write(bytes);
    });
    broker.on('data', answers);
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return proxy;
}

/** Feeds on a stream's bytes and gives its frames, each with its length. */
function framesOf(take: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
