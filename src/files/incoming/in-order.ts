/** PURE. The bytes of a file in their order, made of chunks that come in any order, several times, or cut in another way than before. */
import type { Room } from '../../stores/room.ts';

export interface EarlyChunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class InOrder {
  readonly #room: Room;
  /** What came too early, by where it begins. */
  readonly #early = new Map<number, Uint8Array>();
  #position = 0;
  #hasPassedOver = false;

  /** What comes too early is kept in `room`, as far as there is any. */
  constructor(room: Room) {
    this.#room = room;
  }

  /** Pieces that are kept. */
  get early(): number {
    return this.#early.size;
  }

  /** Everything before it has been given. */
  get position(): number {
    return this.#position;
  }

  /** What came too early and could not be kept. True: who has the chunks may hand them over once more, from the first on. */
  get hasPassedOver(): boolean {
    return this.#hasPassedOver;
  }

  /** The chunks come once more, from the first on. */
  again(): void {
    this.#hasPassedOver = false;
  }

  /** Gives what follows what was given, as far as it is there. The bytes of `chunk` are not kept; what is given may be a view of them. */
  *take({ offset, bytes }: EarlyChunk): Generator<Uint8Array> {
    if (offset > this.#position) {
      this.#keep(offset, bytes);
      return;
    }
    for (let next: Uint8Array | undefined = this.#fresh(offset, bytes); next !== undefined; ) {
      this.#position += next.length;
      yield next;
      next = this.#next();
    }
  }

  #keep(offset: number, bytes: Uint8Array): void {
    const known = this.#early.get(offset)?.length ?? 0;
    if (known >= bytes.length) return;
    if (!this.#room.take(bytes.length - known)) {
      this.#hasPassedOver = true;
      return;
    }
    this.#early.set(offset, Uint8Array.from(bytes));
  }

  /** What of it has not been given; undefined when all has. */
  #fresh(offset: number, bytes: Uint8Array): Uint8Array | undefined {
    const known = this.#position - offset;
    return known < bytes.length ? bytes.subarray(known) : undefined;
  }

  #next(): Uint8Array | undefined {
    const exact = this.#take(this.#position);
    if (exact !== undefined) return exact;
    for (const offset of this.#early.keys()) {
      if (offset >= this.#position) continue;
      const fresh = this.#fresh(offset, this.#take(offset)!);
      if (fresh !== undefined) return fresh;
    }
    return undefined;
  }

  #take(offset: number): Uint8Array | undefined {
    const bytes = this.#early.get(offset);
    if (bytes === undefined) return undefined;
    this.#early.delete(offset);
    this.#room.give(bytes.length);
    return bytes;
  }

  /** Forgets what came too early. */
  drop(): void {
    for (const { length } of this.#early.values()) this.#room.give(length);
    this.#early.clear();
  }
}
