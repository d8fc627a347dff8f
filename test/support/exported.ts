/** Holds an exported place to its promises, as whoever reads it all the time sees it: nothing is named that is not there, and nothing goes back. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';

interface Listed {
  readonly uri: string;
  readonly gap: boolean;
  /** All that is said of it. */
  readonly lines: string;
}

export interface ReadPlaylist {
  readonly first: number;
  readonly discontinuities: number;
  readonly type: string | undefined;
  readonly over: boolean;
  readonly maps: readonly string[];
  readonly segments: readonly Listed[];
}

/** A media playlist of whole segments, as RFC 8216 has it. */
export function readPlaylist(text: string): ReadPlaylist {
  const value = (name: string): string | undefined =>
    new RegExp(`^#EXT-X-${name}:(.*)$`, 'm').exec(text)?.[1];
  assert.match(text, /^#EXTM3U\n/);
  assert.match(text, /\n$/, 'its last line is whole');
  const body = text.slice(text.search(/^#EXT-X-(?:DISCONTINUITY$|MAP|PROGRAM-DATE-TIME|GAP)/m));
  const segments: Listed[] = [];
  let lines: string[] = [];
  for (const line of body.split('\n')) {
    if (line === '' || line === '#EXT-X-ENDLIST') continue;
    if (line.startsWith('#')) lines.push(line);
    else {
      // Whether a tag of the segment before counts is told by the playlist's head.
      const said = lines.filter((each) => !/^#EXT-X-(?:MAP|DISCONTINUITY)/.test(each));
      segments.push({ uri: line, gap: lines.includes('#EXT-X-GAP'), lines: [...said, line].join('\n') });
      lines = [];
    }
  }
  const target = Number(value('TARGETDURATION'));
  for (const [, seconds] of text.matchAll(/^#EXTINF:([\d.]+),$/gm))
    assert.ok(
      Math.round(Number(seconds)) <= target,
      `a segment of ${seconds} s where ${target} s are the most`,
    );
  return {
    first: Number(value('MEDIA-SEQUENCE')),
    discontinuities: Number(value('DISCONTINUITY-SEQUENCE')),
    type: value('PLAYLIST-TYPE'),
    over: text.includes('#EXT-X-ENDLIST'),
    maps: [...text.matchAll(/^#EXT-X-MAP:URI="(.*)"$/gm)].map(([, uri]) => uri!),
    segments,
  };
}

/** What a multivariant playlist names. */
export function variantsOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Names of what a manifest with timelines asks for. */
export function namedByManifest(text: string): string[] {
  return [
    ...text.matchAll(/<(?:ffmpeg:s|S)egmentTemplate ([^>]*)>([\s\S]*?)<\/(?:ffmpeg:s|S)egmentTemplate>/g),
  ].flatMap(([, head = '', entries = '']) => {
    const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(head)?.[1] ?? '';
    const named = [value('initialization')];
    let number = Number(value('startNumber'));
    for (const [entry] of entries.matchAll(/<(?:ffmpeg:s|S) [^>]*>/g)) {
      const repeated = Number(/[ :]r="(\d+)"/.exec(entry)?.[1] ?? 0);
      for (let count = 0; count <= repeated; count += 1)
        named.push(value('media').replace('$Number$', String(number++)));
    }
    return named;
  });
}

/** One reader, who remembers what he saw. */
export class ExportWatch {
  readonly #seen = new Map<string, ReadPlaylist>();
  #published = '';
  /** Texts that were looked at. */
  checks = 0;

  /** `missing`: those of these names that do not stand; asked after the text was read. Throws what is not as promised. */
  async check(
    name: string,
    text: string,
    missing: (names: string[]) => Promise<string[]> | string[],
  ): Promise<void> {
    this.checks += 1;
    const named = name === 'index.m3u8' ? variantsOf(text) : this.#namedBy(name, text);
    assert.deepEqual(
      await missing([...new Set(named)]),
      [],
      `${name} names what is not there:\n${text.slice(-2000)}`,
    );
  }

  #namedBy(name: string, text: string): string[] {
    if (name.endsWith('.mpd')) {
      const published = / publishTime="([^"]*)"/.exec(text)?.[1];
      if (published === undefined) this.#published = 'over';
      else {
        assert.ok(
          published >= this.#published,
          `the manifest goes back from ${this.#published} to ${published}`,
        );
        this.#published = published;
      }
      return namedByManifest(text);
    }
    const playlist = readPlaylist(text);
    const before = this.#seen.get(name);
    this.#seen.set(name, playlist);
    if (before !== undefined) this.#mustGoOn(name, before, playlist);
    const within = (uri: string): string => posix.join(posix.dirname(name), uri);
    return [...playlist.maps, ...playlist.segments.filter(({ gap }) => !gap).map(({ uri }) => uri)].map(
      within,
    );
  }

  #mustGoOn(name: string, before: ReadPlaylist, now: ReadPlaylist): void {
    const end = ({ first, segments }: ReadPlaylist): number => first + segments.length;
    assert.ok(now.first >= before.first, `${name} begins with ${now.first} after ${before.first}`);
    assert.ok(now.discontinuities >= before.discontinuities, `${name}: discontinuities go back`);
    assert.ok(end(now) >= end(before), `${name} ends before ${end(now)} after ${end(before)}`);
    assert.ok(now.over || !before.over, `${name} was over, and is not`);
    if (before.over || before.type !== undefined)
      assert.equal(now.first, before.first, `${name} loses its beginning`);
    if (before.over) assert.equal(end(now), end(before), `${name} grows behind its end`);
    for (let media = now.first; media < end(before); media += 1) {
      const [then, there] = [before.segments[media - before.first], now.segments[media - now.first]];
      assert.equal(there?.lines, then?.lines, `${name}: segment ${media} is another one`);
    }
  }
}
