/** A connection as Node's HTTP server sees it while the lane keeps the real one: for requests that are not the lane's own. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface SideOptions {
  /** Called after each answer that was written here. */
  readonly onAnswered: () => void;
  /** More of what the viewer sends is wanted: what was pushed has been read. */
  readonly onWanted: () => void;
}

type Done = (error?: Error | null) => void;

export class Side extends Duplex {
  readonly #socket: Socket;
  readonly #options: SideOptions;
  #open = 0;

  constructor(socket: Socket, options: SideOptions) {
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

  /** Kept by the lane, which knows of what else goes on here. */
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
    // What the lane has written meanwhile still goes out.
    this.#socket.destroySoon();
    done(error);
  }
}
