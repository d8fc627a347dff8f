/** Init, parts and segments of the window: the same bytes to everybody, and requests for what is just coming. */
import type { Arrival, LiveStream, Part, Rendition, Segment } from '../contract.ts';
import { cutting, initOf } from './cutting.ts';
import { type Answer, type Exchange, later } from './exchange.ts';
import { findPart, findSegment, isAwaited, isComing, isInitAwaited, neverCame } from './find.ts';
import type { Followers } from './follower.ts';
import { GrowingSegments, type GrowingWish } from './growing.ts';
import { type Held, HeldRequests } from './held.ts';
import { cacheFor, mime, type Replies, type Reply } from './replies.ts';
import type { RenditionTarget } from './target.ts';

interface HeldPart extends Held {
  readonly rendition: string;
  readonly epoch: number;
  readonly ordinal: number;
}

interface HeldInit extends Held {
  readonly rendition: string;
  readonly target: Of<'init'>;
}

type Of<K extends RenditionTarget['kind']> = Extract<RenditionTarget, { kind: K }>;

export interface WindowMediaOptions {
  readonly live: LiveStream;
  readonly followers: Followers;
  readonly replies: Replies;
  /** Bytes of answers that go on. */
  readonly onBytes: (count: number) => void;
  /** Milliseconds that a request may wait. */
  readonly longestHold: number;
}

export class WindowMedia {
  readonly #live: LiveStream;
  readonly #followers: Followers;
  readonly #replies: Replies;
  readonly #longestHold: number;
  readonly #held = new HeldRequests<HeldPart>();
  readonly #inits = new HeldRequests<HeldInit>();
  readonly #growing: GrowingSegments;
  /** Headers once a part and segment, for all who ask; forgotten with it. */
  readonly #made = new WeakMap<Part | Segment | Buffer, Reply>();

  constructor({ live, followers, replies, onBytes, longestHold }: WindowMediaOptions) {
    this.#live = live;
    this.#followers = followers;
    this.#replies = replies;
    this.#longestHold = longestHold;
    this.#growing = new GrowingSegments(replies, onBytes);
  }

  /** Requests that wait. */
  get heldCount(): number {
    return this.#held.count + this.#inits.count;
  }

  /** The part, or word that it is waited for; undefined: the window has no such part, and it is not about to come. */
  part(exchange: Exchange, rendition: Rendition, { epoch, ordinal }: Of<'part'>): Answer | undefined {
    const part = findPart(rendition, epoch, ordinal);
    if (part !== undefined) return this.#reply(part, () => [part.bytes]);
    if (!isAwaited(this.#live, rendition, epoch, ordinal)) return undefined;
    const deadline = performance.now() + this.#longestHold;
    this.#held.add({ exchange, deadline, rendition: rendition.name, epoch, ordinal });
    return later;
  }

  /** The segment, now or while it grows; undefined: the window has no such segment, and it is not about to come. */
  segment(exchange: Exchange, rendition: Rendition, target: Of<'segment'>): Answer | undefined {
    const { epoch, media, track } = target;
    const segment = findSegment(rendition, epoch, media);
    const cut = cutting(rendition.inits.get(epoch), track);
    if (segment?.closed === true && !segment.gap) {
      if (track === undefined) return this.#reply(segment, () => segment.parts.map(({ bytes }) => bytes));
      return cut && this.#replies.media(segment.parts.map(({ bytes }) => cut(bytes)));
    }
    if (neverCame(this.#live, rendition, epoch, media)) return this.#replies.nothing();
    if (cut === undefined) return undefined;
    if (!isComing(this.#live, rendition, epoch, media)) return undefined;
    if (exchange.isHead) {
      return { status: 200, headers: this.#replies.openHeaders(mime.media, cacheFor.ever), body: [] };
    }
    const deadline = performance.now() + this.#longestHold;
    const open = this.#followers.openChunks(rendition.name);
    this.#growing.add({ exchange, rendition: rendition.name, epoch, media, cut, deadline }, this.#live, open);
    return later;
  }

  /** The init, or word that it is waited for; undefined: the window has no such init, and it is not the next encoder's. */
  init(exchange: Exchange, rendition: Rendition, target: Of<'init'>): Answer | undefined {
    if (!isInitAwaited(this.#live, rendition, target.epoch)) return this.#init(rendition, target);
    const deadline = performance.now() + this.#longestHold;
    this.#inits.add({ exchange, deadline, rendition: rendition.name, target });
    return later;
  }

  #init(rendition: Rendition, { epoch, track }: Of<'init'>): Reply | undefined {
    const init = rendition.inits.get(epoch);
    if (init === undefined || track === undefined) return init && this.#reply(init, () => [init]);
    const own = initOf(init, track);
    return own && this.#replies.media([own]);
  }

  onArrival(arrival: Arrival): void {
    this.#growing.onArrival(arrival, this.#live);
    if (arrival.type === 'chunk') return;
    if (arrival.type === 'init') this.#releaseInits(arrival);
    this.#releaseNever();
    // An encoder that began anew has shown how long the pause was.
    if (arrival.type === 'part' && arrival.segment.discontinuity && arrival.part.number === 0) {
      this.#growing.releaseOver(this.#live, (request) => request.exchange.answer(this.#absent(request)));
    }
    if (arrival.type !== 'part') return;
    const { rendition, segment, part } = arrival;
    this.#held.release(
      (held) => held.rendition === rendition && held.ordinal === part.ordinal && held.epoch === segment.epoch,
      ({ exchange }) => exchange.answer(this.#reply(part, () => [part.bytes])),
    );
  }

  /** Ends what has waited for too long, or for what will never come. */
  sweep(now: number): void {
    this.#releaseNever();
    for (const held of [this.#held, this.#inits])
      held.sweep(now, ({ exchange }) => exchange.answer(this.#late()));
    this.#growing.sweep(now, this.#live, (request, why) =>
      request.exchange.answer(why === 'never' ? this.#absent(request) : this.#late()),
    );
  }

  #releaseInits({ rendition: name, epoch }: Extract<Arrival, { type: 'init' }>): void {
    const rendition = this.#live.rendition(name);
    if (rendition === undefined) return;
    this.#inits.release(
      (held) => held.rendition === name && held.target.epoch === epoch,
      ({ exchange, target }) => exchange.answer(this.#init(rendition, target) ?? this.#never()),
    );
  }

  /** Who waits for a part that will never come is told at once, so that he reads anew what does come. */
  #releaseNever(): void {
    const { ended, epoch: newest } = this.#live;
    const isOver = (epoch: number): boolean => epoch < newest || (ended && epoch === newest);
    const tell = ({ exchange }: Held): void => exchange.answer(this.#never());
    this.#held.release(({ epoch }) => isOver(epoch), tell);
    this.#inits.release(({ target }) => isOver(target.epoch), tell);
  }

  end(reply: Reply): void {
    for (const held of [this.#held, this.#inits]) held.releaseAll(({ exchange }) => exchange.answer(reply));
    this.#growing.end(({ exchange }) => exchange.answer(reply));
  }

  #reply(key: Part | Segment | Buffer, body: () => readonly Buffer[]): Reply {
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const reply = this.#replies.media(body());
    this.#made.set(key, reply);
    return reply;
  }

  /** What a request for a segment that will not begin is told. */
  #absent({ rendition, epoch, media }: GrowingWish): Reply {
    const state = this.#live.rendition(rendition);
    const isNothing = state !== undefined && neverCame(this.#live, state, epoch, media);
    return isNothing ? this.#replies.nothing() : this.#never();
  }

  #never(): Reply {
    return this.#replies.problem(
      404,
      'this will never come: the encoder began anew, or the programme is over',
      [],
      // Of a part that was to be the next: behind a cache all who wait for it are to be told at once, not one after the other.
      cacheFor.seconds(10),
    );
  }

  #late(): Reply {
    return this.#replies.problem(503, 'this did not come in time', ['retry-after', '1']);
  }
}
