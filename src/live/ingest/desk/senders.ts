/** Who sends for one stream: one at a time, and whoever is next waits until the encoder of the one before has ended. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SenderMedia } from '../contract.ts';
import { SentBytes } from './sent-bytes.ts';

/** One sender's media, from the beginning of its call to `send` on. */
export interface Sending {
  readonly container: SenderMedia['container'];
  readonly bytes: SentBytes;
  readonly picture: SenderMedia['picture'];
  /** What is said to the sender when its media cannot be used. */
  fail(reason: Error): void;
  /** It was told to go, and is not waited for. */
  readonly isFinal: boolean;
  /** Its media were taken, as far as they came. */
  done(): void;
}

export interface OfferOptions {
  readonly media: SenderMedia;
  readonly silence: number;
  readonly signal: AbortSignal;
  readonly isFinal: () => boolean;
  readonly fail: (reason: Error) => void;
}

export class Senders {
  #next: Sending | undefined;
  #current: Sending | undefined;
  #wake = Promise.withResolvers<void>();

  /** Somebody waits to be taken. */
  get hasNext(): boolean {
    return this.#next !== undefined;
  }

  /** Whose media are being taken. */
  get current(): Sending | undefined {
    return this.#current;
  }

  /** Resolves when the media were taken, with why they ended before the sender had. Whoever waits already is sent away in its favour. */
  async offer({ media, silence, signal, isFinal, fail }: OfferOptions): Promise<Error | undefined> {
    const over = Promise.withResolvers<void>();
    const bytes = new SentBytes({ bytes: media.bytes, silence, signal });
    const sending: Sending = {
      container: media.container,
      picture: media.picture,
      bytes,
      fail,
      get isFinal() {
        return isFinal();
      },
      done: () => {
        bytes.close();
        over.resolve();
      },
    };
    this.#next?.done();
    this.#next = sending;
    const onAbort = (): void => {
      // Nobody has begun to read it.
      if (this.#next !== sending) return;
      this.#next = undefined;
      sending.done();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#wake.resolve();
    await over.promise;
    signal.removeEventListener('abort', onAbort);
    if (this.#current === sending) this.#current = undefined;
    return bytes.loss;
  }

  /** The one that is next, from now on the one that sends. */
  take(): Sending | undefined {
    this.#current = this.#next;
    this.#next = undefined;
    return this.#current;
  }

  /** True once somebody is next; false after so many milliseconds, or the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const enough = new AbortController();
    const late = delay(milliseconds, undefined, { signal: AbortSignal.any([signal, enough.signal]) });
    late.catch(() => {});
    if (this.#next === undefined) {
      this.#wake = Promise.withResolvers();
      await Promise.race([this.#wake.promise, late]).catch(() => {});
    }
    enough.abort();
    return this.#next !== undefined && !signal.aborted;
  }

  /** Sends away whoever waits. */
  clear(reason: Error): void {
    const next = this.#next;
    this.#next = undefined;
    next?.fail(reason);
    next?.done();
  }
}
