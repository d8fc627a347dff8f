/** Whole objects of a store: one request each. */
import type { Place, UrlPlace } from '../place.ts';
import { type PlainReader, tooLarge } from '../plain-reader.ts';
import { isCode, StoreFault } from '../store-fault.ts';
import type { ObjectRange, ObjectReader } from './contract.ts';

export class PlainObjects implements PlainReader {
  readonly #objects: ObjectReader;

  constructor(objects: ObjectReader) {
    this.#objects = objects;
  }

  async read(place: Place, name: string, most: number, signal: AbortSignal): Promise<Buffer | undefined> {
    const key = keyOf(place, name);
    // A server that gives all of an object where a range of it was asked for is cut off at the same length.
    const range = await this.#objects.range(key, 0, most + 1, undefined, signal).catch(unlessNothing);
    if (range === undefined || range === 'empty') return range && Buffer.alloc(0);
    const { size } = range.facts;
    if (size > most) {
      range.destroy();
      throw tooLarge(this.#objects.shown(key), size, most);
    }
    return this.#whole(key, range, signal);
  }

  async has(place: Place, name: string): Promise<boolean> {
    try {
      await this.#objects.look(keyOf(place, name));
      return true;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  close(): void {
    this.#objects.close();
  }

  async #whole(key: string, range: ObjectRange, signal: AbortSignal): Promise<Buffer> {
    const { size } = range.facts;
    const stop = (): void => range.destroy();
    signal.addEventListener('abort', stop);
    const whole = Buffer.allocUnsafeSlow(size);
    let at = 0;
    try {
      for await (const piece of range.bytes) {
        if (at + piece.length > size) break;
        whole.set(piece, at);
        at += piece.length;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw this.#objects.meaning(error, 'read', key);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    if (at === size) return whole;
    const message = `cannot read ${this.#objects.shown(key)}: the answer has another length than it says`;
    throw new StoreFault(message, { scope: 'sink', code: 'EAGAIN' });
  }
}

function keyOf(place: Place, name: string): string {
  return (place as UrlPlace).prefix + name;
}

/** An object without a byte has no range that could be asked for. */
function unlessNothing(error: unknown): 'empty' | undefined {
  if (isCode(error, 'ERANGE')) return 'empty';
  if (!isCode(error, 'ENOENT')) throw error;
  return undefined;
}
