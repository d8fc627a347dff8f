/** A TCP proxy that knows Kafka's frames, and may change what a broker answers. */
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface RewritingProxy {
  readonly port: number;
  /** Where connections lead; set it before the first one. */
  target: number;
  /** Gets each answer's bytes from after the correlation id, and may change them. */
  rewrite: ((apiKey: number, body: Buffer) => void) | undefined;
  /** Gives others in their place. */
  replace: ((apiKey: number, body: Buffer) => Buffer | undefined) | undefined;
  /** Bytes of all answers to requests of this API so far. */
  answered(apiKey: number): number;
}

/** Cuts a stream into frames, each from after its length. */
function frames(each: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      each(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  };
}

/** Listens on a free port of 127.0.0.1 until the test ends. */
export async function startRewritingProxy(t: TestContext): Promise<RewritingProxy> {
  const sockets = new Set<Socket>();
  const bytesOf = new Map<number, number>();
  const server = createServer((client) => {
    const broker = connect(proxy.target, '127.0.0.1');
    const asked = new Map<number, number>();
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
    client.on(
      'data',
      frames((request) => {
        asked.set(request.readInt32BE(4), request.readInt16BE(0));
        broker.write(framed(request));
      }),
    );
    broker.on(
      'data',
      frames((answer) => {
        const apiKey = asked.get(answer.readInt32BE(0)) ?? -1;
        asked.delete(answer.readInt32BE(0));
        bytesOf.set(apiKey, (bytesOf.get(apiKey) ?? 0) + answer.byteLength);
        proxy.rewrite?.(apiKey, answer.subarray(4));
        const other = proxy.replace?.(apiKey, answer.subarray(4));
        client.write(framed(other ? Buffer.concat([answer.subarray(0, 4), other]) : answer));
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const proxy: RewritingProxy = {
    port: address.port,
    target: 0,
    rewrite: undefined,
    replace: undefined,
    answered: (apiKey) => bytesOf.get(apiKey) ?? 0,
  };
  return proxy;
}

function framed(frame: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(frame.byteLength);
  return Buffer.concat([length, frame]);
}
