/**
 * A segment's answer while it grows, for players of DASH: what is there of it at once, then each chunk as it comes, in one
 * response. It begins to be written with the segment's first chunk.
 */
import type { Arrival, LiveStream, Rendition } from '../contract.ts';
import type { Exchange } from './exchange.ts';
import { findSegment, hasSuccessor } from './find.ts';
import { cacheFor, mime, type Replies } from './replies.ts';

type Chunk = Extract<Arrival, { type: 'chunk' }>;

export interface GrowingWish {
  readonly exchange: Exchange;
  readonly rendition: string;
  readonly epoch: number;
  readonly media: number;
  /** What is sent of each chunk; empty: nothing. */
  readonly cut: (chunk: Buffer) => Buffer;
  /** When waiting for its first chunk ends: milliseconds of the steady clock. */
  readonly deadline: number;
}

interface GrowingRequest extends GrowingWish {
  /** Bytes of the chunks that were taken, before they were cut. */
  taken: number;
}

/** Bytes that may wait for one viewer; more than a segment has, unless it is a very large one. */
const mostWaiting = 16 * 1024 * 1024;

export class GrowingSegments {
  readonly #replies: Replies;
  readonly #onBytes: (count: number) => void;
  readonly #waiting = new Set<GrowingRequest>();
  readonly #begun = new Set<GrowingRequest>();

  constructor(replies: Replies, onBytes: (count: number) => void) {
    this.#replies = replies;
    this.#onBytes = onBytes;
  }

  /** Takes a request for the segment that grows, or for the next one. `open`: chunks of the part that is not complete. */
  add(wish: GrowingWish, live: LiveStream, open: readonly Chunk[]): void {
    const request = { ...wish, taken: 0 };
    const rendition = live.rendition(request.rendition);
    const there = bytesSoFar(rendition, request, open);
    if (there.length === 0) {
      this.#waiting.add(request);
      return;
    }
    this.#begin(request);
    for (const bytes of there) this.#write(request, bytes);
  }

  onArrival(arrival: Arrival, live: LiveStream): void {
    if (this.#waiting.size + this.#begun.size === 0) return;
    if (arrival.type === 'chunk') {
      for (const request of this.#waiting) if (isOf(arrival, request)) this.#begin(request);
      for (const request of this.#begun) if (isOf(arrival, request)) this.#write(request, arrival.bytes);
      return;
    }
    if (arrival.type === 'part') return;
    for (const request of this.#begun) if (isOver(request, live)) this.#finish(request, live);
  }

  /** Ends requests whose viewers have gone, and hands over those whose segment has not begun in time, or never will. */
  sweep(now: number, live: LiveStream, tell: (request: GrowingWish, why: 'late' | 'never') => void): void {
    for (const request of this.#begun) if (request.exchange.hasGone) this.#begun.delete(request);
    for (const request of this.#waiting) {
      const gone = request.exchange.hasGone;
      const over = isOver(request, live) && !isBetween(request, live);
      if (!gone && request.deadline > now && !over) continue;
      this.#waiting.delete(request);
      if (!gone) tell(request, over ? 'never' : 'late');
    }
  }

  /** Hands over those whose segment will never begin. */
  releaseOver(live: LiveStream, tell: (request: GrowingWish) => void): void {
    for (const request of this.#waiting) {
      if (!isOver(request, live) || isBetween(request, live)) continue;
      this.#waiting.delete(request);
      if (!request.exchange.hasGone) tell(request);
    }
  }

  /** The server goes: what is not complete must not look as if it were. */
  end(late: (request: GrowingWish) => void): void {
    for (const request of this.#waiting) late(request);
    for (const { exchange } of this.#begun) exchange.response.destroy();
    this.#waiting.clear();
    this.#begun.clear();
  }

  #begin(request: GrowingRequest): void {
    this.#waiting.delete(request);
    this.#begun.add(request);
    request.exchange.begin(this.#replies.openHeaders(mime.media, cacheFor.ever));
  }

  #write(request: GrowingRequest, chunk: Buffer): void {
    const { hasGone, response } = request.exchange;
    if (hasGone) return;
    if (response.writableLength > mostWaiting) {
      this.#begun.delete(request);
      response.destroy();
      return;
    }
    request.taken += chunk.length;
    const bytes = request.cut(chunk);
    if (bytes.length === 0) return;
    response.write(bytes);
    this.#onBytes(bytes.length);
  }

  /**
   * What was written is only said to be whole if it is what this URL names for good: of a part that an encoder's death has cut off chunks
   * were sent, and nobody will be sent them again.
   */
  #finish(request: GrowingRequest, live: LiveStream): void {
    this.#begun.delete(request);
    const { exchange, taken } = request;
    if (exchange.hasGone) return;
    const rendition = live.rendition(request.rendition);
    const segment = rendition && findSegment(rendition, request.epoch, request.media);
    const whole = segment?.parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (whole === taken) exchange.response.end();
    else exchange.response.destroy();
  }
}

function isOf(chunk: Chunk, { rendition, epoch, media }: GrowingRequest): boolean {
  return chunk.rendition === rendition && chunk.epoch === epoch && chunk.media === media;
}

function bytesSoFar(
  rendition: Rendition | undefined,
  request: GrowingRequest,
  open: readonly Chunk[],
): readonly Buffer[] {
  const segment = rendition && findSegment(rendition, request.epoch, request.media);
  const parts = segment?.parts.map(({ bytes }) => bytes) ?? [];
  return [...parts, ...open.filter((chunk) => isOf(chunk, request)).map(({ bytes }) => bytes)];
}

/** Nothing will be added to it any more. */
function isOver({ rendition, epoch, media }: GrowingRequest, live: LiveStream): boolean {
  const state = live.rendition(rendition);
  if (live.ended || live.epoch !== epoch || state === undefined || state.edge.epoch !== epoch) return true;
  const last = state.segments.at(-1);
  if (last === undefined) return false;
  return last.media > media || (last.media === media && last.closed);
}

/** Another encoder has begun, and nothing of it has come yet: how long the pause was is not known. */
function isBetween({ epoch }: GrowingRequest, live: LiveStream): boolean {
  return !live.ended && live.epoch > epoch && !hasSuccessor(live, epoch);
}
