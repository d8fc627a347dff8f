/** Streams as HTTP asks for them, made of records on paper: no Kafka, no encoder. */
import type { Archive, LiveStream, StreamSummary, Streams } from '../../src/delivery/contract.ts';
import { StreamWindow } from '../../src/delivery/window/window.ts';
import type { IndexedSegment } from '../../src/records/live-index.ts';
import type { LiveScript } from './live-records.ts';

/** Whatever a test puts in. */
export class MadeStreams implements Streams {
  readonly windows = new Map<string, StreamWindow>();
  readonly indexed = new Map<string, IndexedSegment[]>();
  /** By `STREAM/RENDITION/seg-EPOCH-MEDIA` or `.../init-EPOCH`. */
  readonly stored = new Map<string, readonly Buffer[]>();
  /** Renditions of streams that have no window. */
  readonly recorded = new Map<string, Awaited<ReturnType<Archive['renditions']>>>();
  /** What the archive's readings fail with. */
  failure: Error | undefined;
  readonly #listeners = new Set<() => void>();

  readonly archive: Archive = {
    segments: (stream) => this.indexed.get(stream) ?? [],
    bytes: async (stream, rendition, epoch, media) =>
      this.#read(`${stream}/${rendition}/seg-${epoch}-${media}`),
    init: async (stream, rendition, epoch) => (await this.#read(`${stream}/${rendition}/init-${epoch}`))?.[0],
    renditions: async (stream) => this.recorded.get(stream) ?? [],
  };

  list(): readonly StreamSummary[] {
    const names = [...new Set([...this.windows.keys(), ...this.recorded.keys()])].sort();
    return names.map((name) => {
      const live = this.live(name);
      const state = live === undefined || live.ended ? ('ended' as const) : ('live' as const);
      return { name, state, began: 1_790_000_000_000 };
    });
  }

  live(name: string): LiveStream | undefined {
    const window = this.windows.get(name);
    return window === undefined || window.empty ? undefined : window;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies what a script has made and was not played before, or so many records of it, and says so. */
  play(script: LiveScript, records = Number.POSITIVE_INFINITY): this {
    for (const { record, bytes } of script.made.splice(0, records)) {
      let window = this.windows.get(record.stream);
      if (window === undefined) {
        window = new StreamWindow(record.stream, { listed: 6_000_000 });
        this.windows.set(record.stream, window);
      }
      window.apply(record, bytes);
    }
    for (const listener of this.#listeners) listener();
    return this;
  }

  /** The window is forgotten. */
  drop(name: string): void {
    this.windows.delete(name);
    for (const listener of this.#listeners) listener();
  }

  async #read(key: string): Promise<readonly Buffer[] | undefined> {
    if (this.failure !== undefined) throw this.failure;
    return this.stored.get(key);
  }
}
