/** A TCP proxy in front of a broker that can spoil what passes through it. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Who closes what it has opened: a test, mostly. */
export interface Owner {
  after(close: () => void): void;
}

/** What is done to the connections. */
export interface Faults {
  /** Passes on at most so many bytes at once. */
  readonly slice?: number;
  /** Resets a connection after so many bytes, in both directions together, as drawn when it was opened. */
  readonly resetAfter?: () => number;
  /** Lets so much pass on each connection and direction. */
  readonly bytesPerSecond?: number;
  /** The first connection on which the broker has sent more than `after` bytes goes on with so many a second from then on. */
  readonly crawl?: { readonly after: number; readonly bytesPerSecond: number };
  /** Of what the broker sends on each new connection, the byte of which one bit is turned over. */
  readonly flipAt?: number;
  /** Milliseconds that each piece is held back. */
  readonly latency?: number;
}

export class FaultProxy {
  readonly port: number;
  /** Where connections lead; set it before the first one. */
  target = 0;
  faults: Faults = {};
  /** Bits that have been turned over. */
  flips = 0;
  /** Connections that have been reset. */
  resets = 0;
  /** Connections that have been refused. */
  refused = 0;
  /** Bytes that clients have sent. */
  sent = 0;
  /** Bytes that the broker has sent on each connection so far. */
  readonly #received: { bytes: number }[] = [];
  /** The one that crawls, and what had been sent on it before. */
  #crawling: { readonly connection: { bytes: number }; readonly before: number } | undefined;
  #refusing = false;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (client) => this.#connected(client));
  }

  /** On a free port; closed with its owner. */
  static async start(owner: Owner): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new FaultProxy(server, address.port);
    owner.after(() => proxy.close());
    return proxy;
  }

  /** Connections on which the broker has sent more than so many bytes. */
  carried(bytes: number): number {
    return this.#received.filter((each) => each.bytes > bytes).length;
  }

  /** Bytes that have come over the one that crawls since it does; undefined: none does. */
  get crawled(): number | undefined {
    return this.#crawling && this.#crawling.connection.bytes - this.#crawling.before;
  }

  /** From now on nothing passes on the connections that there are; they stay open. New ones are as they should be. */
  freeze(): void {
    for (const pair of this.#pairs) {
      for (const socket of pair) socket.removeAllListeners('data').pause();
      this.#pairs.delete(pair);
    }
  }

  /** Ends the connections that there are. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Ends the connections that there are, and every new one at once, until `refusing` is false again. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
    if (refusing) this.cut();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #connected(client: Socket): void {
    if (this.#refusing) {
      this.refused += 1;
      client.resetAndDestroy();
      return;
    }
    const broker = connect(this.target, '127.0.0.1');
    const pair = [client, broker] as const;
    const received = { bytes: 0 };
    this.#received.push(received);
    this.#pairs.add(pair);
    let left = this.faults.resetAfter?.() ?? Number.POSITIVE_INFINITY;
    let untilFlip = this.faults.flipAt ?? Number.POSITIVE_INFINITY;
    const end = () => {
      this.#pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const [from, to] of [pair, [broker, client] as const]) {
      from.setNoDelay(true);
      from.on('error', end);
      from.on('close', end);
      from.on('data', (bytes: Buffer) => {
        left -= bytes.byteLength;
        if (from === client) this.sent += bytes.byteLength;
        else {
          received.bytes += bytes.byteLength;
          if (untilFlip >= 0 && untilFlip < bytes.byteLength) {
            bytes[untilFlip]! ^= 1;
            this.flips += 1;
          }
          untilFlip -= bytes.byteLength;
          const { crawl } = this.faults;
          if (crawl !== undefined && received.bytes > crawl.after)
            this.#crawling ??= { connection: received, before: received.bytes };
        }
        const isOver = left < 0 && this.faults.resetAfter !== undefined;
        const isCrawling = from === broker && this.#crawling?.connection === received;
        this.#pass(isOver ? bytes.subarray(0, left) : bytes, from, to, isCrawling);
        if (!isOver) return;
        this.resets += 1;
        for (const socket of pair) socket.resetAndDestroy();
      });
    }
  }

  #pass(bytes: Buffer, from: Socket, to: Socket, isCrawling: boolean): void {
    const { slice = bytes.byteLength, latency, crawl } = this.faults;
    const bytesPerSecond = isCrawling ? crawl?.bytesPerSecond : this.faults.bytesPerSecond;
    if (bytesPerSecond !== undefined) {
      from.pause();
      setTimeout(() => from.resume(), (bytes.byteLength / bytesPerSecond) * 1000).unref();
    }
    if (latency !== undefined) {
      setTimeout(() => to.write(bytes), latency).unref();
      return;
    }
    for (let at = 0; at < bytes.byteLength; at += slice) to.write(bytes.subarray(at, at + slice));
  }
}
