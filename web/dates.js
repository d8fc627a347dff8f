// @ts-check
/**
 * When the segments of a playlist were taken, kept apart from hls.js: it would place segments by these dates, and where they do not
 * go on by exactly what segments last (a camera that paused, a clock that was set) its timeline would slide. By
 * number and by the media's own times it places them well.
 */

/** Segments that are remembered beyond those of the newest playlist: none is asked for that is older. */
const remembered = 5000;

export class SegmentDates {
  /** By media sequence number: milliseconds since the epoch. @type {Map<number, number>} */
  #dates = new Map();

  /**
   * Takes the dates out of a media playlist. Pure, but for what is remembered.
   * @param {string} playlist
   * @returns {string} the same without its dates
   */
  take(playlist) {
    let media = 0;
    let first = 0;
    /** @type {string[]} */
    const rest = [];
    for (const line of playlist.split('\n')) {
      const [tag, value = ''] = divide(line);
      if (tag === '#EXT-X-PROGRAM-DATE-TIME') {
        this.#dates.set(media, Date.parse(value));
        continue;
      }
      if (tag === '#EXT-X-MEDIA-SEQUENCE') first = media = Number(value);
      else if (tag === '#EXT-X-SKIP') media += Number(/SKIPPED-SEGMENTS=(\d+)/.exec(value)?.[1] ?? 0);
      else if (line !== '' && !line.startsWith('#')) media += 1;
      rest.push(line);
    }
    const most = remembered + media + 1 - first;
    for (const old of this.#dates.keys()) {
      if (this.#dates.size <= most) break;
      if (old < first) this.#dates.delete(old);
    }
    return rest.join('\n');
  }

  /** @param {number} media the media sequence number */
  of(media) {
    return this.#dates.get(media);
  }
}

/** @param {string} line @returns {readonly [string, string?]} */
function divide(line) {
  const colon = line.indexOf(':');
  return colon === -1 ? [line] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}
