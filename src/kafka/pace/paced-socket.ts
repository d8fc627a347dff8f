/**
 * The pace of one connection: what is large is written in small steps, each in its turn; of an answer that is large, the next step is read
 * when its turn has come. What is small passes, and counts.
 */
import type { Socket } from 'node:net';
import type { Paces } from './pace.ts';

/** A request up to here waits for nobody but those before it on its connection: metadata, positions, requests for records. */
const smallBytes = 4096;

/** Milliseconds: who waits longer asks again, for the limit may be another one then. */
const longestSleep = 100;

/** Whoever measures for how long nothing has moved; not while {@link PacedSocket.isHeld}. */
export interface Silence {
  /** Something moves. */
  progress(): void;
  /** From now on something is awaited. */
  start(): void;
}

export class PacedSocket {
  readonly #paces: Paces;
  readonly #silence: Silence;
  /** What is to be written; of the first one, what is left. */
  #queue: Uint8Array[] = [];
  #writing: NodeJS.Timeout | undefined;
  #reading: NodeJS.Timeout | undefined;
  #socket: Socket | undefined;

  constructor(paces: Paces, silence: Silence) {
    this.#paces = paces;
    this.#silence = silence;
  }

  /** True while the limit, and nobody else, is what the connection waits for. */
  get isHeld(): boolean {
    const isWriting = this.#writing !== undefined && this.#socket?.writableLength === 0;
    return isWriting || this.#reading !== undefined;
  }

  /** Bytes to read at once. */
  get step(): number | undefined {
    const { received } = this.#paces;
    return received.isOn ? received.step : undefined;
  }

  /** Writes all pieces behind those before, or in time. False: nothing is to be paced, and nothing was done. */
  write(socket: Socket, pieces: readonly Uint8Array[], bytes: number): boolean {
    this.#socket = socket;
    const { sent } = this.#paces;
    // What waits for its turn is not in the queue any more.
    const isFirst = this.#queue.length === 0 && this.#writing === undefined;
    if (isFirst && (!sent.isOn || bytes <= smallBytes)) {
      if (sent.isOn) sent.spend(bytes);
      return false;
    }
    for (const piece of pieces) if (piece.byteLength > 0) this.#queue.push(piece);
    if (this.#writing === undefined) this.#next();
    return true;
  }

  /** So many bytes have come; those of a large answer, when `isLarge`. */
  read(socket: Socket | undefined, bytes: number, isLarge: boolean): void {
    const { received } = this.#paces;
    if (!received.isOn) return;
    const place = received.spend(bytes);
    if (!isLarge || socket === undefined || received.wait(place) < 1) return;
    this.#socket = socket;
    socket.pause();
    if (this.#reading === undefined) this.#readLater(socket, place);
  }

  close(): void {
    clearTimeout(this.#writing);
    clearTimeout(this.#reading);
    this.#writing = undefined;
    this.#reading = undefined;
    this.#queue = [];
  }

  #readLater(socket: Socket, place: number): void {
    const wait = this.#paces.received.wait(place);
    if (wait >= 1) {
      this.#reading = setTimeout(() => this.#readLater(socket, place), Math.min(wait, longestSleep));
      return;
    }
    this.#reading = undefined;
    this.#goesOn();
    if (!socket.destroyed) socket.resume();
  }

  /** Writes what may go now, and waits for the turn of what is next. */
  #next(): void {
    this.#writing = undefined;
    while (this.#queue.length > 0) {
      const { sent } = this.#paces;
      const step = this.#cut(sent.step);
      const place = sent.reserve(step.reduce((sum, piece) => sum + piece.byteLength, 0));
      if (sent.wait(place) >= 1) {
        this.#writeLater(step, place);
        return;
      }
      this.#put(step);
    }
  }

  #writeLater(step: readonly Uint8Array[], place: number): void {
    const wait = this.#paces.sent.wait(place);
    if (wait >= 1) {
      this.#writing = setTimeout(() => this.#writeLater(step, place), Math.min(wait, longestSleep));
      return;
    }
    this.#put(step);
    this.#next();
  }

  /** The next so many bytes of the queue. */
  #cut(bytes: number): Uint8Array[] {
    const step: Uint8Array[] = [];
    let left = bytes;
    let taken = 0;
    for (const piece of this.#queue) {
      if (left === 0) break;
      const part = piece.subarray(0, left);
      left -= part.byteLength;
      step.push(part);
      if (part.byteLength < piece.byteLength) {
        this.#queue[taken] = piece.subarray(part.byteLength);
        break;
      }
      taken += 1;
    }
    this.#queue.splice(0, taken);
    return step;
  }

  #put(step: readonly Uint8Array[]): void {
    const socket = this.#socket!;
    // The other side takes nothing: that is to be noticed.
    if (socket.writableLength === 0) this.#goesOn();
    socket.cork();
    for (const piece of step) socket.write(piece);
    socket.uncork();
  }

  #goesOn(): void {
    this.#silence.progress();
    this.#silence.start();
  }
}
