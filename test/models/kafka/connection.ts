/** A connection of which the other end is a model: requests wait until the model answers them. */
import { NetworkFailure } from '../../../src/kafka/cluster/failures.ts';
import type { Frame } from '../../../src/kafka/wire/frame-pool.ts';

export interface ModelRequest {
  readonly apiKey: number;
  readonly bytes: Buffer;
  /** The answer from after the correlation id. */
  readonly answer: (bytes: Buffer) => void;
  /** The connection breaks, and all that is on its way there with it. */
  readonly breakOff: (reason?: Error) => void;
}

interface Waiting extends ModelRequest {
  readonly lose: (error: Error) => void;
}

interface Asked {
  readonly apiKey: number;
  readonly pieces: readonly Uint8Array[];
  /** Tags stand behind the head: so it is in all versions that are spoken here. */
  readonly hasTags: boolean;
}

/** What a small request is answered with, as the library would have read it; throws what it is refused by. */
export type Control = (apiKey: number, payload: Buffer) => unknown;

/** Answers that are held by whoever asked. */
export interface Frames {
  held: number;
}

export class ModelConnection {
  /** Milliseconds there and back. */
  readonly roundTrip: number;
  /** Bytes that have come. */
  received = 0;
  readonly #frames: Frames;
  readonly #closed = Promise.withResolvers<Error>();
  readonly #control: Control;
  #waiting: Waiting[] = [];
  isOpen = true;
  /** Milliseconds by which the broker has asked to be spared, and those that requests were given, one after the other. */
  readonly throttles: number[] = [];
  readonly timeouts: number[] = [];

  constructor(control: Control, frames: Frames, roundTrip: number) {
    this.#control = control;
    this.#frames = frames;
    this.roundTrip = roundTrip;
  }

  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  /** Requests that are on their way, the oldest first. */
  get waiting(): readonly ModelRequest[] {
    return this.#waiting;
  }

  exchange({ apiKey, pieces, hasTags }: Asked): Promise<Frame> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    if (!this.isOpen) return Promise.reject(new NetworkFailure('the connection is closed'));
    if (!hasTags) throw new Error('a head without tags is of an older version');
    const answer = (bytes: Buffer): void => {
      this.#waiting = this.#waiting.filter((other) => other !== request);
      this.received += bytes.byteLength;
      this.#frames.held += 1;
      let isHeld = true;
      const release = (): void => {
        if (!isHeld) throw new Error('a frame was given back twice');
        isHeld = false;
        this.#frames.held -= 1;
      };
      resolve({ bytes, release });
    };
    const breakOff = (reason?: Error): void => this.close(reason);
    const request = { apiKey, bytes: Buffer.concat(pieces), answer, breakOff, lose: reject };
    this.#waiting.push(request);
    return promise;
  }

  /** A small request by the library's codec. */
  send(
    apiKey: number,
    _version: number,
    payload: () => { readonly buffer: Buffer },
    _parser: unknown,
    _hasRequestTags: boolean,
    _hasResponseTags: boolean,
    callback: (error: Error | null, response?: unknown) => void,
  ): void {
    queueMicrotask(() => {
      let response: unknown;
      try {
        if (!this.isOpen) throw new NetworkFailure('the connection is closed');
        response = this.#control(apiKey, payload().buffer);
      } catch (error) {
        callback(error as Error);
        return;
      }
      callback(null, response);
    });
  }

  close(reason: Error = new NetworkFailure('the connection broke')): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const { lose } of this.#waiting.splice(0)) lose(reason);
    this.#closed.resolve(reason);
  }

  throttle(milliseconds: number): void {
    this.throttles.push(milliseconds);
  }

  setRequestTimeout(milliseconds: number): void {
    this.timeouts.push(milliseconds);
  }
}
