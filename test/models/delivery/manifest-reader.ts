/** What a player makes of a manifest of DASH (ISO/IEC 23009-1, 5.3.9): which segments there are, and when each is to be shown. */

export interface ToldSegment {
  readonly url: string;
  /** Seconds of its period's media time. */
  readonly time: number;
  readonly lasts: number;
}

export interface ToldPeriod {
  /** Seconds since the epoch of Unix. */
  readonly start: number;
  /** Seconds; undefined: it goes on. */
  readonly lasts: number | undefined;
  readonly segments: readonly ToldSegment[];
}

/** Those of the first representation. `now`: seconds since the epoch of Unix, up to which a player counts segments that have no entries. */
export function readManifest(text: string, now: number): readonly ToldPeriod[] {
  // What is for FFmpeg alone has a name space of its own.
  return [...text.matchAll(/<Period\b([^>]*)>(.*?)<\/Period>/gs)].flatMap(
    ([, attributes = '', body = '']) => {
      const template =
        /<SegmentTemplate\b([^>]*)>(.*?)<\/SegmentTemplate>|<SegmentTemplate\b([^>]*)\/>/s.exec(body);
      if (template === null) return [];
      const own = template[1] ?? template[3] ?? '';
      const start = secondsOf(attribute(attributes, 'start') ?? 'PT0S');
      const written = attribute(attributes, 'duration');
      const lasts = written === undefined ? undefined : secondsOf(written);
      const media = attribute(own, 'media') ?? '';
      const timescale = Number(attribute(own, 'timescale') ?? 1);
      const first = Number(attribute(own, 'startNumber') ?? 1);
      const offset = Number(attribute(own, 'presentationTimeOffset') ?? 0) / timescale;
      const named = (number: number, time: number, long: number): ToldSegment => ({
        url: media.replace('$Number$', String(number)),
        time,
        lasts: long,
      });
      const each = Number(attribute(own, 'duration') ?? Number.NaN) / timescale;
      const segments: ToldSegment[] = [];
      if (Number.isNaN(each)) {
        let at = 0;
        for (const [, entry = ''] of (template[2] ?? '').matchAll(/<S\b([^>]*)\/>/g)) {
          at = Number(attribute(entry, 't') ?? at);
          const long = Number(attribute(entry, 'd'));
          for (let left = Number(attribute(entry, 'r') ?? 0); left >= 0; left -= 1) {
            segments.push(named(first + segments.length, at / timescale, long / timescale));
            at += long;
          }
        }
      } else {
        // A player does not ask for a sliver.
        const behind = Math.min(lasts ?? Number.POSITIVE_INFINITY, now - start) - 0.001;
        for (let number = 0; number * each < behind && number < 100_000; number += 1)
          segments.push(named(first + number, number * each + offset, each));
      }
      return [{ start, lasts, segments }];
    },
  );
}

function attribute(text: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1];
}

/** `PT1H2M3.4S`. */
function secondsOf(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
