// @ts-check
/**
 * What hls.js will ask for first, asked for while hls.js itself is still on its way: the playlists, the init, and the newest parts
 * from a keyframe on. A page that was opened shows its picture that much sooner. Whatever goes wrong here is asked for again later.
 */

/** @import { Servers } from './servers.js' */

/**
 * An answer as the loader wants it.
 * @typedef {{ readonly data: string | ArrayBuffer, readonly response: Response }} Answer
 */

/** Milliseconds after which what was fetched before is too old to begin with. */
const lasts = 2000;

/** Seconds behind the edge at which players begin. */
const behind = 0.6;

/**
 * What a media playlist names that a player at its edge begins with, as it stands there: the init, then parts. Pure.
 * @param {string} playlist
 */
export function beginningOf(playlist) {
  const parts = [...playlist.matchAll(/^#EXT-X-PART:(.*)$/gm)].map(([, line = '']) => ({
    uri: /URI="([^"]+)"/.exec(line)?.[1],
    duration: Number(/DURATION=([\d.]+)/.exec(line)?.[1] ?? 0),
    independent: line.includes('INDEPENDENT=YES'),
  }));
  let [first, length] = [parts.length - 1, 0];
  for (; first > 0; first -= 1) {
    length += parts[first]?.duration ?? 0;
    if (length >= behind && parts[first]?.independent) break;
  }
  const map = [...playlist.matchAll(/^#EXT-X-MAP:.*?URI="([^"]+)"/gm)].at(-1)?.[1];
  return [map, ...parts.slice(Math.max(0, first)).map(({ uri }) => uri)].filter((uri) => uri !== undefined);
}

/**
 * The variant that a player begins with that believes in any speed: the one of the most bits. Pure.
 * @param {string} playlist
 */
export function bestVariant(playlist) {
  const variants = [...playlist.matchAll(/^#EXT-X-STREAM-INF:(?:.*,)?BANDWIDTH=(\d+).*\r?\n([^#\s].*)$/gm)];
  return variants.toSorted(([, a], [, b]) => Number(b) - Number(a))[0]?.[2]?.trim();
}

export class Prefetch {
  /** @type {Map<string, { readonly at: number, readonly answer: Promise<Answer> }>} */
  #asked = new Map();

  /** Asks for a stream's beginning. @param {Servers} servers @param {string} stream */
  async begin(servers, stream) {
    try {
      const index = servers.name(`live/${stream}/index.m3u8`);
      const variant = bestVariant(await this.#text(index));
      if (variant === undefined) return;
      const media = new URL(variant, index).href;
      for (const uri of beginningOf(await this.#text(media))) this.#ask(new URL(uri, media).href, false);
    } catch {
      // hls.js asks again, and does something about it.
    }
  }

  /** @param {string} url */
  async #text(url) {
    const { data } = await this.#ask(url, true);
    return String(data);
  }

  /** @param {string} url @param {boolean} text @returns {Promise<Answer>} */
  #ask(url, text) {
    const answer = fetch(url, { signal: AbortSignal.timeout(lasts) }).then(async (response) => {
      if (!response.ok) throw new Error(`${response.status} for ${url}`);
      return { data: text ? await response.text() : await response.arrayBuffer(), response };
    });
    answer.catch(() => {});
    this.#asked.set(url, { at: performance.now(), answer });
    return answer;
  }

  /** What has been asked for, once. Undefined when it was not, or too long ago. @param {string} url */
  take(url) {
    const found = this.#asked.get(url);
    this.#asked.delete(url);
    return found === undefined || performance.now() - found.at > lasts ? undefined : found.answer;
  }
}
