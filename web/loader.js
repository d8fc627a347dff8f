// @ts-check
/**
 * How hls.js gets what it asks for. Which server is asked, and again after what time, is decided here and nowhere else: of a
 * server that was killed, and of a broker that is away, hls.js hears nothing but that an answer took long.
 */
import { AnswerError, mayBeBetterElsewhere, retryDelay } from './servers.js';

/**
 * @import { Prefetch } from './prefetch.js'
 * @import { SegmentDates } from './dates.js'
 * @import { Servers } from './servers.js'
 * @import { HlsConfig, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderStats } from 'hls.js'
 */

/** Playlists are held by the server for three target durations at most; one that takes longer will not answer. Milliseconds. */
const playlistLimit = 10_000;
const mediaLimit = 6_000;
/** Media is asked for again for this long; then hls.js is told, and goes on with what comes later. Milliseconds. */
const longestMediaWait = 15_000;
/** A playlist that its server does not know (yet: it may have been started a moment ago) is asked for again. */
const notThereYet = new Set([400, 404]);
/** With so many refusals of what we know to come next, we know wrong: the playlist is asked for as it is. */
const refusals = 6;

/** @returns {LoaderStats} */
function noStats() {
  const timing = () => ({ start: 0, first: 0, end: 0 });
  return {
    aborted: false,
    loaded: 0,
    retry: 0,
    total: 0,
    chunkCount: 0,
    bwEstimate: 0,
    loading: timing(),
    parsing: { start: 0, end: 0 },
    buffering: timing(),
  };
}

/** @param {AbortSignal} signal @param {number} milliseconds */
function pause(signal, milliseconds) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    })
  );
}

/** @param {string} url */
function withoutDirectives(url) {
  const plain = new URL(url);
  for (const name of ['_HLS_msn', '_HLS_part', '_HLS_skip']) plain.searchParams.delete(name);
  return plain.href;
}

/**
 * @param {Servers} servers
 * @param {Prefetch} prefetch what was asked for before hls.js was there
 * @param {SegmentDates} dates takes the dates out of media playlists
 * @param {(well: boolean) => void} tell whether answers come
 * @returns {HlsConfig['loader']}
 */
export function loaderFor(servers, prefetch, dates, tell) {
  return class {
    /** @type {LoaderContext | null} */
    context = null;
    stats = noStats();
    /** @type {Response | null} */
    #response = null;
    #abort = new AbortController();
    /** @type {LoaderCallbacks<LoaderContext> | undefined} */
    #callbacks;

    destroy() {
      this.#callbacks = undefined;
      this.abort();
      this.context = null;
    }

    abort() {
      if (this.#abort.signal.aborted) return;
      this.stats.aborted = this.stats.loading.end === 0;
      this.#abort.abort();
      if (this.stats.aborted && this.context) {
        this.#callbacks?.onAbort?.(this.stats, this.context, this.#response);
      }
    }

    getCacheAge() {
      const age = this.#response?.headers.get('age');
      return age ? Number.parseFloat(age) : null;
    }

    /** @param {string} name */
    getResponseHeader(name) {
      return this.#response?.headers.get(name) ?? null;
    }

    /**
     * @param {LoaderContext} context
     * @param {LoaderConfiguration} _configuration
     * @param {LoaderCallbacks<LoaderContext>} callbacks
     */
    load(context, _configuration, callbacks) {
      this.context = context;
      this.#callbacks = callbacks;
      this.stats.loading.start = performance.now();
      void this.#run(context);
    }

    /** @param {LoaderContext} context */
    async #run(context) {
      const signal = this.#abort.signal;
      const media = 'frag' in context;
      for (let failures = 0, refused = 0; ; ) {
        const base = servers.base;
        try {
          const url = refused > refusals ? withoutDirectives(context.url) : context.url;
          const data = await this.#ask(context, servers.redirect(url), media ? mediaLimit : playlistLimit);
          if (signal.aborted) return;
          tell(true);
          const code = this.#response?.status ?? 200;
          this.#callbacks?.onSuccess({ url: context.url, data, code }, this.stats, context, this.#response);
          return;
        } catch (cause) {
          if (signal.aborted) return;
          const status = cause instanceof AnswerError ? cause.status : 0;
          failures += 1;
          this.stats.retry += 1;
          const unknown = notThereYet.has(status);
          if (unknown) refused += 1;
          const waited = performance.now() - this.stats.loading.start;
          const hopeless = media
            ? waited > longestMediaWait || (unknown && failures >= servers.count)
            : status === 403 || status === 401;
          if (hopeless || !(unknown || mayBeBetterElsewhere(status))) {
            const text = cause instanceof Error ? cause.message : String(cause);
            this.#callbacks?.onError({ code: status, text }, context, this.#response, this.stats);
            return;
          }
          if (!unknown) tell(false);
          servers.failed(base);
          await pause(signal, retryDelay(failures, servers.count, Math.random()));
          if (signal.aborted) return;
        }
      }
    }

    /**
     * @param {LoaderContext} context
     * @param {string} url
     * @param {number} limit milliseconds
     */
    async #ask(context, url, limit) {
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(limit)]);
      this.stats.loading.first = 0;
      const { data, response } =
        (await prefetch.take(url)?.catch(() => undefined)) ?? (await this.#fetch(context, url, signal));
      this.#response = response;
      if (this.stats.loading.first === 0) this.stats.loading.first = performance.now();
      const size = typeof data === 'string' ? data.length : data.byteLength;
      this.stats.loaded = size;
      this.stats.total = size;
      this.stats.loading.end = performance.now();
      const playlist = typeof data === 'string' && 'type' in context && context.type === 'level';
      return playlist ? dates.take(data) : data;
    }

    /** @param {LoaderContext} context @param {string} url @param {AbortSignal} signal */
    async #fetch({ headers = {}, responseType }, url, signal) {
      const response = await fetch(url, { signal, headers });
      if (!response.ok) throw new AnswerError(`${response.status} for ${url}`, response.status);
      this.stats.loading.first = performance.now();
      const text = responseType !== 'arraybuffer';
      return { data: text ? await response.text() : await response.arrayBuffer(), response };
    }
  };
}
