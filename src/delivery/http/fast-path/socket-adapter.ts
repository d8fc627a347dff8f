/** A connection as Node's HTTP server sees it while the fast path keeps the real one: for requests that are not the fast path's own. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface AdapterOptions {
  /** Called after each answer that was written here. */
  readonly onAnswered: () => void;
  /** More of what the viewer sends is wanted: what was pushed has been read. */
  readonly onWanted: () => void;
}

type Done = (error?: Error | null) => void;

export class SocketAdapter extends Duplex {
  readonly #socket: Socket;
  readonly #options: AdapterOptions;
  #open = 0;

  constructor(socket: Socket, options: AdapterOptions) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#options = options;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  /** A request has come, and its answer has not been written. */
  get isAnswering(): boolean {
    return this.#open > 0;
  }

  /** To be called by whoever hands out a request, and its response when that is finished. */
  asked(): void {
    this.#open += 1;
  }

  answered(): void {
    this.#open -= 1;
    this.#options.onAnswered();
  }

  /**
   * What Node's server does to a socket behind an answer that closes the connection. Without it, it would only say that it sends no more,
   * and go on to take requests from somebody who does not hang up (RFC 9112, 9.6).
   */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Kept by the fast path, which knows of what else goes on here. */
  setTimeout(): this {
    return this;
  }

  override _read(): void {
    this.#options.onWanted();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.write(bytes, done);
  }

  override _writev(pieces: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#socket.cork();
    pieces.forEach(({ chunk }, index) => {
      this.#socket.write(chunk, index === pieces.length - 1 ? done : undefined);
    });
    this.#socket.uncork();
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    // What the fast path has written meanwhile still goes out.
    this.#socket.destroySoon();
    done(error);
  }
}
