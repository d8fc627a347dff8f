/** The exported places of all streams, as `serve --archive` names them: one store, and in it a place for each stream. */
import { ConfigurationError, describeError } from '../../errors.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { openPlainReaderAt } from '../../stores/open.ts';
import type { StoreOptions } from '../../stores/options.ts';
import type { Place } from '../../stores/place.ts';
import type { PlainReader } from '../../stores/plain-reader.ts';
import { isAway, StoreFault } from '../../stores/store-fault.ts';
import { headName, initPath, segmentPath } from '../export/layout.ts';
import { type ArchivePlace, placeFor } from './archive-place.ts';
import { ReadingCache } from './cache.ts';
import { FollowedPlace, type PlaceWaits } from './followed-place.ts';
import type { JournalRoom, PlacedObjects } from './placed-journal.ts';
import { type ReachWaits, StoreReach } from './store-reach.ts';
import { Turns } from './turns.ts';

export interface PlacesOptions {
  readonly archive: ArchivePlace;
  readonly stores: StoreOptions;
  /** Microseconds that viewers may go back. */
  readonly rewind: number;
  /** Bytes of segments and inits that are held. */
  readonly cacheBytes: number;
  readonly signal: AbortSignal;
  readonly onWord: (word: {
    readonly type: 'waiting' | 'resumed' | 'warning';
    readonly message: string;
  }) => void;
  readonly waits?: Partial<PlaceWaits & ReachWaits>;
  /** Opens the store. For tests. */
  readonly open?: typeof openPlainReaderAt;
}

/** Requests at a time, those for journals among them. A disk that hangs keeps threads, of which a process has four. */
const requests = { store: { all: 8, journals: 2 }, disk: { all: 3, journals: 1 } } as const;
/** Bytes of journals in memory: some 300,000 segments. */
const journalBytes = 128 * 1024 * 1024;
/** Of a segment in one rendition, and of an init. */
const largest = { segment: 128 * 1024 * 1024, init: 4 * 1024 * 1024 } as const;
/** Places whose trouble is told at a time; where all are in trouble, it is one. */
const mostTold = 10;
const toldWithin = 60_000;

export class Places {
  readonly #options: PlacesOptions;
  readonly #reach: StoreReach;
  readonly #turns: Turns;
  readonly #cache: ReadingCache<Buffer>;
  readonly #followed = new Map<string, FollowedPlace>();
  /** By stream: another one each time that it is followed anew, for another stream of its name may stand there by then. */
  readonly #numbers = new Map<string, number>();
  #count = 0;
  readonly #room: JournalRoom = { most: journalBytes, used: 0 };
  #reader: Promise<PlainReader> | undefined;
  #told: readonly number[] = [];

  constructor(options: PlacesOptions) {
    const { archive, signal, cacheBytes, onWord, waits = {} } = options;
    this.#options = options;
    const { all, journals } = requests[archive.isDisk ? 'disk' : 'store'];
    this.#turns = new Turns(journals);
    this.#cache = new ReadingCache({ maxBytes: cacheBytes, readers: all - journals, sizeOf: sizeOfBuffer });
    const { shown } = archive;
    this.#reach = new StoreReach({
      most: all,
      signal,
      waits,
      onAway: (reason) => {
        const message = `the archive ${shown} cannot be read (${reason}): viewers go back as far as the topic does; it is asked again until it answers`;
        onWord({ type: 'waiting', message });
      },
      onBack: () => {
        onWord({ type: 'resumed', message: `the archive ${shown} answers again` });
        for (const place of this.#followed.values()) place.wake();
      },
    });
    signal.addEventListener('abort', () => this.#close(), { once: true });
  }

  get isAway(): boolean {
    return this.#reach.isAway;
  }

  /** What those are told who want what it alone has while the store is away. */
  away(): StoreFault {
    const message = `the archive ${this.#options.archive.shown} is away`;
    return new StoreFault(message, { scope: 'sink', code: 'EAGAIN' });
  }

  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  /** The place of a stream, followed from now on. */
  follow(stream: string): FollowedPlace {
    const known = this.#followed.get(stream);
    if (known !== undefined) return known;
    const { rewind, signal, waits = {} } = this.#options;
    const followed = new FollowedPlace({
      stream,
      objects: this.#objectsOf(stream),
      rewind,
      room: this.#room,
      signal,
      waits,
      inTurn: (read) => this.#turns.take(read),
      onTrouble: (reason) => this.warn(`archive of stream "${stream}": ${reason}`),
    });
    this.#count += 1;
    this.#numbers.set(stream, this.#count);
    this.#followed.set(stream, followed);
    return followed;
  }

  of(stream: string): FollowedPlace | undefined {
    return this.#followed.get(stream);
  }

  /** Resolves when each place has been read for the first time, or could not be. */
  async looked(): Promise<void> {
    await Promise.all([...this.#followed.values()].map(({ looked }) => looked));
  }

  forget(stream: string): void {
    this.#followed.get(stream)?.close();
    this.#followed.delete(stream);
    this.#numbers.delete(stream);
  }

  /** A segment that the journal has. Undefined when it does not stand there as the journal says. Throws what keeps the store from answering. */
  segment(
    { stream, epoch, media, sizes }: IndexedSegment,
    rendition: string,
    signal?: AbortSignal,
  ): Promise<Buffer | undefined> {
    const size = sizes[rendition] ?? 0;
    if (size > largest.segment) return Promise.resolve(undefined);
    return this.#bytes(stream, segmentPath(rendition, epoch, media), size, signal, (bytes) => {
      return bytes.length === size;
    });
  }

  init(stream: string, rendition: string, epoch: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    return this.#bytes(stream, initPath(rendition, epoch), largest.init, signal, () => true);
  }

  forgetAll(): void {
    for (const stream of this.#followed.keys()) this.forget(stream);
  }

  /** Tells what is wrong with one of many places, for a while of no more than a few. */
  warn(message: string): void {
    const now = performance.now();
    this.#told = this.#told.filter((at) => now - at < toldWithin);
    if (this.#told.length >= mostTold) return;
    this.#told = [...this.#told, now];
    this.#options.onWord({ type: 'warning', message });
  }

  async #bytes(
    stream: string,
    name: string,
    most: number,
    signal: AbortSignal | undefined,
    isRight: (bytes: Buffer) => boolean,
  ): Promise<Buffer | undefined> {
    const generation = this.#followed.get(stream)?.generation ?? 0;
    const objects = this.#objectsOf(stream);
    const read = async (): Promise<Buffer | undefined> => {
      const bytes = await objects.read(name, most).catch((error: unknown) => {
        // Whoever asks is told that it was the store, also where that could not be opened.
        if (error instanceof ConfigurationError)
          throw new StoreFault(error.message, { scope: 'sink', code: 'EACCES', cause: error });
        if (!(error instanceof StoreFault) || isAway(error)) throw error;
        return error;
      });
      if (Buffer.isBuffer(bytes) && isRight(bytes)) return bytes;
      const why = bytes instanceof StoreFault ? ` (${describeError(bytes)})` : '';
      this.warn(
        `${objects.shown(name)} is not there as the journal of its export says${why}: viewers are told that there is none`,
      );
      return undefined;
    };
    const key = `${stream} ${this.#numbers.get(stream)} ${generation} ${name}`;
    return this.#cache.take(key, read, signal);
  }

  #objectsOf(stream: string): PlacedObjects {
    const { archive } = this.#options;
    const at = (): Place => placeFor(archive, stream);
    const question = async (signal: AbortSignal): Promise<unknown> =>
      (await this.#open()).read(at(), headName, largest.init, signal);
    return {
      read: (name, most) =>
        this.#reach.ask(async (signal) => (await this.#open()).read(at(), name, most, signal), question),
      has: (name) => this.#reach.ask(async () => (await this.#open()).has(at(), name), question),
      shown: (name) => shownAt(at(), name),
    };
  }

  /** Once; again where that failed. */
  #open(): Promise<PlainReader> {
    const { archive, stores, open = openPlainReaderAt } = this.#options;
    this.#reader ??= open(placeFor(archive, 'stream'), stores).catch((error: unknown) => {
      this.#reader = undefined;
      throw error;
    });
    return this.#reader;
  }

  #close(): void {
    // Whoever asked for it was told why it could not be opened.
    this.#reader?.then(
      (reader) => reader.close(),
      () => {},
    );
  }
}

function sizeOfBuffer({ length }: Buffer): number {
  return length;
}

function shownAt(place: Place, name: string): string {
  return `${place.store === 'disk' ? place.path : place.url}/${name}`;
}
