/**
 * A line before a broker on loopback: bytes take their time in both directions, and each connection carries no more than so many a
 * second, as TCP does where packets are lost. Connections are taken at once, as a tunnel takes them.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Owner } from './owner.ts';

export interface LineOptions {
  /** Milliseconds of one direction. */
  readonly delay: number;
  /** Bytes a second of one connection in one direction. */
  readonly each: number;
  /** The address of loopback from which the broker is connected to. */
  readonly from?: string;
}

export interface SlowLine {
  readonly port: number;
  /** Where connections lead; set it before the first one. */
  target: number;
  /** Connections by which more than `bytes` came from clients. */
  carried(bytes: number): number;
  /** Ends all connections; new ones are taken. */
  cut(): void;
  /** From now on so many more connections are served; others are taken, and nothing comes of them. */
  serve(more: number): void;
}

/** Bytes that wait on the line in one direction before the sender has to. */
const held = 128 * 1024;

/** Listens on a free port of 127.0.0.1 until its owner ends. */
export async function startSlowLine(owner: Owner, options: LineOptions): Promise<SlowLine> {
  const sent: { bytes: number }[] = [];
  const sockets = new Set<Socket>();
  const line = { target: 0 };
  let toServe = Number.POSITIVE_INFINITY;
  const serve = (more: number): void => {
    toServe = more;
  };
  const server = createServer((client) => {
    toServe -= 1;
    if (toServe < 0) {
      sockets.add(client.on('error', () => {}));
      return;
    }
    const { from: localAddress } = options;
    const broker = connect({ port: line.target, host: '127.0.0.1', ...(localAddress && { localAddress }) });
    const count = { bytes: 0 };
    sent.push(count);
    client.on('data', ({ length }) => {
      count.bytes += length;
    });
    carry(client, broker, options);
    carry(broker, client, options);
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  owner.after(() => {
    server.close();
    cut();
  });
  const { port } = server.address() as AddressInfo;
  const carried = (bytes: number): number => sent.filter((each) => each.bytes > bytes).length;
  return Object.assign(line, { port, carried, cut, serve });
}

function carry(from: Socket, to: Socket, { delay, each }: LineOptions): void {
  const waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  let bytesWaiting = 0;
  let freeAt = 0;
  let isRunning = false;
  const run = async (): Promise<void> => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const left = first.due - performance.now();
      if (left > 0) await setTimeout(left);
      waiting.shift();
      bytesWaiting -= first.bytes.length;
      if (bytesWaiting <= held) from.resume();
      if (!to.destroyed) to.write(first.bytes);
    }
    isRunning = false;
  };
  from.on('data', (bytes: Buffer) => {
    freeAt = Math.max(freeAt, performance.now()) + (bytes.length / each) * 1000;
    waiting.push({ bytes, due: freeAt + delay });
    bytesWaiting += bytes.length;
    if (bytesWaiting > held) from.pause();
    if (isRunning) return;
    isRunning = true;
    void run();
  });
}
