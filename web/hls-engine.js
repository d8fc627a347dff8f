// @ts-check
/** Plays a stream by its playlists, through hls.js. The way that can rewind, choose its quality, and pass every cache. */
import { SegmentDates } from './dates.js';
import Hls from './hls.mjs';
import { loaderFor } from './loader.js';
import { bufferedAhead, dateAt, timeAt } from './mapping.js';

/**
 * @import { LevelDetails } from 'hls.js'
 * @import { Engine, EngineOptions } from './engine.js'
 * @import { Stretch } from './mapping.js'
 */

/** Bits a second that are believed in before anything was measured: the best picture first; it is corrected after a second. */
const firstEstimate = 8e6;
/** Ages of the newest bytes that are remembered: some seconds of parts. */
const remembered = 25;
/** With fewer than so many nothing is said: a second of parts. */
const enough = 5;

/** @implements {Engine} */
export class HlsEngine {
  kind = /** @type {const} */ ('hls');
  #options;
  #hls;
  /** @type {Stretch[] | undefined} */
  #stretches;
  /** @type {number[]} */
  #ages = [];
  #dates = new SegmentDates();

  /** @param {EngineOptions & { readonly from?: number | undefined }} options `from`: where to begin; without it, at the live edge */
  constructor(options) {
    this.#options = options;
    const { servers, listener, from, video } = options;
    const hls = new Hls({
      loader: loaderFor(servers, options.prefetch, this.#dates, (well) => listener.onAnswers(well)),
      lowLatencyMode: true,
      // fMP4 needs no work that is worth starting a thread, and sending hls.js to it once more.
      enableWorker: false,
      liveDurationInfinity: true,
      backBufferLength: 20,
      maxBufferLength: 20,
      maxMaxBufferLength: 30,
      testBandwidth: false,
      // Asking the browser what it decodes smoothly comes before the first playlist; it decodes what we publish.
      useMediaCapabilities: false,
      abrEwmaDefaultEstimate: firstEstimate,
      abrEwmaDefaultEstimateMax: firstEstimate,
      startFragPrefetch: true,
      ...(from === undefined ? {} : { startPosition: 0 }),
      // Whoever keeps step does not go further behind by itself, and a player that goes on for ever does not count its nudges.
      liveSyncOnStallIncrease: 0,
      nudgeMaxRetry: 1000,
      detectStallWithCurrentTimeMs: 500,
    });
    this.#hls = hls;
    const query = from === undefined ? {} : { from: String(Math.floor(from)) };
    hls.loadSource(servers.name(`live/${options.stream}/index.m3u8`, query));
    hls.attachMedia(video);
    this.#listen(from);
  }

  /** @param {number | undefined} from */
  #listen(from) {
    const hls = this.#hls;
    const { listener, video, quality } = this.#options;
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      if (quality !== undefined) this.quality = quality;
      listener.onQualities();
    });
    const forget = () => {
      this.#stretches = undefined;
    };
    let placed = from === undefined;
    hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
      forget();
      if (details.live && details.advanced) this.#seeEdge(details);
      listener.onRange();
    });
    hls.on(Hls.Events.LEVEL_PTS_UPDATED, forget);
    hls.on(Hls.Events.LEVEL_SWITCHED, () => listener.onQualities());
    hls.on(Hls.Events.FRAG_BUFFERED, () => {
      // A playlist begins with a whole segment; what was asked for lies in it.
      const time = placed || from === undefined ? undefined : timeAt(this.#known(), from);
      placed = true;
      if (time !== undefined && time > video.currentTime + 0.2) video.currentTime = time;
    });
    hls.on(Hls.Events.BUFFER_CODECS, (_, tracks) => {
      // hls.js would try another level, and where there is none, the same one for ever.
      for (const track of [tracks.audiovideo, tracks.video, tracks.audio]) {
        const codecs = track?.codec || track?.levelCodec;
        const mimeType = `${track?.container}; codecs="${codecs}"`;
        if (codecs && !MediaSource.isTypeSupported(mimeType)) return listener.onUnplayable(mimeType);
      }
    });
    hls.on(Hls.Events.ERROR, (_, { fatal, details, response }) => {
      listener.onError(details, fatal);
      if (!fatal) return;
      if (details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) {
        listener.onUnplayable('');
        return;
      }
      // An engine made anew mends more than hls.js does by itself: tracks that come and go, say.
      listener.onBroken(details, response?.code);
    });
  }

  /** @param {LevelDetails} details */
  #seeEdge(details) {
    const date = dateAt(this.#known(), details.edge);
    const { clock } = this.#options;
    if (date === undefined || !clock.known) return;
    this.#ages.push((clock.now() - date) / 1000);
    if (this.#ages.length > remembered) this.#ages.shift();
  }

  #known() {
    if (this.#stretches) return this.#stretches;
    const details = this.#hls.latestLevelDetails;
    const all = details ? [...details.fragments, details.fragmentHint ?? []].flat() : [];
    this.#stretches = all.flatMap(({ start, duration, sn }) => {
      const date = typeof sn === 'number' ? this.#dates.of(sn) : undefined;
      return date === undefined ? [] : [{ start, duration, date }];
    });
    return this.#stretches;
  }

  get date() {
    return dateAt(this.#known(), this.#options.video.currentTime);
  }

  get range() {
    const known = this.#known();
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    return { start: first.date, end: last.date + last.duration * 1000 };
  }

  get over() {
    return this.#hls.latestLevelDetails?.live === false;
  }

  /** Of these samples the first are of a page that was still loading: the smallest of several says most. */
  get edgeAge() {
    return this.#ages.length < enough ? undefined : Math.min(...this.#ages);
  }

  get piece() {
    const target = this.#hls.latestLevelDetails?.partTarget;
    return target ? target : undefined;
  }

  get ahead() {
    const { video } = this.#options;
    return bufferedAhead(video.buffered, video.currentTime);
  }

  /** @param {number} date */
  seek(date) {
    const time = timeAt(this.#known(), date);
    const range = this.range;
    if (time === undefined || range === undefined || date < range.start || date > range.end + 500)
      return false;
    this.#options.video.currentTime = time;
    return true;
  }

  get qualities() {
    return this.#hls.levels.map(({ height, bitrate, frameRate, uri }, index) => {
      const name = /([^/]+)\/[^/]+\.m3u8/.exec(uri)?.[1] ?? String(index);
      return { name, height, bitrate, frameRate };
    });
  }

  /** The one that is played. */
  get playing() {
    return this.qualities[this.#hls.currentLevel >= 0 ? this.#hls.currentLevel : this.#hls.loadLevel]?.name;
  }

  /** @param {string} name `auto` for one that fits the connection */
  set quality(name) {
    const index = this.qualities.findIndex((quality) => quality.name === name);
    this.#hls.loadLevel = index;
  }

  get details() {
    const estimate = this.#hls.bandwidthEstimate;
    return { delivery: 'LL-HLS', bandwidth: Number.isFinite(estimate) ? estimate : undefined };
  }

  skipHole() {}

  destroy() {
    this.#hls.destroy();
  }
}
