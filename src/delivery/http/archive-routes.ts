/** What is answered from the index and from Kafka, and playlists about whole streams: asked for now and then, so it may await. */
import { describeError, SluiceError } from '../../errors.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import type { LiveStream } from '../contract.ts';
import { parseBegin, segmentAt } from './begin.ts';
import type { RouteContext } from './context.ts';
import { cutting, initOf } from './cutting.ts';
import { type Answer, type Exchange, later } from './exchange.ts';
import { type Rendered, RenderedTexts, renderPieces, renderReply, replyFor } from './rendered.ts';
import { cacheFor, mime, type Reply } from './replies.ts';
import type { Address, RenditionTarget } from './target.ts';

type Of<K extends RenditionTarget['kind']> = Extract<RenditionTarget, { kind: K }>;

/** Seconds that a playlist about a whole stream may be kept. */
const briefly = 1;

const timesToBeginAt =
  'from: write a time such as 2026-07-01T12:00:00Z, milliseconds since 1970, or -300 for seconds before now';

export class ArchiveRoutes {
  readonly #context: RouteContext;
  /** By what they are about: a stream, or segments, of which an index that has changed is another array. */
  readonly #known = new WeakMap<readonly IndexedSegment[] | LiveStream, RenderedTexts>();

  constructor(context: RouteContext) {
    this.#context = context;
  }

  /** The multivariant playlist, of the window if there is one, else of what Kafka holds. */
  index(exchange: Exchange, address: Address, live: LiveStream | undefined): Answer {
    const { texts, metrics, streams } = this.#context;
    const { target, query, playlist } = address;
    const { stream } = target;
    metrics.request('playlist');
    const written = query.get('from');
    const time = written === null ? undefined : parseBegin(written, Date.now());
    if (written !== null && time === undefined) return this.#problem(400, timesToBeginAt);
    const from = time === undefined ? undefined : segmentAt(streams.archive.segments(stream), time);
    const wish = { ...playlist.wish, from };
    if (live !== undefined) {
      return this.#rendered(exchange, stream, texts.multivariant(live.renditions, live.ended, wish));
    }
    return this.#later(exchange, address, async (signal) => {
      const renditions = await streams.archive.renditions(stream, signal);
      if (renditions.length === 0) return this.#absent(stream);
      return this.#rendered(exchange, stream, texts.multivariant(renditions, true, wish));
    });
  }

  /** The whole programme, after its end. */
  vod(exchange: Exchange, address: Address, { stream, rendition }: Of<'vod'>): Answer {
    const { texts, metrics, streams } = this.#context;
    const replies = this.#context.replies.ofStream(stream);
    metrics.request('playlist');
    const live = streams.live(stream);
    if (live !== undefined && !live.ended) {
      return this.#problem(404, 'the programme is not over: its playlist is live.m3u8');
    }
    return this.#later(exchange, address, async (signal) => {
      const renditions = live?.renditions ?? (await streams.archive.renditions(stream, signal));
      const found = renditions.find(({ name }) => name === rendition);
      const listed = texts.ofRendition(streams.archive.segments(stream), rendition);
      if (found === undefined || listed.segments.length === 0) {
        return this.#problem(404, 'there is no such recording');
      }
      const targets = 'targets' in found ? found.targets : live!.targets;
      const { wish } = address.playlist;
      return this.#once(exchange, address.playlist.key, listed.segments, () => {
        const cache = cacheFor.about(briefly, briefly);
        // What most ask for is the same for all of them, and worth to be compressed.
        const forEverybody = wish.from === undefined && wish.uri('') === '';
        const options = { type: mime.playlist, cache, tagged: true, forEverybody };
        return renderPieces(replies, texts.vod(listed, targets, wish), wish.uri, options);
      });
    });
  }

  /** The manifest of DASH, of the window if there is one, else of what Kafka holds. */
  manifest(exchange: Exchange, address: Address, live: LiveStream | undefined): Answer {
    const { texts, metrics, streams } = this.#context;
    const { target, playlist } = address;
    const { stream } = target;
    const { wish } = playlist;
    metrics.request('manifest');
    // Of all that a playlist may be asked by, it depends on the token alone.
    const key = `manifest${wish.uri('')}`;
    if (live !== undefined) {
      const render = () => this.#render(stream, texts.manifest(live, streams.archive, wish), mime.dash);
      // After its end it is about what the index has, which comes a little later.
      const indexed = live.ended ? streams.archive.segments(stream) : [];
      return indexed.length > 0
        ? this.#once(exchange, key, indexed, render)
        : this.#once(exchange, key, live, render, live.version);
    }
    return this.#later(exchange, address, async (signal) => {
      const renditions = await streams.archive.renditions(stream, signal);
      const [first] = renditions;
      const segments = streams.archive.segments(stream);
      if (first === undefined) return this.#absent(stream);
      return this.#once(exchange, key, segments, () =>
        this.#render(stream, texts.recorded(segments, renditions, first.targets, wish), mime.dash),
      );
    });
  }

  /** A segment that has left the window. */
  segment(exchange: Exchange, address: Address, target: Of<'segment'>): Answer {
    const { streams } = this.#context;
    const { stream, rendition, epoch, media, track } = target;
    const replies = this.#context.replies.ofStream(stream);
    const { archive } = streams;
    return this.#later(exchange, address, async (signal) => {
      const bytes = await archive.bytes(stream, rendition, epoch, media, signal);
      const init = track && (await archive.init(stream, rendition, epoch, signal));
      const cut = cutting(init, track);
      return bytes === undefined || cut === undefined
        ? this.#problem(404, 'there is no such segment, or no longer')
        : replies.media(bytes.map(cut));
    });
  }

  /** The init of an epoch that has left the window. */
  init(exchange: Exchange, address: Address, { stream, rendition, epoch, track }: Of<'init'>): Answer {
    const { streams } = this.#context;
    const replies = this.#context.replies.ofStream(stream);
    return this.#later(exchange, address, async (signal) => {
      const init = await streams.archive.init(stream, rendition, epoch, signal);
      const bytes = init && track ? initOf(init, track) : init;
      return bytes === undefined
        ? this.#problem(404, 'there is no such init, or no longer')
        : replies.media([bytes]);
    });
  }

  /** Sends what `make` resolves with; its signal is aborted when the viewer has gone. */
  #later(exchange: Exchange, { target }: Address, make: (signal: AbortSignal) => Promise<Reply>): Answer {
    const gone = new AbortController();
    exchange.onClose(() => gone.abort());
    make(gone.signal).then(
      (reply) => exchange.answer(reply),
      (error: unknown) => {
        if (!(error instanceof SluiceError)) {
          exchange.fail(error);
          return;
        }
        // Where brokers are, and what is wrong with them, is for operators; that Kafka is away they are told once, elsewhere.
        const facts = { reason: describeError(error), stream: target.stream };
        const words = `${error instanceof StoreFault ? 'the archive' : 'Kafka'} could not be read`;
        this.#context.logger.debug(facts, words);
        exchange.answer(this.#problem(503, `${words}; ask again`, ['retry-after', '1']));
      },
    );
    return later;
  }

  /** What is written of these segments, or of a stream in this version: once for everybody, for it may take tenths of a second. */
  #once(
    { request }: Exchange,
    key: string,
    about: readonly IndexedSegment[] | LiveStream,
    render: () => Rendered,
    version = 0,
  ): Reply {
    const known = this.#known.get(about) ?? new RenderedTexts();
    this.#known.set(about, known);
    return replyFor(request, known.get(version, key, render));
  }

  #rendered({ request }: Exchange, stream: string, text: string): Reply {
    return replyFor(request, this.#render(stream, text, mime.playlist));
  }

  #render(stream: string, text: string, type: string): Rendered {
    const cache = cacheFor.about(briefly, briefly);
    return renderReply(this.#context.replies.ofStream(stream), text, { type, cache, tagged: true });
  }

  /** For a moment, so that a crowd that waits for it costs one question a second. */
  #absent(stream: string): Reply {
    return this.#context.replies.problem(
      404,
      `there is no stream "${stream}"`,
      [],
      cacheFor.seconds(briefly),
    );
  }

  #problem(status: number, reason: string, more: readonly string[] = []): Reply {
    return this.#context.replies.problem(status, reason, more);
  }
}
