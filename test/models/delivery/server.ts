/** A delivery server without HTTP: records in, playlists and media out, made of the real parts. */

import type { LiveStream } from '../../../src/delivery/contract.ts';
import { livePlaylist } from '../../../src/delivery/hls/media.ts';
import { textOf } from '../../../src/delivery/hls/pieces.ts';
import { Exchange } from '../../../src/delivery/http/exchange.ts';
import { Followers } from '../../../src/delivery/http/follower.ts';
import { WindowMedia } from '../../../src/delivery/http/parts.ts';
import { Replies, type Reply } from '../../../src/delivery/http/replies.ts';
import { Windows } from '../../../src/delivery/window/windows.ts';
import { Admission } from '../../../src/live/read/admission.ts';
import { silentLogger } from '../../../src/log.ts';
import type { MadeRecord } from '../../support/live-records.ts';
import { type Kept, keep, Viewing } from './viewer.ts';

const listed = 2_000_000;
const services = {
  replies: new Replies(),
  metrics: { bytes: 0 },
  logger: silentLogger,
  misses: { take: () => false },
};

interface Shown {
  readonly live: LiveStream;
  readonly media: WindowMedia;
}

export class ModelServer {
  readonly #windows = new Windows({ limits: { listed, bytes: 1_000_000 }, onChange: () => {}, now: () => 0 });
  readonly #admission = new Admission();
  readonly #shown = new Map<string, Shown>();
  readonly #kept: Kept;

  /** `kept`: what caches in front of all servers have. */
  constructor(kept: Kept) {
    this.#kept = kept;
  }

  apply({ record, bytes }: MadeRecord): void {
    if (this.#admission.admits(record)) this.#windows.apply(record, bytes);
    const live = this.#windows.get(record.stream);
    if (live === undefined || this.#shown.get(record.stream)?.live === live) return;
    // Another programme has another window.
    this.#shown.get(record.stream)?.media.end(services.replies.problem(503, 'over'));
    const followers = new Followers(live);
    const media = new WindowMedia({
      live,
      followers,
      replies: services.replies,
      onBytes: () => {},
      longestHold: 1000,
    });
    live.listen((arrival) => {
      followers.onArrival(arrival);
      media.onArrival(arrival);
    });
    this.#shown.set(record.stream, { live, media });
  }

  /** Rendition -> its playlist. */
  playlists(stream: string): ReadonlyMap<string, string> {
    const live = this.#windows.get(stream);
    const uri = (name: string): string => name;
    return new Map(
      live?.renditions.map((rendition) => [
        rendition.name,
        textOf(livePlaylist({ stream: live, rendition, listed, skip: false, uri }), uri),
      ]),
    );
  }

  /** Somebody asks for the segment that grows and for the part that comes next, of every rendition. */
  ask(stream: string): void {
    const { live, media } = this.#shown.get(stream) ?? {};
    if (live === undefined || media === undefined) return;
    for (const rendition of live.renditions) {
      const { epoch, media: coming, ordinal } = rendition.edge;
      const number = rendition.segments.at(-1)?.closed === false ? rendition.segments.at(-1)!.media : coming;
      const name = `${stream}/${rendition.name}`;
      this.#answer(`${name}/seg-${epoch}-${number}`, (exchange) =>
        media.segment(exchange, rendition, {
          kind: 'segment',
          stream,
          rendition: rendition.name,
          epoch,
          media: number,
        }),
      );
      this.#answer(`${name}/part-${epoch}-${ordinal}`, (exchange) =>
        media.part(exchange, rendition, { kind: 'part', stream, rendition: rendition.name, epoch, ordinal }),
      );
    }
  }

  /** All that can be had at once has the bytes that it always had. */
  check(stream: string): void {
    for (const { name, segments } of this.#windows.get(stream)?.renditions ?? []) {
      for (const { epoch, media, ordinal, parts, closed, gap } of segments) {
        const texts = parts.map(({ bytes }) => bytes.toString());
        for (const [index, text] of texts.entries())
          keep(this.#kept, `${stream}/${name}/part-${epoch}-${ordinal + index}`, text);
        if (closed && !gap) keep(this.#kept, `${stream}/${name}/seg-${epoch}-${media}`, texts.join(''));
      }
    }
  }

  #answer(url: string, work: (exchange: Exchange) => Reply | symbol | undefined): void {
    const exchange = new Exchange({ rawHeaders: [] }, new Viewing(url, this.#kept), services);
    const answer = work(exchange);
    if (answer !== undefined && typeof answer !== 'symbol') exchange.answer(answer);
  }
}
