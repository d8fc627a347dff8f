/** The archives of a server: what Kafka holds alone, or with what exported places have before that. One is made whenever topics are read anew; the places stay open. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ArchiveOptions, KafkaArchive } from './archive.ts';
import type { ArchivePlace } from './archive-place.ts';
import { JoinedArchive } from './joined-archive.ts';
import { Places, type PlacesOptions } from './places.ts';

/** Where what is older than the topic stands, and how its store is reached. */
export type PlacesChoice = Pick<PlacesOptions, 'stores' | 'waits' | 'open'> & {
  readonly archive: ArchivePlace;
};

export interface ArchivesOptions extends ArchiveOptions, Pick<PlacesOptions, 'onWord'> {
  /** Of what is held in memory half is for this then. */
  readonly places?: PlacesChoice | undefined;
}

/** Milliseconds that a beginning waits for what places hold: viewers who have gone back are not to see a shorter list for a moment. */
const lookedWithin = 2000;

export class Archives {
  readonly #options: ArchivesOptions;
  readonly #places: Places | undefined;

  constructor({ places, ...options }: ArchivesOptions) {
    const cacheBytes = places === undefined ? options.cacheBytes : options.cacheBytes / 2;
    this.#options = { ...options, cacheBytes };
    this.#places = places && new Places({ ...options, ...places, cacheBytes });
  }

  /** Whether the store of the places can be reached; undefined without one. */
  get up(): boolean | undefined {
    return this.#places && !this.#places.isAway;
  }

  /** Until the signal. */
  open(signal: AbortSignal): KafkaArchive | JoinedArchive {
    const archive = new KafkaArchive({ ...this.#options, signal });
    return this.#places === undefined
      ? archive
      : new JoinedArchive(archive, this.#places, this.#options.rewind);
  }

  /** Resolves when all places of streams that are known have been looked at, or that takes long. */
  async looked(): Promise<void> {
    if (this.#places === undefined) return;
    const over = new AbortController();
    const late = delay(lookedWithin, undefined, { signal: over.signal, ref: false }).catch(() => {});
    await Promise.race([this.#places.looked(), late]);
    over.abort();
  }

  /** What is known of streams is void. */
  forget(): void {
    this.#places?.forgetAll();
  }
}
