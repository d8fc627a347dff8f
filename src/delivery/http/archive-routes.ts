/** What is answered from the index and from Kafka, and playlists about whole streams: asked for now and then, so it may await. */
import { describeError } from '../../errors.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import type { LiveStream } from '../contract.ts';
import { parseBegin, segmentAt } from './begin.ts';
import { ranged } from './conditions.ts';
import type { LiveRoutesOptions } from './live-routes.ts';
import { type Rendered, RenderedTexts, renderReply, replyFor } from './rendered.ts';
import {
  cacheFor,
  headerOf,
  type Incoming,
  lengthOf,
  mime,
  type Outgoing,
  type Reply,
  send,
} from './replies.ts';
import type { Address, RenditionTarget } from './target.ts';

type Of<K extends RenditionTarget['kind']> = Extract<RenditionTarget, { kind: K }>;

/** A request, and where its answer goes. */
export interface Asked {
  readonly request: Incoming;
  readonly response: Outgoing;
  readonly address: Address;
}

/** Seconds that a playlist about a whole stream may be kept. */
const briefly = 1;

const timesToBeginAt =
  'from: write a time such as 2026-07-01T12:00:00Z, milliseconds since 1970, or -300 for seconds before now';

/** Each method gives the reply to send at once, or undefined: then it is sent when it has been read. */
export class ArchiveRoutes {
  readonly #options: LiveRoutesOptions;
  /** By the segments that they are about; an index that has changed is another array. */
  readonly #recorded = new WeakMap<readonly IndexedSegment[], RenderedTexts>();

  constructor(options: LiveRoutesOptions) {
    this.#options = options;
  }

  /** The multivariant playlist, of the window if there is one, else of what Kafka holds. */
  index(asked: Asked, live: LiveStream | undefined): Reply | undefined {
    const { texts, metrics, streams } = this.#options;
    const { target, query, playlist } = asked.address;
    const { stream } = target;
    metrics.request('playlist');
    const written = query.get('from');
    const time = written === null ? undefined : parseBegin(written, Date.now());
    if (written !== null && time === undefined) return this.#problem(400, timesToBeginAt);
    const from = time === undefined ? undefined : segmentAt(streams.archive.segments(stream), time);
    const wish = { ...playlist.wish, from };
    if (live !== undefined) {
      return this.#rendered(asked, texts.multivariant(live.renditions, live.ended, wish), mime.playlist);
    }
    return this.#later(asked, async (signal) => {
      const renditions = await streams.archive.renditions(stream, signal);
      if (renditions.length === 0) return this.#problem(404, `there is no stream "${stream}"`);
      return this.#rendered(asked, texts.multivariant(renditions, true, wish), mime.playlist);
    });
  }

  /** The whole programme, after its end. */
  vod(asked: Asked, { stream, rendition }: Of<'vod'>): Reply | undefined {
    const { texts, metrics, streams } = this.#options;
    metrics.request('playlist');
    const live = streams.live(stream);
    if (live !== undefined && !live.ended) {
      return this.#problem(404, 'the programme is not over: its playlist is live.m3u8');
    }
    return this.#later(asked, async (signal) => {
      const renditions = live?.renditions ?? (await streams.archive.renditions(stream, signal));
      const found = renditions.find(({ name }) => name === rendition);
      const segments = streams.archive.segments(stream);
      if (found === undefined || segments.length === 0) {
        return this.#problem(404, 'there is no such recording');
      }
      const targets = 'targets' in found ? found.targets : live!.targets;
      const { wish } = asked.address.playlist;
      return this.#once(asked, segments, mime.playlist, () => texts.vod(segments, targets, wish));
    });
  }

  /** The manifest of DASH, of the window if there is one, else of what Kafka holds. */
  manifest(asked: Asked, live: LiveStream | undefined): Reply | undefined {
    const { texts, metrics, streams } = this.#options;
    const { target, playlist } = asked.address;
    const { stream } = target;
    metrics.request('manifest');
    if (live !== undefined) {
      const text = () => texts.manifest(live, streams.archive, playlist.wish);
      if (!live.ended) return this.#rendered(asked, text(), mime.dash);
      return this.#once(asked, streams.archive.segments(stream), mime.dash, text);
    }
    return this.#later(asked, async (signal) => {
      const renditions = await streams.archive.renditions(stream, signal);
      const [first] = renditions;
      const segments = streams.archive.segments(stream);
      if (first === undefined) return this.#problem(404, `there is no stream "${stream}"`);
      const text = () => texts.recorded(segments, renditions, first.targets, playlist.wish);
      return this.#once(asked, segments, mime.dash, text);
    });
  }

  /** A segment that has left the window. */
  segment(asked: Asked, { stream, rendition, epoch, media }: Of<'segment'>): Reply | undefined {
    const { streams, replies } = this.#options;
    return this.#later(asked, async (signal) => {
      const bytes = await streams.archive.bytes(stream, rendition, epoch, media, signal);
      return bytes === undefined
        ? this.#problem(404, 'there is no such segment, or no longer')
        : replies.media(bytes);
    });
  }

  /** The init of an epoch that has left the window. */
  init(asked: Asked, { stream, rendition, epoch }: Of<'init'>): Reply | undefined {
    const { streams, replies } = this.#options;
    return this.#later(asked, async (signal) => {
      const bytes = await streams.archive.init(stream, rendition, epoch, signal);
      return bytes === undefined
        ? this.#problem(404, 'there is no such init, or no longer')
        : replies.media([bytes]);
    });
  }

  /** Sends what `make` resolves with; its signal is aborted when the viewer has gone. */
  #later({ request, response, address }: Asked, make: (signal: AbortSignal) => Promise<Reply>): undefined {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const head = request.method === 'HEAD';
    make(gone.signal).then(
      (reply) => {
        const answer = ranged(reply, headerOf(request, 'range'));
        send(response, answer, head);
        if (!head) this.#options.metrics.bytes += lengthOf(answer.body);
      },
      (error: unknown) => {
        // Where brokers are, and what is wrong with them, is for operators; that Kafka is away they are told once, elsewhere.
        const { stream } = address.target;
        this.#options.logger.debug({ reason: describeError(error), stream }, 'Kafka could not be read');
        const reply = this.#problem(503, 'Kafka could not be read; ask again', ['retry-after', '1']);
        send(response, reply, head);
      },
    );
  }

  /** A text about all of these segments: made once for everybody who watches afterwards, for it may take tenths of a second. */
  #once(asked: Asked, segments: readonly IndexedSegment[], type: string, text: () => string): Reply {
    const known = this.#recorded.get(segments) ?? new RenderedTexts();
    this.#recorded.set(segments, known);
    const key = `${type}|${asked.address.playlist.key}`;
    return replyFor(
      asked.request,
      known.get('', key, () => this.#render(text(), type)),
    );
  }

  #rendered({ request }: Asked, text: string, type: string): Reply {
    return replyFor(request, this.#render(text, type));
  }

  #render(text: string, type: string): Rendered {
    const cache = cacheFor.seconds(briefly);
    return renderReply(this.#options.replies, text, { type, cache, tagged: true });
  }

  #problem(status: number, reason: string, more: readonly string[] = []): Reply {
    return this.#options.replies.problem(status, reason, more);
  }
}
