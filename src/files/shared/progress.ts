/** What a run has done so far, for its progress events and its summary. */
import type { FileInFlight, ProgressEvent } from './events.ts';

/** Files named in a progress event at the most. */
const shown = 8;

export class Progress {
  readonly started = performance.now();
  filesDone = 0;
  filesFailed = 0;
  filesUnchanged = 0;
  /** Files that were not put in the place of others, which stay. */
  filesNotReplaced = 0;
  bytesDone = 0;
  records = 0;
  wireBytes = 0;
  /** Bytes of files that wait for their turn. */
  #bytesWaiting = 0;
  /** Since when each of them waits: milliseconds since the epoch, the oldest first. */
  readonly #waiting = new Map<object, number>();
  readonly #inFlight = new Map<string, { path: string; size: number; done: number; since: number }>();

  /** A file of so many bytes waits for its turn from now on; `job` is its own among those that do. */
  waits(job: object, bytes: number): void {
    this.#waiting.set(job, Date.now());
    this.#bytesWaiting += bytes;
  }

  /** Its turn has come. */
  taken(job: object, bytes: number): void {
    if (this.#waiting.delete(job)) this.#bytesWaiting -= bytes;
  }

  /** A file begins to move; `key` is its own among those in flight. */
  begin(key: string, path: string, size: number, done = 0): void {
    this.#inFlight.set(key, { path, size, done, since: Date.now() });
  }

  advance(key: string, bytes: number): void {
    const file = this.#inFlight.get(key);
    if (file !== undefined) file.done += bytes;
  }

  /** The file is through, or given up. */
  end(key: string): void {
    this.#inFlight.delete(key);
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  event(): ProgressEvent {
    let moving = 0;
    let moved = 0;
    const largest: FileInFlight[] = [];
    let oldest = this.#waiting.values().next().value;
    for (const { path, size, done, since } of this.#inFlight.values()) {
      if (oldest === undefined || since < oldest) oldest = since;
      moving += size;
      moved += Math.min(done, size);
      largest.push({ path, size, done: Math.min(done, size) });
    }
    largest.sort((a, b) => b.size - a.size);
    return {
      type: 'progress',
      filesDone: this.filesDone,
      filesFailed: this.filesFailed,
      filesOpen: this.#waiting.size + this.#inFlight.size,
      bytesDone: this.bytesDone + moved,
      bytesTotal: this.bytesDone + moving + this.#bytesWaiting,
      records: this.records,
      wireBytes: this.wireBytes,
      ...(oldest === undefined ? {} : { oldestOpen: oldest }),
      inFlight: largest.slice(0, shown),
    };
  }
}

/** Calls `emit` with the progress's progress at most every 200 ms, as long as it changes; the result emits a last one. */
export function reportProgress(progress: Progress, emit: (event: ProgressEvent) => void): () => void {
  let last = '';
  const tell = (): void => {
    const event = progress.event();
    const text = JSON.stringify(event);
    if (text === last) return;
    last = text;
    emit(event);
  };
  const timer = setInterval(tell, 200);
  return () => {
    clearInterval(timer);
    last = '';
    tell();
  };
}
