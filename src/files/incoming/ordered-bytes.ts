/**
 * Bytes for a sink that takes them from the first to the last: hashed and handed on as their turn comes. What comes early is kept for a
 * while, as far as there is room; what finds none is passed over, and fetched again from the topic, which has it all.
 */
import { algorithmOf, type ChecksumAlgorithm } from '../../records/checksum.ts';
import type { Chunk } from '../../records/file-record.ts';
import type { ByteRange, PartFile } from '../../stores/contract.ts';
import type { Room } from '../../stores/room.ts';
import { VanishedError } from '../../stores/vanished.ts';
import type { FileHasher } from '../hashing/file-hasher.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { allDone } from '../shared/all-done.ts';
import { InOrder } from './in-order.ts';
import type { IncomingBytes, Turn } from './incoming-bytes.ts';

/** The memory that all uploads to one sink share. */
export interface OrderedRooms {
  /** For what comes early. */
  readonly early: Room;
  /** For what the sink needs for uploads that are written to as their records come. */
  readonly live: Room;
  /** The same for those that are fetched again: what stands still among the others does not keep these from their turn. */
  readonly turns: Room;
}

export interface OrderedBytesOptions {
  readonly part: PartFile;
  readonly size: number;
  readonly rooms: OrderedRooms;
  /** What the sink needs in memory for it. */
  readonly memory: number;
  /** An earlier run had begun it, and nothing is left of that. */
  readonly isRestored: boolean;
  /** Something came that the next run has to know of. */
  readonly onTaken: () => void;
}

const done = Promise.resolve();

export class OrderedBytes implements IncomingBytes {
  readonly mayBeDamaged = false;
  readonly #options: OrderedBytesOptions;
  #inOrder: InOrder;
  /** Where the sink's memory for it was taken from; undefined: it has none. */
  #place: Room | undefined;
  /** All that comes is passed over until its turn. */
  #waits: boolean;
  /** Settles when all that was handed on is written. */
  #written: Promise<void> = done;
  #failure: { readonly error: unknown } | undefined;
  #hasher: FileHasher | undefined;
  #algorithm: ChecksumAlgorithm | undefined;
  #digest: string | undefined;

  constructor(options: OrderedBytesOptions) {
    this.#options = options;
    this.#inOrder = new InOrder(options.rooms.early);
    this.#waits = options.isRestored;
  }

  take(chunk: Chunk): Promise<void> {
    const { rooms, memory, onTaken } = this.#options;
    onTaken();
    if (this.#waits) return done;
    if (this.#place === undefined && !this.#sit(rooms.live, memory)) {
      this.#waits = true;
      return done;
    }
    const work: Promise<void>[] = [];
    let at = this.#inOrder.position;
    for (const bytes of this.#inOrder.take(chunk)) {
      const hashed = this.#hash(bytes, chunk.checksum);
      if (hashed !== undefined) work.push(hashed);
      work.push(this.#write(bytes, at));
      at += bytes.length;
    }
    return work.length === 0 ? done : allDone(work);
  }

  takeTurn(): Turn | undefined {
    const { rooms, memory } = this.#options;
    if (this.#place === undefined && !this.#sit(rooms.turns, memory)) return undefined;
    this.#waits = false;
    this.#inOrder.again();
    return 'with-others';
  }

  get turnFreed(): Promise<void> {
    return this.#options.rooms.turns.freed;
  }

  get isPassedOver(): boolean {
    return this.#waits || this.#inOrder.hasPassedOver;
  }

  get pieces(): number {
    return 1 + this.#inOrder.early;
  }

  get bytes(): number {
    return this.#inOrder.position;
  }

  get complete(): boolean {
    return this.#inOrder.position >= this.#options.size;
  }

  get missing(): readonly ByteRange[] {
    return this.complete ? [] : [[this.#inOrder.position, this.#options.size]];
  }

  async settled(): Promise<void> {
    await this.#written;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** The same each time: what has passed cannot be read again. */
  async digest(wanted: string): Promise<string> {
    const algorithm = algorithmOf(wanted);
    this.#algorithm ??= algorithm;
    if (this.#algorithm !== algorithm) {
      const message = `its chunks announced a digest by ${this.#algorithm}, and its closing record has one by ${algorithm}`;
      this.#algorithm = algorithm;
      throw new VanishedError(message);
    }
    this.#hasher ??= createFileHasher(algorithm, this.#options.size);
    this.#digest ??= await this.#hasher.digest();
    return this.#digest;
  }

  hasLainLong(): boolean {
    return false;
  }

  async sync(): Promise<ByteRange[]> {
    return [];
  }

  /** The algorithm of the closing record is known by then, where it is another one than that of the chunks. */
  reset(): void {
    this.#hasher?.drop();
    this.#hasher = undefined;
    this.#digest = undefined;
    this.#inOrder.drop();
    this.#inOrder = new InOrder(this.#options.rooms.early);
    this.#waits = true;
    this.#written = done;
    this.#failure = undefined;
  }

  end(): void {
    this.#hasher?.drop();
    this.#inOrder.drop();
    this.#waits = true;
    this.#place?.give(this.#options.memory);
    this.#place = undefined;
  }

  #sit(room: Room, memory: number): boolean {
    if (!room.take(memory)) return false;
    this.#place = room;
    return true;
  }

  #hash(bytes: Uint8Array, checksum: ChecksumAlgorithm): Promise<void> | undefined {
    this.#algorithm ??= checksum;
    this.#hasher ??= createFileHasher(this.#algorithm, this.#options.size);
    return this.#hasher.update(bytes);
  }

  /** One after the other: the sink is never handed what stands behind bytes that it has not taken. */
  #write(bytes: Uint8Array, at: number): Promise<void> {
    const written = this.#written.then(() => {
      if (this.#failure !== undefined) throw this.#failure.error;
      return this.#options.part.write(bytes, at);
    });
    this.#written = written.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return written;
  }
}
