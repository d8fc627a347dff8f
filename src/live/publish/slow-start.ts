/**
 * An encoder that starts reads late what its input had for it meanwhile, and then catches up: by half a second on an idle machine, by
 * several on a busy one. Dates that were made of its first chunk would all lie in the future by that, for as long as the run
 * lasts, for dates that are corrected later lead players astray: some place segments by them. So the first chunks are held back
 * until they come as fast as they last, and are said to have been read when they would have been.
 */
import type { MediaChunk, MediaEvent } from '../media.ts';

/** Milliseconds that the first chunks wait at most. */
const longestHold = 1500;
/** In real time for so long, within so much: it has caught up. */
const enough = 350;
const steady = 20;

const milliseconds = (ticks: number, { timescale }: MediaChunk): number => (ticks / timescale) * 1000;
/** Where the wall time of media time 0 is by this chunk. */
const originOf = (chunk: MediaChunk): number =>
  chunk.readAt - milliseconds(chunk.time + chunk.duration, chunk);

/** The same events, the first ones later, and those of a late start as if it had been none. */
export async function* withoutSlowStart(events: AsyncIterable<MediaEvent>): AsyncGenerator<MediaEvent> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    const start = new Start();
    let next = iterator.next();
    while (!start.over) {
      const found = await Promise.race([next, start.limit]);
      if (found === undefined) break;
      if (found.done) {
        yield* start.release();
        return;
      }
      start.take(found.value);
      next = iterator.next();
    }
    yield* start.release();
    for (let found = await next; !found.done; found = await iterator.next()) yield found.value;
  } finally {
    await iterator.return?.();
  }
}

/** What came first. */
class Start {
  readonly #held: MediaEvent[] = [];
  readonly #limit = Promise.withResolvers<undefined>();
  #timer: NodeJS.Timeout | undefined;
  #origin = Number.POSITIVE_INFINITY;
  /** When the origin was found to be earlier than was thought for the last time; by the chunks' own clock. */
  #since = 0;
  over = false;

  /** Resolves when nothing may be held back any longer. */
  get limit(): Promise<undefined> {
    return this.#limit.promise;
  }

  take(event: MediaEvent): void {
    this.#held.push(event);
    if (event.type === 'end') this.over = true;
    if (event.type !== 'chunk') return;
    this.#timer ??= setTimeout(() => this.#limit.resolve(undefined), longestHold);
    const origin = originOf(event);
    if (origin < this.#origin - steady) this.#since = event.readAt;
    this.#origin = Math.min(this.#origin, origin);
    if (event.readAt - this.#since >= enough) this.over = true;
  }

  /** Everything that was held back, once. */
  *release(): Generator<MediaEvent> {
    clearTimeout(this.#timer);
    for (const event of this.#held.splice(0)) {
      if (event.type !== 'chunk') yield event;
      else {
        const due = this.#origin + milliseconds(event.time + event.duration, event);
        yield { ...event, readAt: Math.min(event.readAt, due) };
      }
    }
  }
}
