/** Init, parts and segments of the window: the same bytes to everybody, and requests for what is just coming. */
import type { Arrival, LiveStream, Part, Rendition, Segment } from '../contract.ts';
import { ranged } from './conditions.ts';
import { findPart, findSegment, isComing, isHinted } from './find.ts';
import type { Followers } from './follower.ts';
import { GrowingSegments } from './growing.ts';
import { type Held, HeldRequests } from './held.ts';
import {
  cacheFor,
  headerOf,
  type Incoming,
  mime,
  type Outgoing,
  type Replies,
  type Reply,
  send,
} from './replies.ts';
import type { RenditionTarget } from './target.ts';

interface HeldPart extends Held {
  readonly request: Incoming;
  readonly rendition: string;
  readonly epoch: number;
  readonly ordinal: number;
}

type Of<K extends RenditionTarget['kind']> = Extract<RenditionTarget, { kind: K }>;

export interface WindowMediaOptions {
  readonly live: LiveStream;
  readonly followers: Followers;
  readonly replies: Replies;
  readonly onBytes: (count: number) => void;
  /** Milliseconds that a request may wait. */
  readonly patience: number;
}

export class WindowMedia {
  readonly #live: LiveStream;
  readonly #followers: Followers;
  readonly #replies: Replies;
  readonly #onBytes: (count: number) => void;
  readonly #patience: number;
  readonly #held = new HeldRequests<HeldPart>();
  readonly #growing: GrowingSegments;
  /** Headers once a part and segment, for all who ask; forgotten with it. */
  readonly #made = new WeakMap<Part | Segment | Buffer, Reply>();

  constructor({ live, followers, replies, onBytes, patience }: WindowMediaOptions) {
    this.#live = live;
    this.#followers = followers;
    this.#replies = replies;
    this.#onBytes = onBytes;
    this.#patience = patience;
    this.#growing = new GrowingSegments(replies, onBytes);
  }

  /** Answers, now or when it has come; false: the window has no such part, and it is not the next one. */
  part(request: Incoming, response: Outgoing, rendition: Rendition, { epoch, ordinal }: Of<'part'>): boolean {
    const part = findPart(rendition, epoch, ordinal);
    if (part !== undefined) {
      this.#send(request, response, this.#reply(part, [part.bytes]));
      return true;
    }
    if (!isHinted(this.#live, rendition, epoch, ordinal)) return false;
    const deadline = performance.now() + this.#patience;
    this.#held.add({ request, response, deadline, rendition: rendition.name, epoch, ordinal });
    return true;
  }

  /** Answers, now or while it grows; false: the window has no such segment, and it is not about to come. */
  segment(request: Incoming, response: Outgoing, rendition: Rendition, wanted: Of<'segment'>): boolean {
    const { epoch, media } = wanted;
    const segment = findSegment(rendition, epoch, media);
    if (segment?.gap === true) return false;
    if (segment?.closed === true) {
      this.#send(
        request,
        response,
        this.#reply(
          segment,
          segment.parts.map(({ bytes }) => bytes),
        ),
      );
      return true;
    }
    if (!isComing(this.#live, rendition, epoch, media)) return false;
    if (request.method === 'HEAD') {
      const headers = this.#replies.openHeaders(mime.media, cacheFor.ever);
      send(response, { status: 200, headers, body: [] });
      return true;
    }
    const deadline = performance.now() + this.#patience;
    const open = this.#followers.openChunks(rendition.name);
    this.#growing.add({ response, rendition: rendition.name, epoch, media, deadline }, this.#live, open);
    return true;
  }

  /** Answers; false: the window has no such init. */
  init(request: Incoming, response: Outgoing, rendition: Rendition, { epoch }: Of<'init'>): boolean {
    const init = rendition.inits.get(epoch);
    if (init === undefined) return false;
    this.#send(request, response, this.#reply(init, [init]));
    return true;
  }

  onArrival(arrival: Arrival): void {
    this.#growing.onArrival(arrival, this.#live);
    if (arrival.type !== 'part') return;
    const { rendition, segment, part } = arrival;
    this.#held.release(
      (held) => held.rendition === rendition && held.ordinal === part.ordinal && held.epoch === segment.epoch,
      ({ request, response }) => this.#send(request, response, this.#reply(part, [part.bytes])),
    );
  }

  /** Ends what has waited for too long, or for what will never come. */
  sweep(now: number): void {
    this.#held.release(
      ({ rendition, epoch }) => this.#live.ended || this.#live.rendition(rendition)?.edge.epoch !== epoch,
      ({ response }) => this.#never(response),
    );
    this.#held.sweep(now, ({ response }) => this.#late(response));
    this.#growing.sweep(now, this.#live, ({ response }) => this.#late(response));
  }

  end(reply: Reply): void {
    this.#held.releaseAll(({ response }) => send(response, reply));
    this.#growing.end(({ response }) => send(response, reply));
  }

  #send(request: Incoming, response: Outgoing, reply: Reply): void {
    const range = headerOf(request, 'range');
    const answer = range === undefined ? reply : ranged(reply, range);
    const head = request.method === 'HEAD';
    send(response, answer, head);
    if (!head) for (const { length } of answer.body) this.#onBytes(length);
  }

  #reply(key: Part | Segment | Buffer, body: readonly Buffer[]): Reply {
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const reply = this.#replies.media(body);
    this.#made.set(key, reply);
    return reply;
  }

  #never(response: Outgoing): void {
    send(
      response,
      this.#replies.problem(
        404,
        'this part will never come: the encoder began anew, or the programme is over',
      ),
    );
  }

  #late(response: Outgoing): void {
    send(response, this.#replies.problem(503, 'this did not come in time', ['retry-after', '1']));
  }
}
