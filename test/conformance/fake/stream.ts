/** A stream on paper that goes on by a clock: parts of 200 ms, segments of a second, and every third one begins an epoch. */
import type { LiveStream, Rendition } from '../../../src/delivery/contract.ts';
import { StreamWindow } from '../../../src/delivery/window/window.ts';
import { avcTrack, madeFragment, madeInit } from '../../support/boxes.ts';
import { LiveScript, type MadeRecord } from '../../support/live-records.ts';

export const partTarget = 200;
export const listed = 8_000_000;

/** Segments that are there at the beginning, and that come. */
const [before, after] = [15, 240];

export class FakeStream {
  readonly window = new StreamWindow('cam', { listed });
  readonly #records: MadeRecord[];
  readonly #listeners = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    const script = new LiveScript({ renditions: ['high', 'low'], partTarget });
    for (let segment = 1; segment <= before + after; segment += 1) {
      script.segments(1);
      if (segment % 3 === 0) script.restart(false);
    }
    this.#records = script.made;
    for (let part = 0; part < before * 5; part += 1) this.#next();
    this.#timer = setInterval(() => this.#tick(), partTarget);
  }

  get live(): LiveStream {
    return this.window;
  }

  rendition(name: string): Rendition | undefined {
    return this.window.rendition(name);
  }

  /** Called when another part of all renditions has come. */
  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#next();
    for (const listener of this.#listeners) listener();
  }

  /** The next part of both renditions, and the inits before them. */
  #next(): void {
    for (let parts = 0; parts < 2; ) {
      const made = this.#records.shift();
      if (made === undefined) throw new Error('the stream on paper is at its end');
      if (made.record.kind === 'part') parts += 1;
      this.window.apply(made.record, bytesOf(made));
    }
  }
}

function bytesOf({ record }: MadeRecord): Buffer {
  if (record.kind !== 'part') return madeInit(avcTrack());
  const { time, keyframe, part } = record;
  return madeFragment({ id: 1, time, samples: 6, duration: 512, size: 20 + part, keyframe });
}
