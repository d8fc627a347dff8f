/** A viewer of low-latency HLS that looks at nothing but when parts come: it asks for the next playlist as soon as it has the one before. */

/** A part as it was first seen. Milliseconds. */
export interface SeenPart {
  readonly uri: string;
  /** By the steady clock. */
  readonly at: number;
  /** When its first picture was taken, since the epoch. */
  readonly date: number;
  readonly duration: number;
  /** Of its segment: it does not go on with the one before. */
  readonly discontinuity: boolean;
}

/** What viewers had to put up with. Milliseconds. */
export interface Waits {
  /** The longest time from one part to the next beyond what the first of them lasts. */
  readonly longest: number;
  /** What was taken and not seen, and what was seen twice, over all discontinuities. */
  readonly hole: number;
  readonly overlap: number;
  readonly discontinuities: number;
}

/** All parts of a playlist, in order. Pure. */
export function partsOf(text: string, at: number): SeenPart[] {
  const parts: SeenPart[] = [];
  let date = Number.NaN;
  let discontinuity = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) date = Date.parse(line.slice(25));
    else if (line === '#EXT-X-DISCONTINUITY') discontinuity = true;
    else if (line.startsWith('#EXT-X-PART:')) {
      const duration = Number(/DURATION=([\d.]+)/.exec(line)?.[1]) * 1000;
      parts.push({ uri: /URI="([^"]+)"/.exec(line)?.[1] ?? '', at, date, duration, discontinuity });
      date += duration;
    } else if (line !== '' && !line.startsWith('#')) discontinuity = false;
  }
  return parts;
}

/** Of parts in their order. Pure. */
export function waitsOf(parts: readonly SeenPart[]): Waits {
  const waits = { longest: 0, hole: 0, overlap: 0, discontinuities: 0 };
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (before === undefined) continue;
    waits.longest = Math.max(waits.longest, part.at - before.at - before.duration);
    if (!part.discontinuity || before.discontinuity) continue;
    const step = part.date - before.date - before.duration;
    waits.discontinuities += 1;
    waits.hole += Math.max(0, step);
    waits.overlap += Math.max(0, -step);
  }
  return waits;
}

/** Watches one playlist until it is stopped. */
export class PartsWatch {
  readonly #playlist: string;
  readonly #stop = new AbortController();
  readonly #seen = new Map<string, SeenPart>();
  readonly #run: Promise<void>;
  hasEnded = false;

  constructor(playlist: string) {
    this.#playlist = playlist;
    this.#run = this.#watch();
  }

  /** What was seen since a time of the steady clock, and the part before. */
  since(time: number): readonly SeenPart[] {
    const all = [...this.#seen.values()];
    const first = all.findIndex(({ at }) => at >= time);
    return first === -1 ? [] : all.slice(Math.max(0, first - 1));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    let query = '';
    while (!signal.aborted && !this.hasEnded) {
      try {
        const response = await fetch(this.#playlist + query, { signal });
        const text = await response.text();
        if (response.ok) query = this.#take(text);
        else {
          query = '';
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      } catch {
        query = '';
      }
    }
  }

  /** What to ask for next. */
  #take(text: string): string {
    const at = performance.now();
    for (const part of partsOf(text, at)) if (!this.#seen.has(part.uri)) this.#seen.set(part.uri, part);
    this.hasEnded = text.includes('#EXT-X-ENDLIST');
    const lines = text.split('\n');
    const first = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(text)?.[1] ?? 0);
    const whole = lines.filter((line) => line !== '' && !line.startsWith('#')).length;
    const last = lines.findLastIndex((line) => line !== '' && !line.startsWith('#'));
    const parts = lines.slice(last + 1).filter((line) => line.startsWith('#EXT-X-PART:')).length;
    return `?_HLS_msn=${first + whole}&_HLS_part=${parts}`;
  }
}
