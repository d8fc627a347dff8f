/** The movie box `moov` (ISO/IEC 14496-12, 8.2) of a fragmented file: its tracks, and what fragments may leave unsaid. */
import { FormatError } from '../../errors.ts';
import { boxesIn, optionalBox, requiredBox } from './box.ts';
import { readSampleEntry, type SampleEntry } from './codec.ts';
import { Fields } from './fields.ts';

export interface Track extends SampleEntry {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  /** Ticks a second. */
  readonly timescale: number;
  /** What holds for samples of which a fragment does not say it (8.8.3). */
  readonly defaults: SampleDefaults;
}

/** Ticks; bytes; flags as in 8.8.3.1. */
export interface SampleDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

export interface Movie {
  readonly tracks: readonly Track[];
  /** The track that times and keyframes go by: the first picture's, or the first sound's. */
  readonly main: Track;
}

/** More of them in one stream is a mistake, or malice. */
const mostTracks = 16;

/** Reads the body of `moov`. Throws FormatError when it is none of a fragmented file with a picture or sound. */
export function readMovie(moov: Buffer): Movie {
  const extension = optionalBox(moov, 'mvex');
  if (extension === undefined) throw new FormatError('this MP4 is not fragmented: its moov has no mvex');
  const defaults = readDefaults(extension);
  const tracks: Track[] = [];
  for (const { type, body } of boxesIn(moov)) {
    const track = type === 'trak' ? readTrack(body, defaults) : undefined;
    if (track !== undefined) tracks.push(track);
    if (tracks.length > mostTracks) throw new FormatError(`the MP4 has more than ${mostTracks} tracks`);
  }
  const main = tracks.find(({ kind }) => kind === 'video') ?? tracks[0];
  if (main === undefined) throw new FormatError('the MP4 has neither a picture nor sound');
  return { tracks, main };
}

function readDefaults(mvex: Buffer): Map<number, SampleDefaults> {
  const defaults = new Map<number, SampleDefaults>();
  for (const { type, body } of boxesIn(mvex)) {
    if (type !== 'trex') continue;
    const fields = new Fields(type, body);
    fields.skip(4);
    const id = fields.uint32();
    fields.skip(4);
    defaults.set(id, { duration: fields.uint32(), size: fields.uint32(), flags: fields.uint32() });
  }
  return defaults;
}

/** Undefined for a track that is neither picture nor sound. */
function readTrack(trak: Buffer, defaults: ReadonlyMap<number, SampleDefaults>): Track | undefined {
  const media = requiredBox(trak, 'mdia');
  const kind = readKind(requiredBox(media, 'hdlr'));
  if (kind === undefined) return undefined;
  const { id, isTurned } = readHeader(requiredBox(trak, 'tkhd'));
  const timescale = readTimescale(requiredBox(media, 'mdhd'));
  const table = requiredBox(requiredBox(media, 'minf'), 'stbl');
  const description = new Fields('stsd', requiredBox(table, 'stsd'));
  description.skip(8);
  const entries = [...boxesIn(description.rest())];
  const [entry] = entries;
  if (entry === undefined) throw new FormatError(`track ${id} does not say its codec`);
  const own = defaults.get(id);
  if (own === undefined) throw new FormatError(`track ${id} has no trex`);
  const { width, height, ...described } = readSampleEntry(entry);
  const size = isTurned ? { width: height, height: width } : { width, height };
  return { id, kind, timescale, defaults: own, ...described, ...size };
}

function readKind(hdlr: Buffer): Track['kind'] | undefined {
  const fields = new Fields('hdlr', hdlr);
  fields.skip(8);
  const type = fields.bytes(4).toString('latin1');
  if (type === 'vide') return 'video';
  return type === 'soun' ? 'audio' : undefined;
}

/** The track's number, and whether its matrix turns the picture by a quarter (8.3.2): then `a`, the first of its nine numbers, is 0, and `b` is not. */
function readHeader(tkhd: Buffer): { readonly id: number; readonly isTurned: boolean } {
  const fields = new Fields('tkhd', tkhd);
  const isLong = fields.versionAndFlags().version === 1;
  fields.skip(isLong ? 16 : 8);
  const id = fields.uint32();
  // Duration and reserved fields, then layers, groups and volume.
  fields.skip((isLong ? 12 : 8) + 16);
  const [a, b] = [fields.uint32(), fields.uint32()];
  return { id, isTurned: a === 0 && b !== 0 };
}

function readTimescale(mdhd: Buffer): number {
  const fields = new Fields('mdhd', mdhd);
  fields.skip(fields.versionAndFlags().version === 1 ? 16 : 8);
  const timescale = fields.uint32();
  if (timescale === 0) throw new FormatError('box "mdhd" says a timescale of 0');
  return timescale;
}
