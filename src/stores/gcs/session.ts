/**
 * A resumable upload: bytes go up from the first to the last, in whole multiples of 256 KiB, and nothing of them is an object before the
 * server is told how many there are. What is left over of the last part waits here for that: less than 256 KiB.
 */
import { crc32c } from '@node-rs/crc32';
import type { Condition } from '../objects/contract.ts';
import { checksumText } from '../objects/crc32c-text.ts';
import { StoreFault } from '../store-fault.ts';
import type { GcsResource } from './resource.ts';

/** Google's: all but the last bytes of an upload come in multiples of it. */
export const unit = 256 * 1024;

/** What the server says of an upload: how many bytes it has, or the object that it made of them. */
export type SessionAnswer = { readonly has: number } | { readonly made: GcsResource };

export interface SessionOptions {
  /** What must stand under the key when the object is made; it was said when the upload was begun. */
  readonly condition: Condition;
  /** Bytes of every part but the last. */
  readonly partSize: number;
  /** One request. `range`: by the rules of `Content-Range`. `checksum`: of all bytes, with the last of them. */
  readonly send: (range: string, body: Uint8Array, checksum?: string) => Promise<SessionAnswer>;
  /** For people. */
  readonly shown: string;
}

export class Session {
  readonly condition: Condition;
  readonly #options: SessionOptions;
  /** Bytes that the server is known to have. */
  #has = 0;
  /** False when a request was not answered: it may have more. */
  #isSure = true;
  /** What is left over of the last part, and all bytes that there are. */
  #rest: Uint8Array = new Uint8Array(0);
  #total = 0;
  #hashed = 0;
  #checksum = 0;
  #made: GcsResource | undefined;
  /** Where parts begin that somebody waits for. */
  readonly #waiting = new Set<number>();
  #changed = Promise.withResolvers<void>();
  #fault: unknown;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.condition = options.condition;
  }

  /** CRC32C of all bytes that were taken. */
  get checksum(): string {
    return checksumText(this.#checksum);
  }

  get total(): number {
    return this.#total;
  }

  /** Resolves when the server has the part, but for what is left over of the last one. Several may come at once; they go up in their order. */
  async take(number: number, bytes: Uint8Array): Promise<void> {
    const start = (number - 1) * this.#options.partSize;
    this.#waiting.add(start);
    try {
      await this.#turn(start);
      await this.#send(start, bytes);
    } catch (error) {
      this.#fault = error;
      throw error;
    } finally {
      this.#waiting.delete(start);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  /** Makes the object, once. */
  async finish(): Promise<GcsResource> {
    if (!this.#isSure) await this.#ask();
    if (this.#made === undefined) {
      if (this.#has + this.#rest.length !== this.#total) throw this.#gone();
      const from = this.#rest.length === 0 ? '*' : `${this.#has}-${this.#total - 1}`;
      await this.#request(`bytes ${from}/${this.#total}`, this.#rest, this.checksum);
    }
    if (this.#made === undefined) throw this.#away('the server has all bytes, and makes no object of them');
    return this.#made;
  }

  /** Waits for what comes before it. Rejects when nobody sends that any more, for it failed. */
  async #turn(start: number): Promise<void> {
    while (this.#has < start) {
      // Those that are sent again together may come in any order.
      await new Promise((resolve) => void setImmediate(resolve));
      const isNext = [...this.#waiting].every((other) => other >= start);
      if (this.#has < start && isNext)
        throw this.#fault ?? this.#away('what comes before this part did not arrive');
      if (this.#has < start) await this.#changed.promise;
    }
  }

  async #send(start: number, bytes: Uint8Array): Promise<void> {
    if (this.#hashed === start) {
      this.#checksum = crc32c(bytes, this.#checksum);
      this.#hashed += bytes.length;
    }
    const whole = bytes.length - (bytes.length % unit);
    const end = start + whole;
    if (!this.#isSure) await this.#ask();
    while (this.#has < end) {
      const from = this.#has;
      if (from < start) throw this.#gone();
      await this.#request(`bytes ${from}-${end - 1}/*`, bytes.subarray(from - start, whole));
      if (this.#has < from) throw this.#gone();
      if (this.#has === from) throw this.#away('the server keeps none of the bytes that were sent');
    }
    this.#total = Math.max(this.#total, start + bytes.length);
    if (whole < bytes.length) this.#rest = bytes.slice(whole);
  }

  /** How many bytes the server has. */
  #ask(): Promise<void> {
    return this.#request('bytes */*', new Uint8Array(0));
  }

  async #request(range: string, body: Uint8Array, checksum?: string): Promise<void> {
    this.#isSure = false;
    const answer = await this.#options.send(range, body, checksum);
    this.#isSure = true;
    if ('made' in answer) this.#made = answer.made;
    else this.#has = answer.has;
  }

  /** It lacks bytes that it had, and that are not here any more. */
  #gone(): StoreFault {
    return this.#failed('name', 'ENOENT', 'the server has lost some of what went up');
  }

  #away(reason: string): StoreFault {
    return this.#failed('sink', 'EAGAIN', reason);
  }

  #failed(scope: StoreFault['scope'], code: string, reason: string): StoreFault {
    return new StoreFault(`cannot write ${this.#options.shown}: ${reason}`, { scope, code });
  }
}
