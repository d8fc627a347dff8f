/**
 * One file on its way to a bucket: its bytes are collected to parts, which go up beside what comes next. The number of a part follows
 * from where it begins, so that one that is sent again is the same part. A file that is smaller than a part goes up whole, at the end.
 */
import { isAway, isCode, StoreFault } from '../../store-fault.ts';
import { VanishedError } from '../../vanished.ts';
import type { Condition, Metadata, ObjectWriter, StandingPart } from '../contract.ts';
import type { Flight, Flights } from './flights.ts';
import type { PartBuffers } from './part-buffers.ts';

export interface ObjectUploadOptions {
  readonly objects: ObjectWriter;
  readonly key: string;
  readonly size: number;
  readonly flights: Flights;
  readonly buffers: PartBuffers;
  /** What the object is to say of itself, as far as that is known. */
  readonly metadata: () => Metadata;
  /** What must stand under the key, as far as is known when it is begun. */
  readonly condition: () => Promise<Condition>;
  /** Resolves when it is remembered, across a restart, that an upload in parts to this key is ours; its id is to be given then. */
  readonly claim: () => Promise<(id: string) => void>;
}

export class ObjectUpload {
  readonly #options: ObjectUploadOptions;
  readonly #partSize: number;
  #taken = 0;
  #filling: Buffer<ArrayBuffer> | undefined;
  #filled = 0;
  readonly #flights = new Set<Flight>();
  readonly #standing = new Map<number, StandingPart>();
  #lost: { readonly error: unknown } | undefined;
  #id: Promise<string> | undefined;
  /** The metadata that it was begun with. */
  #begunWith: Metadata = {};
  /** It was to be put in place, and nobody knows whether it was. */
  #isInDoubt = false;
  #done: { readonly tag: string; readonly metadata: Metadata } | undefined;

  constructor(options: ObjectUploadOptions) {
    this.#options = options;
    this.#partSize = options.objects.partSizeFor(options.size);
  }

  /** Bytes that were taken. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * The next bytes; copied before it resolves. Rejects with what kept a part from going up: the same bytes may be handed over again then,
   * and what failed is sent again.
   */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    // Some of them may have been taken by a try that failed behind them.
    let at = this.#taken - position;
    if (at < 0 || at > bytes.length)
      throw new RangeError(`byte ${position} was to follow ${this.#taken} bytes`);
    if (this.#isFull) await this.#depart();
    while (at < bytes.length) {
      this.#filling ??= this.#options.buffers.take(
        Math.min(this.#partSize, this.#options.size - this.#taken),
      );
      const piece = bytes.subarray(at, at + this.#filling.length - this.#filled);
      this.#filling.set(piece, this.#filled);
      this.#filled += piece.length;
      this.#taken += piece.length;
      at += piece.length;
      if (this.#isFull) await this.#depart();
    }
  }

  /** Puts the object in place, once, when all of it was taken; resolves with its tag, and with what it says of itself. */
  async finish(condition: Condition, metadata: Metadata): Promise<{ tag: string; metadata: Metadata }> {
    this.#done ??= await this.#finish(condition, metadata);
    return this.#done;
  }

  async #finish(condition: Condition, metadata: Metadata): Promise<{ tag: string; metadata: Metadata }> {
    const { objects, key, size, flights } = this.#options;
    // What was aborted since it was asked for is empty.
    this.#mustStand();
    if (size <= this.#partSize) {
      const bytes = this.#filling ?? Buffer.alloc(0);
      const tag = await objects.put(key, bytes, metadata, condition);
      this.#options.buffers.give(bytes);
      return { tag, metadata };
    }
    if (this.#filled > 0) await this.#depart();
    await flights.arrived(this.#flights);
    this.#mustStand();
    const parts = [...this.#standing.values()].sort((a, b) => a.number - b.number);
    const id = await this.#id!;
    try {
      const tag = await objects.complete(key, id, parts, condition, metadata);
      if (this.#isInDoubt) await this.#mustBeThere();
      return { tag, metadata: objects.describedAt === 'begin' ? this.#begunWith : metadata };
    } catch (error) {
      this.#isInDoubt = true;
      // Some servers call it their own fault that there is nothing to complete.
      if (!isAway(error) || !(await objects.hasEnded(key, id, parts[0]))) throw error;
      throw new StoreFault(error.message, { scope: 'name', code: 'ENOENT', cause: error });
    }
  }

  /** Servers that were killed amid this say yes to whoever asks again, and some have no object by then. */
  async #mustBeThere(): Promise<void> {
    const { objects, key } = this.#options;
    if ((await objects.look(key)) !== undefined) return;
    const message = `${key} is not there, though the store said that it had put it in place`;
    throw new StoreFault(message, { scope: 'name', code: 'ENOENT' });
  }

  /** Removes all that went up. */
  async abort(): Promise<void> {
    this.#filling = undefined;
    this.#lost ??= { error: new VanishedError(`what went up of ${this.#options.key} was aborted`) };
    await this.#options.flights.drop(this.#flights);
    const id = await this.#id?.catch(() => undefined);
    if (id !== undefined) await this.#options.objects.abort(this.#options.key, id);
  }

  /** A part is full that has others beside it. */
  get #isFull(): boolean {
    return this.#filled === this.#partSize && this.#options.size > this.#partSize;
  }

  async #depart(): Promise<void> {
    this.#mustStand();
    const number = Math.ceil(this.#taken / this.#partSize);
    const bytes = this.#filling!.subarray(0, this.#filled);
    const flight: Flight = {
      bytes,
      send: () => this.#send(flight, number),
      lost: (error) => {
        this.#lost ??= { error };
      },
    };
    await this.#options.flights.depart(flight);
    this.#flights.add(flight);
    this.#filling = undefined;
    this.#filled = 0;
  }

  #mustStand(): void {
    if (this.#lost !== undefined) throw this.#lost.error;
  }

  async #send(flight: Flight, number: number): Promise<void> {
    const { objects, key, buffers } = this.#options;
    const id = await this.#begun();
    try {
      this.#standing.set(number, await objects.part(key, id, number, flight.bytes));
    } catch (error) {
      // Servers that refuse a part before they have read it close the connection, and their answer may not be seen.
      const hasEnded = isCode(error, 'ENOENT') || (isAway(error) && (await objects.hasEnded(key, id)));
      if (!hasEnded) throw error;
      throw new VanishedError(`somebody aborted what went up of ${key}`, { cause: error });
    }
    this.#flights.delete(flight);
    buffers.give(flight.bytes);
  }

  async #begun(): Promise<string> {
    this.#id ??= this.#begin();
    try {
      return await this.#id;
    } catch (error) {
      this.#id = undefined;
      throw error;
    }
  }

  async #begin(): Promise<string> {
    const { objects, key, claim, metadata, condition } = this.#options;
    const claimed = await claim();
    this.#begunWith = metadata();
    const id = await objects.begin(key, this.#begunWith, condition);
    claimed(id);
    return id;
  }
}
