/** What an upload or a download comes to, counted by what it tells: for its figures, and for its reports. Pure but for the time. */
import type { DownloadEvent, ProgressEvent, StartedEvent, UploadEvent } from '../shared/events.ts';
import { Waits } from './waits.ts';

export type TransferEvent = UploadEvent | DownloadEvent;

/** A file that did not make it so far. */
export interface Parked {
  /** `parked`: it is tried again by itself. */
  readonly state: 'failed' | 'parked';
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly upload?: string;
}

/** Of so many files that did not make it is remembered which; more are not counted as parked. */
export const parkedLimit = 10_000;

export class TransferTally {
  readonly waits = new Waits();
  /** Path, of a downloader `UPLOADER/PATH`; the last one is the newest. */
  readonly parked: Map<string, Parked> = new Map();
  /** Why -> how often. */
  readonly failures: Map<string, number> = new Map();
  started: StartedEvent | undefined;
  progress: ProgressEvent | undefined;
  files = 0;
  bytes = 0;
  /** Seconds since the epoch. */
  lastSuccess: number | undefined;

  see(event: TransferEvent): void {
    switch (event.type) {
      case 'started':
        this.started = event;
        return;
      case 'progress':
        this.progress = event;
        return;
      case 'waiting':
      case 'resumed':
        this.waits.see(event);
        return;
      case 'sent':
        this.#done(event.path, event.size);
        return;
      case 'received':
        this.#done(`${event.uploader}/${event.path}`, event.size);
        return;
      case 'not-sent':
        if (!event.again) this.#failed('not-sent');
        this.#park(event.path, event.again ? 'parked' : 'failed', event.reason);
        return;
      case 'settled':
      case 'removed':
        this.parked.delete(event.path);
        return;
      case 'not-removed':
        this.#failed('not-removed');
        this.#park(event.path, 'failed', event.reason);
        return;
      case 'deletions-refused':
        this.#failed('deletions-refused');
        return;
      case 'failed': {
        this.#failed(event.reason);
        const { uploader, path, reason, message, upload } = event;
        // What a sink does not take is kept, and its name tried again.
        this.#park(`${uploader}/${path}`, reason === 'sink' ? 'parked' : 'failed', message, upload);
        return;
      }
      case 'refused-record':
      case 'lost':
        this.#failed(event.type);
        return;
      default:
    }
  }

  #done(path: string, size: number): void {
    this.files += 1;
    this.bytes += size;
    this.lastSuccess = Date.now() / 1000;
    this.parked.delete(path);
  }

  #failed(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  #park(path: string, state: Parked['state'], reason: string, upload?: string): void {
    const isNew = !this.parked.delete(path);
    if (isNew && this.parked.size >= parkedLimit) return;
    this.parked.set(path, { state, reason, at: Date.now(), ...(upload === undefined ? {} : { upload }) });
  }
}
