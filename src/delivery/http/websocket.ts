/**
 * `/live/S/ws`: for each init a message of text that says what it is, and the init; then parts or chunks, each one message of
 * bytes. Beside them, messages of text that say which time of the media is which time of the day. Nothing is expected from the viewer.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Rendition, Segment } from '../contract.ts';
import type { Pipe } from './follower.ts';
import type { DeliveryMetrics } from './metrics.ts';

/** A message of text. Times of the day are milliseconds since the epoch of Unix; times of the media are seconds. */
export type SocketMessage =
  | {
      readonly type: 'init';
      readonly stream: string;
      readonly rendition: string;
      readonly epoch: number;
      /** For MediaSource.addSourceBuffer. */
      readonly mimeType: string;
      readonly codecs: string;
      readonly width: number;
      readonly height: number;
    }
  /** The picture with this decode time was taken at `captured`: of the first picture of segment `media`. */
  | { readonly type: 'time'; readonly media: number; readonly time: number; readonly captured: number }
  /** Something was left out, because the viewer is slow; what follows begins with a keyframe. */
  | { readonly type: 'skipped' }
  | { readonly type: 'end' };

const silence = 15_000;

/** Takes connections over from HTTP, and finds out which of them are dead. */
export class Sockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    // Pictures are compressed already, and a viewer has nothing to say.
    perMessageDeflate: false,
    maxPayload: 1024,
    clientTracking: true,
  });
  readonly #answered = new WeakSet<WebSocket>();
  readonly #pulse: NodeJS.Timeout;

  constructor() {
    this.#pulse = setInterval(() => this.#ping(), silence).unref();
  }

  get count(): number {
    return this.#server.clients.size;
  }

  take(request: IncomingMessage, socket: Duplex, head: Buffer, onOpen: (socket: WebSocket) => void): void {
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      this.#answered.add(opened);
      opened.on('pong', () => this.#answered.add(opened));
      // Whatever a connection dies of, its 'close' follows.
      opened.on('error', () => {});
      onOpen(opened);
    });
  }

  close(): void {
    clearInterval(this.#pulse);
    for (const socket of this.#server.clients) socket.close(1001, 'the server goes');
    this.#server.close();
  }

  /** Ends those that are still open although they were told to close. */
  terminate(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  #ping(): void {
    for (const socket of this.#server.clients) {
      if (!this.#answered.has(socket)) {
        socket.terminate();
        continue;
      }
      this.#answered.delete(socket);
      socket.ping();
    }
  }
}

/** A follower's way to a WebSocket. */
export class SocketPipe implements Pipe {
  readonly #socket: WebSocket;
  readonly #stream: string;
  readonly #metrics: DeliveryMetrics;

  constructor(socket: WebSocket, stream: string, metrics: DeliveryMetrics) {
    this.#socket = socket;
    this.#stream = stream;
    this.#metrics = metrics;
  }

  get waiting(): number {
    return this.#socket.bufferedAmount;
  }

  begin({ name, facts }: Rendition, epoch: number, init: Buffer): void {
    const { codecs, width, height } = facts;
    this.#say({
      type: 'init',
      stream: this.#stream,
      rendition: name,
      epoch,
      mimeType: `video/mp4; codecs="${codecs}"`,
      codecs,
      width,
      height,
    });
    this.write(init);
  }

  tell({ media, time, timescale, captured }: Segment): void {
    this.#say({ type: 'time', media, time: time / timescale, captured: captured / 1000 });
  }

  write(bytes: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(bytes, { binary: true, compress: false });
    this.#metrics.bytes += bytes.length;
  }

  skipped(): void {
    this.#metrics.skips += 1;
    this.#say({ type: 'skipped' });
  }

  end(why: 'ended' | 'closing'): void {
    if (why === 'ended') this.#say({ type: 'end' });
    const over = why === 'ended';
    this.#socket.close(over ? 1000 : 1001, over ? 'the programme is over' : 'the server goes');
  }

  #say(message: SocketMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** Milliseconds for which whoever was refused may read why. */
const lingering = 1000;

/** Refuses an upgrade in words of HTTP, and ends the connection: Node has let go of it, and nobody else would see that the other side has gone. */
export function refuseUpgrade(socket: Duplex, status: number, phrase: string, reason: string): void {
  const body = `${reason}\n`;
  const late = setTimeout(() => socket.destroy(), lingering);
  socket.once('close', () => clearTimeout(late));
  // Its end is behind what it still says.
  socket.resume();
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
