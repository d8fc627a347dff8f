/**
 * Who sends for one stream: one at a time is on the air. Whoever is next waits until the encoder of the one before has ended, or stands by with an encoder of its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SenderMedia } from '../contract.ts';
import type { SenderRun } from './sender-run.ts';
import { SentBytes } from './sent-bytes.ts';

/** One sender's media, from the beginning of its call to `send` on. */
export interface Sending {
  readonly container: SenderMedia['container'];
  readonly bytes: SentBytes;
  readonly picture: SenderMedia['picture'];
  /** When its media began to come, by the steady clock: they wait while its encoder is made ready. */
  readonly since: number;
  /** Its encoder, once it has one. */
  run: SenderRun | undefined;
  /** What is said to the sender when its media cannot be used. */
  fail(reason: Error): void;
  /** Something that is not as it should be, in one sentence. */
  note(message: string): void;
  /** It was told to go, and is not waited for. */
  readonly isFinal: boolean;
  /** It is on the air from now on. */
  taken(): void;
  /** Its media were taken, as far as they came. */
  done(): void;
}

export interface OfferOptions {
  readonly media: SenderMedia;
  readonly silence: number;
  readonly signal: AbortSignal;
  readonly isFinal: () => boolean;
  readonly fail: (reason: Error) => void;
  readonly note?: (message: string) => void;
  readonly taken?: () => void;
  /** It waits for its turn with a warm encoder, behind those who wait. Default: it is next, in the place of all who wait. */
  readonly standsBy?: boolean;
}

export class Senders {
  #waiting: readonly Sending[] = [];
  #current: Sending | undefined;
  #wake = Promise.withResolvers<void>();
  /** Encoders of those who stood by that have been told to finish. */
  readonly #finishing = new Set<Promise<void>>();
  /** Is to give an encoder to somebody who stands by. */
  onStandBy: ((sending: Sending) => void) | undefined;

  /** Somebody waits to be taken. */
  get hasNext(): boolean {
    return this.#waiting.length > 0;
  }

  /** Who waits, the next one first. */
  get waiting(): readonly Sending[] {
    return this.#waiting;
  }

  /** Whose media are being taken. */
  get current(): Sending | undefined {
    return this.#current;
  }

  /** Resolves when the media were taken, with why they ended before the sender had. */
  async offer(options: OfferOptions): Promise<Error | undefined> {
    const { media, silence, signal, isFinal, fail, note, taken, standsBy = false } = options;
    const over = Promise.withResolvers<void>();
    const bytes = new SentBytes({ bytes: media.bytes, silence, signal });
    const sending: Sending = {
      container: media.container,
      picture: media.picture,
      since: performance.now(),
      run: undefined,
      bytes,
      fail,
      note: (message) => note?.(message),
      get isFinal() {
        return isFinal();
      },
      taken: () => taken?.(),
      done: () => {
        bytes.close();
        over.resolve();
      },
    };
    if (!standsBy) for (const each of this.#waiting) this.drop(each);
    this.#waiting = [...this.#waiting, sending];
    // Whose encoder has begun to read it ends by that.
    const onAbort = (): void => this.drop(sending);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#wake.resolve();
    if (this.#waiting.includes(sending) && this.#current !== undefined && standsBy) this.onStandBy?.(sending);
    await over.promise;
    signal.removeEventListener('abort', onAbort);
    if (this.#current === sending) this.#current = undefined;
    return bytes.loss;
  }

  /** The one that is next, from now on the one that sends. */
  take(): Sending | undefined {
    const [next, ...others] = this.#waiting;
    this.#current = next;
    this.#waiting = others;
    next?.taken();
    return next;
  }

  /** The one that was on the air stands by from now on, behind the one that takes over. */
  stepBack(sending: Sending): void {
    if (this.#current === sending) this.#current = undefined;
    const [next, ...others] = this.#waiting;
    this.#waiting = next === undefined ? [sending] : [next, sending, ...others];
    // It may have ended meanwhile.
    if (sending.run?.isOver !== false) this.drop(sending);
  }

  /** Of somebody who waits nothing is wanted any more. */
  drop(sending: Sending): void {
    if (!this.#waiting.includes(sending)) return;
    this.#waiting = this.#waiting.filter((each) => each !== sending);
    const finished = sending.run?.close();
    if (finished !== undefined) {
      this.#finishing.add(finished);
      void finished.then(() => this.#finishing.delete(finished));
    }
    sending.done();
  }

  /** Resolves when no encoder is left of those who stood by, and were dropped. */
  async finished(): Promise<void> {
    await Promise.all(this.#finishing);
  }

  /** True once somebody is next; false after so many milliseconds, or the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const enough = new AbortController();
    const late = delay(milliseconds, undefined, { signal: AbortSignal.any([signal, enough.signal]) });
    late.catch(() => {});
    if (!this.hasNext) {
      this.#wake = Promise.withResolvers();
      await Promise.race([this.#wake.promise, late]).catch(() => {});
    }
    enough.abort();
    return this.hasNext && !signal.aborted;
  }

  /** Sends away whoever waits. */
  clear(reason: Error): void {
    for (const each of this.#waiting) {
      this.drop(each);
      each.fail(reason);
    }
  }
}
