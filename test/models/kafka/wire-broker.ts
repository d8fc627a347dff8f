/** A broker that listens on a port and speaks Kafka's protocol, as far as framing goes: what it answers is its owner's to say. */
import { createServer, type Server, type Socket } from 'node:net';
import { WireWriter } from '../../../src/kafka/wire/primitives.ts';

export interface WireRequest {
  readonly apiKey: number;
  /** From behind the head. */
  readonly body: Buffer;
}

/** The answer from behind the correlation id; or what a broker does in the place of one. */
export type WireAnswer = Buffer | 'hangs up' | 'says nothing' | 'talks nonsense';
export type Answerer = (request: WireRequest) => WireAnswer | Promise<WireAnswer>;

const longest = 1024 * 1024;

export class WireBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly answer: Answerer;
  /** Connections that were accepted so far. */
  connections = 0;
  /** It accepts connections and hangs up. */
  isDead = false;

  private constructor(answer: Answerer) {
    this.answer = answer;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** On a free port of this address. */
  static async listen(answer: Answerer, host = '127.0.0.1', port = 0): Promise<WireBroker> {
    const broker = new WireBroker(answer);
    await new Promise<void>((resolve, reject) => {
      broker.#server.once('error', reject).listen(port, host, resolve);
    });
    return broker;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('nobody listens');
    return address.port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    if (this.isDead) {
      socket.destroy();
      return;
    }
    let rest = Buffer.alloc(0);
    let turn = Promise.resolve();
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
        const size = rest.readInt32BE(0);
        if (size < 10 || size > longest) {
          socket.destroy();
          return;
        }
        const request = rest.subarray(4, 4 + size);
        rest = rest.subarray(4 + size);
        // As brokers do: one after the other.
        turn = turn.then(() => this.#answer(socket, request));
      }
    });
  }

  async #answer(socket: Socket, request: Buffer): Promise<void> {
    const apiKey = request.readInt16BE(0);
    // The client's id, and tags, of which there are none.
    const body = request.subarray(10 + Math.max(0, request.readInt16BE(8)) + 1);
    const answer = await this.answer({ apiKey, body });
    if (socket.destroyed) return;
    if (answer === 'hangs up') socket.destroy();
    else if (answer === 'talks nonsense') socket.write(Buffer.alloc(100, 'nonsense'));
    else if (answer !== 'says nothing') {
      const head = new WireWriter().int32(answer.byteLength + 4).int32(request.readInt32BE(4));
      socket.write(Buffer.concat([head.cut(), answer]));
    }
  }
}
