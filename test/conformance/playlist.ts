/** What a playlist says, from its lines. Pure. */
import { type Line, readLines } from './tags.ts';

export interface PartLine {
  readonly uri: string;
  /** Seconds. */
  readonly duration: number;
  readonly independent: boolean;
  readonly gap: boolean;
}

export interface SegmentLines {
  /** The media sequence number. */
  readonly media: number;
  /** Undefined: it is open, only its parts are listed. */
  readonly uri: string | undefined;
  /** Seconds; of an open one, of its parts so far. */
  readonly duration: number;
  readonly parts: readonly PartLine[];
  /** EXT-X-DISCONTINUITY tags before it. */
  readonly discontinuities: number;
  /** Of the MAP in force. */
  readonly map: string | undefined;
  /** A MAP stands right before it. */
  readonly ownMap: boolean;
  /** Milliseconds since the epoch of Unix. */
  readonly date: number | undefined;
  /** A part of it stands before its date. */
  readonly dateIsLate: boolean;
  readonly gap: boolean;
}

export interface RenditionReport {
  readonly uri: string;
  readonly media: number | undefined;
  readonly part: number | undefined;
}

export interface MediaPlaylist {
  readonly complaints: readonly string[];
  readonly lines: readonly Line[];
  readonly version: number;
  readonly targetDuration: number | undefined;
  readonly partTarget: number | undefined;
  readonly control: ReadonlyMap<string, string>;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number | undefined;
  readonly independentSegments: boolean;
  readonly skipped: number;
  readonly segments: readonly SegmentLines[];
  readonly hints: readonly string[];
  readonly reports: readonly RenditionReport[];
  readonly ended: boolean;
}

export interface VariantLines {
  readonly uri: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface MultivariantPlaylist {
  readonly complaints: readonly string[];
  readonly lines: readonly Line[];
  readonly variants: readonly VariantLines[];
}

/** The newest thing that a playlist lists. `part` -1: a whole segment without parts. */
export interface Newest {
  readonly media: number;
  readonly part: number;
}

export function readMultivariant(text: string): MultivariantPlaylist {
  const { lines, complaints } = readLines(text);
  const variants = lines.flatMap(({ name, attributes }, index) => {
    if (name !== 'EXT-X-STREAM-INF') return [];
    const next = lines[index + 1];
    return [{ uri: next?.name === '' ? next.value : '', attributes }];
  });
  return { complaints, lines, variants };
}

export function readMedia(text: string): MediaPlaylist {
  const { lines, complaints } = readLines(text);
  const all = (name: string) => lines.filter((line) => line.name === name);
  const one = (name: string): Line | undefined => all(name)[0];
  const number = (name: string) => (one(name) === undefined ? undefined : Number(one(name)!.value));
  const twice = once.filter((name) => all(name).length > 1).map((name) => `#${name} stands twice`);
  const mediaSequence = number('EXT-X-MEDIA-SEQUENCE') ?? 0;
  const skipped = Number(one('EXT-X-SKIP')?.attributes.get('SKIPPED-SEGMENTS') ?? 0);
  const target = one('EXT-X-PART-INF')?.attributes.get('PART-TARGET');
  return {
    complaints: [...complaints, ...twice],
    lines,
    version: number('EXT-X-VERSION') ?? 1,
    targetDuration: number('EXT-X-TARGETDURATION'),
    partTarget: target === undefined ? undefined : Number(target),
    control: one('EXT-X-SERVER-CONTROL')?.attributes ?? new Map(),
    mediaSequence,
    discontinuitySequence: number('EXT-X-DISCONTINUITY-SEQUENCE'),
    independentSegments: one('EXT-X-INDEPENDENT-SEGMENTS') !== undefined,
    skipped,
    segments: segmentsOf(lines, mediaSequence + skipped),
    hints: all('EXT-X-PRELOAD-HINT')
      .filter(({ attributes }) => attributes.get('TYPE') === 'PART')
      .map(({ attributes }) => attributes.get('URI') ?? ''),
    reports: all('EXT-X-RENDITION-REPORT').map(({ attributes }) => ({
      uri: attributes.get('URI') ?? '',
      media: optional(attributes.get('LAST-MSN')),
      part: optional(attributes.get('LAST-PART')),
    })),
    ended: one('EXT-X-ENDLIST') !== undefined,
  };
}

/** Tags that a media playlist has once at most. */
const once = [
  'EXTM3U',
  'EXT-X-VERSION',
  'EXT-X-TARGETDURATION',
  'EXT-X-MEDIA-SEQUENCE',
  'EXT-X-DISCONTINUITY-SEQUENCE',
  'EXT-X-SERVER-CONTROL',
  'EXT-X-PART-INF',
  'EXT-X-SKIP',
  'EXT-X-ENDLIST',
];

function optional(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

type Growing = { -readonly [K in keyof SegmentLines]: SegmentLines[K] } & { parts: PartLine[] };

function segmentsOf(lines: readonly Line[], first: number): SegmentLines[] {
  const segments: SegmentLines[] = [];
  let map: string | undefined;
  let growing = begin(first);
  for (const { name, value, attributes } of lines) {
    if (name === 'EXT-X-MAP') {
      map = attributes.get('URI');
      growing.ownMap = true;
    } else if (name === 'EXT-X-DISCONTINUITY') growing.discontinuities += 1;
    else if (name === 'EXT-X-PROGRAM-DATE-TIME') {
      growing.date = Date.parse(value);
      growing.dateIsLate = growing.parts.length > 0;
    } else if (name === 'EXT-X-GAP') growing.gap = true;
    else if (name === 'EXT-X-PART') growing.parts.push(partOf(attributes));
    else if (name === 'EXTINF') growing.duration = Number.parseFloat(value);
    else if (name === '') {
      segments.push({ ...growing, map, uri: value });
      growing = begin(growing.media + 1);
    }
  }
  const { parts } = growing;
  if (parts.length > 0) {
    const duration = parts.reduce((sum, part) => sum + part.duration, 0);
    segments.push({ ...growing, map, duration });
  }
  return segments;
}

function begin(media: number): Growing {
  return {
    media,
    uri: undefined,
    duration: 0,
    parts: [],
    discontinuities: 0,
    map: undefined,
    ownMap: false,
    date: undefined,
    dateIsLate: false,
    gap: false,
  };
}

function partOf(attributes: ReadonlyMap<string, string>): PartLine {
  return {
    uri: attributes.get('URI') ?? '',
    duration: Number(attributes.get('DURATION')),
    independent: attributes.get('INDEPENDENT') === 'YES',
    gap: attributes.get('GAP') === 'YES',
  };
}

/** Undefined: it lists nothing. */
export function newestOf({ segments }: Pick<MediaPlaylist, 'segments'>): Newest | undefined {
  const last = segments.at(-1);
  return last === undefined ? undefined : { media: last.media, part: last.parts.length - 1 };
}

/** What a player asks for next: the part behind the newest. */
export function nextOf(playlist: Pick<MediaPlaylist, 'segments'>): Newest {
  const last = playlist.segments.at(-1);
  if (last === undefined) return { media: 0, part: 0 };
  return last.uri === undefined
    ? { media: last.media, part: last.parts.length }
    : { media: last.media + 1, part: 0 };
}

/** Whether a playlist has a part, or (without one) a whole segment, or something behind it. */
export function reaches(playlist: Pick<MediaPlaylist, 'segments'>, media: number, part?: number): boolean {
  const next = nextOf(playlist);
  return next.media > media || (part !== undefined && next.media === media && next.part > part);
}
