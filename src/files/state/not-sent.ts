/** Files that were not sent: how often each was tried, which are given up, and of which somebody was told what may not be so any more. Pure. */
import type { SourceFile } from '../../stores/contract.ts';
import { lookText } from '../shared/look-text.ts';

/** Files of which is remembered that somebody was told. */
const mostTold = 10_000;

export interface NotSentOptions {
  readonly once: boolean;
  /** Nothing is wrong with a file any more that was told to be: it is on the topic as it is, or gone. */
  readonly settled: (path: string) => void;
}

export class NotSent {
  readonly #options: NotSentOptions;
  /** Path -> how often it could not be sent. */
  readonly #attempts = new Map<string, number>();
  /** Path -> the look at which it was given up: it is taken again when it has another, with `once` never. */
  readonly #given = new Map<string, string>();
  /** Path -> since the walk began it was met, or told. */
  readonly #told = new Map<string, boolean>();

  constructor(options: NotSentOptions) {
    this.#options = options;
  }

  /** It could not be sent, for the how manieth time. */
  failed(path: string): number {
    const count = (this.#attempts.get(path) ?? 0) + 1;
    this.#attempts.set(path, count);
    return count;
  }

  /** Somebody is told that it was not. */
  tell(path: string): void {
    if (this.#told.size < mostTold || this.#told.has(path)) this.#told.set(path, true);
  }

  /** `look`: as it looked then; empty where nobody has seen it. */
  giveUp(path: string, look: string): void {
    if (look !== '' || this.#options.once) this.#given.set(path, look);
  }

  /** Whether the file as it is now was given up. */
  isGivenUp(file: SourceFile): boolean {
    const { path } = file;
    if (this.#told.has(path)) this.#told.set(path, true);
    const given = this.#given.get(path);
    return given !== undefined && (this.#options.once || given === lookText(file));
  }

  /** It was sent: what is told of it is told. */
  sent(path: string): void {
    this.#attempts.delete(path);
  }

  /** It is on the topic as it is. With `once` the summary says it. */
  settle(path: string): void {
    if (this.#told.delete(path) && !this.#options.once) this.#options.settled(path);
  }

  /** It is gone. */
  forget(path: string): void {
    this.#attempts.delete(path);
    this.#given.delete(path);
    this.settle(path);
  }

  /** A walk begins. */
  begins(): void {
    for (const path of this.#told.keys()) this.#told.set(path, false);
  }

  /** It has gone through the whole source: what it has not met is gone, unless it is `busy` with it. */
  walked(isBusy: (path: string) => boolean): void {
    if (this.#options.once) return;
    for (const [path, isMet] of this.#told) if (!isMet && !isBusy(path)) this.forget(path);
  }
}
