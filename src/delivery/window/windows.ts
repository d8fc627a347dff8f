/** The windows of all streams of a topic: each begins with its programme, and goes some time after its end. */
import type { LiveRecord } from '../../records/live-record.ts';
import type { LiveStream } from '../contract.ts';
import type { WindowLimits } from './limits.ts';
import { StreamWindow } from './window.ts';

export interface WindowsOptions {
  readonly limits: WindowLimits;
  /** A stream has something to show, has ended, or begins another programme. */
  readonly onChange: () => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Milliseconds that the window of a programme stays behind its end: whoever watched to the end has read it by then. */
const afterEnd = 10 * 60_000;

export class Windows {
  readonly #options: WindowsOptions;
  readonly #now: () => number;
  readonly #shown = new Map<string, StreamWindow>();
  /** Those with nothing to show yet; the window of the programme before is shown meanwhile. */
  readonly #coming = new Map<string, { readonly window: StreamWindow; readonly since: number }>();
  readonly #endedAt = new Map<string, number>();

  constructor(options: WindowsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get(stream: string): LiveStream | undefined {
    return this.#shown.get(stream);
  }

  /** A record that counts, with memory of its own. */
  apply(record: LiveRecord, bytes: Buffer): void {
    const { stream } = record;
    const window = this.#windowOf(record);
    if (window === undefined) return;
    const { ended } = window;
    window.apply(record, bytes);
    if (window.ended && !ended) {
      this.#endedAt.set(stream, this.#now());
      this.#options.onChange();
    }
    if (window.empty || this.#shown.get(stream) === window) return;
    this.#coming.delete(stream);
    this.#shown.set(stream, window);
    this.#endedAt.delete(stream);
    this.#options.onChange();
  }

  forget(stream: string): void {
    this.#shown.delete(stream);
    this.#coming.delete(stream);
    this.#endedAt.delete(stream);
  }

  /** Drops windows of programmes that were over long ago: the archive has them. True: there were some. */
  sweep(): boolean {
    const long = this.#now() - afterEnd;
    // Of which nothing came behind their init; each segment begins with one, if something comes after all.
    for (const [stream, { since }] of this.#coming) if (since < long) this.#coming.delete(stream);
    const over = [...this.#endedAt].filter(([, at]) => at < long);
    for (const [stream] of over) {
      this.#shown.delete(stream);
      this.#endedAt.delete(stream);
    }
    return over.length > 0;
  }

  #windowOf({ stream, kind }: LiveRecord): StreamWindow | undefined {
    const coming = this.#coming.get(stream);
    if (coming !== undefined) return coming.window;
    const shown = this.#shown.get(stream);
    if (shown !== undefined && !shown.ended) return shown;
    // Nothing can be shown of what has no init.
    if (kind !== 'init') return undefined;
    const made = new StreamWindow(stream, this.#options.limits, this.#now);
    this.#coming.set(stream, { window: made, since: this.#now() });
    return made;
  }
}
