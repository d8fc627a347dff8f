/** The windows of all streams of a topic: each begins with its programme, and goes some time after its end. */
import type { LiveRecord } from '../../records/live-record.ts';
import type { LiveStream } from '../contract.ts';
import type { WindowLimits } from './limits.ts';
import { WindowMemory } from './memory.ts';
import { StreamWindow } from './window.ts';

export interface WindowsOptions {
  readonly limits: WindowLimits;
  /** Bytes of all windows together. Default: no limit. */
  readonly memory?: number;
  /** A stream was set aside, for all of them take too much; it comes back with an init that comes a minute later. */
  readonly onSetAside?: (stream: string) => void;
  /** A stream has something to show, has ended, or begins another programme. */
  readonly onChange: () => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Milliseconds that the window of a programme stays behind its end: whoever watched to the end has read it by then. */
const afterEnd = 10 * 60_000;
/** Milliseconds that a stream which was set aside stays away, and how many such streams are remembered. */
const asideFor = 60_000;
const mostAside = 10_000;

export class Windows {
  readonly #options: WindowsOptions;
  readonly #now: () => number;
  readonly #shown = new Map<string, StreamWindow>();
  /** Those with nothing to show yet; the window of the programme before is shown meanwhile. */
  readonly #coming = new Map<string, { readonly window: StreamWindow; readonly since: number }>();
  readonly #endedAt = new Map<string, number>();
  readonly #aside = new Map<string, number>();
  readonly #memory: WindowMemory;

  constructor(options: WindowsOptions) {
    this.#options = options;
    this.#memory = new WindowMemory(options.memory ?? Number.POSITIVE_INFINITY);
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
    if (this.#memory.came(bytes.length) && this.#setAside().includes(stream)) return;
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

  /** Takes away windows that are too much, and gives their streams. */
  #setAside(): readonly string[] {
    const windows = [...this.#shown.values(), ...[...this.#coming.values()].map(({ window }) => window)];
    const streams = this.#memory.tooMany(
      windows.map(({ name, heldBytes }) => ({ stream: name, bytes: heldBytes })),
    );
    for (const stream of streams) {
      this.forget(stream);
      if (this.#aside.size >= mostAside) this.#aside.delete(this.#aside.keys().next().value!);
      this.#aside.set(stream, this.#now());
      this.#options.onSetAside?.(stream);
    }
    if (streams.length > 0) this.#options.onChange();
    return streams;
  }

  #isAside(stream: string): boolean {
    const passed = this.#now() - (this.#aside.get(stream) ?? Number.NEGATIVE_INFINITY);
    // A clock that was put back is to keep nobody away for longer.
    if (passed >= 0 && passed < asideFor) return true;
    this.#aside.delete(stream);
    return false;
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
    if (kind !== 'init' || this.#isAside(stream)) return undefined;
    const made = new StreamWindow(stream, this.#options.limits, this.#now);
    this.#coming.set(stream, { window: made, since: this.#now() });
    this.#memory.begun();
    return made;
  }
}
