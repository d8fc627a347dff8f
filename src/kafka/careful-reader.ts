/**
 * The library's reader takes lengths as they come: a negative one moves it backwards, and a huge number of elements is read
 * until memory ends. This one only moves forwards, within the bytes that are there; everything else is a RangeError.
 */
import type { Reader } from '@platformatic/kafka';

type ReaderClass = typeof Reader;

/** The careful form of the library's reader. */
export function careful(base: ReaderClass): ReaderClass {
  return class CarefulReader extends base {
    override skip(length: number): this {
      return this.#forward(length >= 0, () => super.skip(length));
    }

    override readUnsignedVarInt(): number {
      const value = super.readUnsignedVarInt();
      return this.#forward(value >= 0, () => value);
    }

    override readNullableString(compact?: boolean, encoding?: BufferEncoding): string | null {
      return this.#forward(true, () => super.readNullableString(compact, encoding));
    }

    override readNullableBytes(compact?: boolean): Buffer | null {
      return this.#forward(true, () => super.readNullableBytes(compact));
    }

    override readVarIntBytes(): Buffer | null {
      return this.#forward(true, () => super.readVarIntBytes());
    }

    override readNullableArray<Item>(
      read: (reader: Reader, index: number) => Item,
      compact = true,
      discardTrailingTaggedFields = true,
    ): Item[] | null {
      this.#checkCount(compact);
      return super.readNullableArray(read, compact, discardTrailingTaggedFields);
    }

    override readNullableMap<Key, Value>(
      read: (reader: Reader, index: number) => [Key, Value],
      compact = true,
      discardTrailingTaggedFields = true,
    ): Map<Key, Value> | null {
      this.#checkCount(compact);
      return super.readNullableMap(read, compact, discardTrailingTaggedFields);
    }

    #forward<Result>(isAllowed: boolean, read: () => Result): Result {
      const before = this.position;
      const result = isAllowed ? read() : undefined;
      if (!isAllowed || this.position < before || this.position > this.length)
        throw new RangeError(`a length at byte ${before} of a response cannot be`);
      return result as Result;
    }

    /** Every element takes at least one byte, so more of them than bytes are a lie. */
    #checkCount(compact: boolean): void {
      const count = compact ? this.peekUnsignedVarInt() - 1 : this.peekInt32();
      if (count < -1 || count > this.remaining)
        throw new RangeError(`${count} elements at byte ${this.position} of a response cannot be`);
    }
  };
}
