/** A connection in memory: what is pushed is read in exactly these pieces, which no real socket promises. */
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/** As much of a socket as HTTP servers use, ours and Node's. */
export class MemorySocket extends Duplex {
  readonly #written: Buffer[] = [];
  readonly #activity: { count: number };
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 4711;

  /** `activity` counts what is written. */
  constructor(activity: { count: number }) {
    super({ allowHalfOpen: true });
    this.#activity = activity;
    // A peer that is cut off is no news.
    this.on('error', () => {});
  }

  /** All that the server has sent. */
  get sent(): string {
    return Buffer.concat(this.#written).toString('latin1');
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#activity.count += 1;
    this.#written.push(Buffer.from(bytes));
    done();
  }
}
