/** What a place holds of one stream, read anew when it may have changed. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import { isAway } from '../../stores/store-fault.ts';
import { type Placed, PlacedJournal, type PlacedJournalOptions } from './placed-journal.ts';

export interface FollowedPlaceOptions extends PlacedJournalOptions {
  /** Lets a reading begin when it is its turn. */
  readonly inTurn: (read: () => Promise<void>) => Promise<void>;
  readonly signal: AbortSignal;
  /** What is wrong with this place, and not with its store. */
  readonly onTrouble: (reason: string) => void;
  readonly waits?: Partial<PlaceWaits>;
}

/** Milliseconds between two readings. */
export interface PlaceWaits {
  /** Where something stands: what retention takes is asked for when it does so. */
  readonly there: number;
  /** Where nothing does, or the last reading failed: at first, and at most. */
  readonly first: number;
  readonly last: number;
  /** However much somebody wants it. */
  readonly least: number;
}

export const placeWaits: PlaceWaits = { there: 300_000, first: 5000, last: 300_000, least: 5000 };

export class FollowedPlace {
  /** Resolves when the first reading has ended, however. */
  readonly looked: Promise<void>;
  readonly #options: FollowedPlaceOptions;
  readonly #waits: PlaceWaits;
  readonly #journal: PlacedJournal;
  readonly #end = new AbortController();
  #wanted = Promise.withResolvers<void>();
  #begun = 0;
  #done = 0;
  #told: string | undefined;

  constructor(options: FollowedPlaceOptions) {
    const { signal, waits } = options;
    this.#options = options;
    this.#waits = { ...placeWaits, ...waits };
    this.#journal = new PlacedJournal(options);
    signal.addEventListener('abort', this.#stop, { once: true });
    if (signal.aborted) this.#stop();
    this.looked = this.#read();
    void this.#follow();
  }

  /** As of the last reading. */
  get placed(): Placed | undefined {
    return this.#journal.placed;
  }

  /** Another one when names may mean other bytes than before. */
  get generation(): number {
    return this.#journal.generation;
  }

  /** How many readings have begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Which of them was the last that was answered; 0: none. */
  get done(): number {
    return this.#done;
  }

  /** Reads soon, whenever it was read last. */
  wake(): void {
    this.#wanted.resolve();
  }

  /** Nothing of it is held any more. */
  close(): void {
    this.#options.signal.removeEventListener('abort', this.#stop);
    this.#stop();
    this.#journal.clear();
  }

  readonly #stop = (): void => this.#end.abort();

  /** Never rejects. */
  async #follow(): Promise<void> {
    const { signal } = this.#end;
    const { there, first, last, least } = this.#waits;
    let [before, pause] = [0, first];
    await this.looked;
    while (!signal.aborted) {
      const { placed } = this;
      const isThere = this.#done > before && placed !== undefined;
      before = this.#done;
      await this.#sleep(least);
      const until = isThere && placed.isClosed ? Number.POSITIVE_INFINITY : isThere ? there : pause;
      await this.#sleep(until - least, this.#wanted.promise);
      pause = isThere ? first : Math.min(last, 2 * pause);
      // What is wanted from now on wants another reading.
      this.#wanted = Promise.withResolvers();
      await this.#read();
    }
  }

  /** About so many milliseconds, so that not all places are asked at once; less when it is woken. Never rejects. */
  async #sleep(milliseconds: number, woken?: Promise<void>): Promise<void> {
    const { signal } = this.#end;
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    // A timer knows no greater number.
    const wait = Math.min(Math.max(0, milliseconds) * (0.75 + Math.random() / 2), 2 ** 31 - 1);
    const slept = delay(wait, undefined, { signal: both, ref: false }).catch(() => {});
    await (woken === undefined ? slept : Promise.race([slept, woken]));
    over.abort();
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    const { inTurn, onTrouble } = this.#options;
    const { signal } = this.#end;
    let reason: string | undefined;
    let number = 0;
    try {
      await inTurn(async () => {
        if (signal.aborted) return;
        this.#begun += 1;
        number = this.#begun;
        await this.#journal.refresh();
      });
      this.#done = number;
      reason = this.#journal.trouble;
    } catch (error) {
      // Of a store that is away others tell. All else is told, whatever it is: no viewer is to suffer from it.
      if (isAway(error)) return;
      reason = describeError(error);
    } finally {
      // It may have been closed meanwhile.
      if (signal.aborted) this.#journal.clear();
    }
    if (reason !== undefined && reason !== this.#told && !signal.aborted) onTrouble(reason);
    this.#told = reason;
  }
}
