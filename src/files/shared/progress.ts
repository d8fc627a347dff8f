/** What a run has done so far, for its progress events and its summary. */
import { Backlog } from './backlog.ts';
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
  /** Of an uploader: all that was found and is not acknowledged. What moves is of it, by its path. */
  readonly backlog: Backlog = new Backlog();
  readonly #inFlight = new Map<string, { path: string; size: number; done: number; since: number }>();

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
    let { files: filesOpen, bytes: bytesOpen, oldest } = this.backlog;
    let moved = 0;
    const largest: FileInFlight[] = [];
    for (const [key, { path, size, done, since }] of this.#inFlight) {
      if (!this.backlog.has(key)) {
        if (oldest === undefined || since < oldest) oldest = since;
        filesOpen++;
        bytesOpen += size;
      }
      moved += Math.min(done, size);
      largest.push({ path, size, done: Math.min(done, size) });
    }
    largest.sort((a, b) => b.size - a.size);
    return {
      type: 'progress',
      filesDone: this.filesDone,
      filesFailed: this.filesFailed,
      filesOpen,
      bytesDone: this.bytesDone + moved,
      bytesTotal: this.bytesDone + bytesOpen,
      records: this.records,
      wireBytes: this.wireBytes,
      ...(oldest === undefined ? {} : { oldestOpen: oldest }),
      ...(this.backlog.isHeldUp && { heldUp: true }),
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
