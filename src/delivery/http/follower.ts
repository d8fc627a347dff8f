/**
 * A viewer who is sent everything as it comes (WebSocket, fMP4 over plain HTTP): the init, then from the newest keyframe on. One
 * that does not keep up is moved to a later keyframe, and nothing is queued for it: what it costs is bounded, and nobody else waits.
 */
import type { Arrival, LiveStream, Part, Rendition, Segment } from '../contract.ts';

type Chunk = Extract<Arrival, { type: 'chunk' }>;

/** Where a follower's bytes go. */
export interface Pipe {
  /** Bytes that the viewer has not taken yet. */
  readonly waiting: number;
  /** What is written from now on belongs to this rendition and epoch, and begins with this init. */
  begin(rendition: Rendition, epoch: number, init: Buffer): void;
  /** Which time of the media is which time of the day: the segment of what was just written. */
  tell(segment: Segment): void;
  /** A part, or a chunk of one. */
  write(bytes: Buffer): void;
  /** What was left out: the viewer is slow. Followed by a keyframe. */
  skipped(): void;
  /** The programme is over, or the server goes. */
  end(why: 'ended' | 'closing'): void;
}

export interface FollowerOptions {
  readonly rendition: string;
  /** Chunks as they come, not parts when they are complete. */
  readonly chunks: boolean;
  readonly pipe: Pipe;
}

/** Bytes that may wait: what the rendition has in this many seconds, of which a viewer is sent two or so at once when it comes. */
const secondsBehind = 4;
const leastBehind = 128 * 1024;

export class Follower {
  readonly rendition: string;
  readonly pipe: Pipe;
  readonly #chunks: boolean;
  #epoch = -1;
  /** Nothing may be written before the next keyframe. */
  #waits = true;
  #bound = leastBehind;
  #last: Pick<Chunk, 'media' | 'part' | 'chunk'> | undefined;
  /** How often bytes were left out. */
  skips = 0;

  constructor({ rendition, chunks, pipe }: FollowerOptions) {
    this.rendition = rendition;
    this.#chunks = chunks;
    this.pipe = pipe;
  }

  /** Writes what is there from the newest keyframe on. `open`: chunks of the part that is not complete. */
  start(live: LiveStream, open: readonly Chunk[]): void {
    const rendition = live.rendition(this.rendition);
    if (rendition === undefined) return;
    const parts = this.#chunks && open[0]?.keyframe === true ? [] : fromNewestKeyframe(rendition);
    const last = parts.at(-1)?.segment ?? rendition.segments.at(-1);
    const init = rendition.inits.get(last?.epoch ?? rendition.edge.epoch);
    if (init === undefined) return;
    this.#begin(rendition, last?.epoch ?? rendition.edge.epoch, init);
    for (const { segment, part } of parts) {
      this.#waits = false;
      this.pipe.write(part.bytes);
      if (part === parts[0]?.part || part.number === 0) this.pipe.tell(segment);
    }
    if (this.#chunks) for (const chunk of open) this.#takeChunk(chunk);
  }

  onArrival(arrival: Arrival, live: LiveStream): void {
    if (arrival.type === 'end') this.pipe.end('ended');
    else if (arrival.rendition === this.rendition) this.#follow(arrival, live);
  }

  #follow(arrival: Exclude<Arrival, { type: 'end' }>, live: LiveStream): void {
    if (arrival.type === 'init') {
      const rendition = live.rendition(this.rendition);
      if (rendition !== undefined && arrival.epoch !== this.#epoch) {
        this.#begin(rendition, arrival.epoch, arrival.bytes);
      }
    } else if (arrival.type === 'chunk') {
      if (this.#chunks) this.#takeChunk(arrival);
    } else if (arrival.type === 'part') {
      const { part, segment } = arrival;
      if (!this.#chunks) this.#take(part.bytes, part.independent, segment.epoch);
      if (part.number === 0 && !this.#waits) this.pipe.tell(segment);
    }
  }

  #begin(rendition: Rendition, epoch: number, init: Buffer): void {
    this.#epoch = epoch;
    this.#waits = true;
    this.#bound = Math.max(leastBehind, (rendition.facts.bandwidth / 8) * secondsBehind);
    this.pipe.begin(rendition, epoch, init);
  }

  #takeChunk({ bytes, keyframe, epoch, media, part, chunk }: Chunk): void {
    const before = this.#last;
    this.#last = { media, part, chunk };
    const goesOn = before?.chunk === chunk - 1 && before.part === part && before.media === media;
    // Who came while the first chunks of a part were passed over has nothing that this one could follow.
    if (chunk > 0 && !goesOn) this.#waits = true;
    this.#take(bytes, keyframe, epoch);
  }

  #take(bytes: Buffer, keyframe: boolean, epoch: number): void {
    if (epoch !== this.#epoch) return;
    const { waiting } = this.pipe;
    if (this.#waits) {
      // Half of the bound, or it would be slow again at once.
      if (!keyframe || waiting > this.#bound / 2) return;
      this.#waits = false;
    } else if (waiting > this.#bound) {
      this.#waits = true;
      this.skips += 1;
      this.pipe.skipped();
      return;
    }
    this.pipe.write(bytes);
  }
}

/** The complete parts from the newest independent one on; none when there is no such part. */
export function fromNewestKeyframe({ segments }: Rendition): readonly { segment: Segment; part: Part }[] {
  const found: { segment: Segment; part: Part }[] = [];
  for (let at = segments.length - 1; at >= 0; at -= 1) {
    const segment = segments[at]!;
    if (segment.epoch !== segments.at(-1)?.epoch) return [];
    for (let index = segment.parts.length - 1; index >= 0; index -= 1) {
      const part = segment.parts[index]!;
      found.unshift({ segment, part });
      if (part.independent) return found;
    }
  }
  return [];
}

/** Everybody who follows one stream. */
export class Followers {
  readonly #live: LiveStream;
  readonly #all = new Set<Follower>();
  /** By rendition: chunks of the part that is not complete yet. */
  readonly #open = new Map<string, Chunk[]>();

  constructor(live: LiveStream) {
    this.#live = live;
  }

  get count(): number {
    return this.#all.size;
  }

  /** Begins to send. Returns what ends it. */
  add(follower: Follower): () => void {
    this.#all.add(follower);
    follower.start(this.#live, this.openChunks(follower.rendition));
    return () => this.#all.delete(follower);
  }

  /** What has come of a rendition's part that is not complete. */
  openChunks(rendition: string): readonly Chunk[] {
    return this.#open.get(rendition) ?? [];
  }

  onArrival(arrival: Arrival): void {
    this.#remember(arrival);
    for (const follower of this.#all) follower.onArrival(arrival, this.#live);
  }

  end(): void {
    for (const { pipe } of this.#all) pipe.end('closing');
    this.#all.clear();
  }

  #remember(arrival: Arrival): void {
    if (arrival.type === 'chunk') {
      const chunks = this.#open.get(arrival.rendition);
      if (arrival.chunk === 0) this.#open.set(arrival.rendition, [arrival]);
      else chunks?.push(arrival);
    } else if (arrival.type === 'part' || arrival.type === 'init') {
      this.#open.delete(arrival.rendition);
    } else if (arrival.type === 'end') {
      this.#open.clear();
    }
  }
}
