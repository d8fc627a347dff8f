/** The samples of sound in a movie fragment (ISO/IEC 14496-12, 8.8), one by one: read from `moof` and `mdat`, and written again. */
import { FormatError } from '../../errors.ts';
import { boxesIn, requiredBox } from './box.ts';
import { Fields } from './fields.ts';
import type { Movie } from './movie.ts';
import type { WholeBox } from './splitter.ts';

/** One frame of sound, decodable by itself. */
export interface SoundSample {
  readonly trackId: number;
  /** Decode time and length, in ticks of its track. What an encoder needs to begin lies before 0. */
  readonly time: number;
  readonly duration: number;
  readonly bytes: Buffer;
}

/** All samples, track by track. Throws FormatError for what points outside of its `mdat`. */
export function soundSamples(moof: WholeBox, mdat: WholeBox, movie: Movie): SoundSample[] {
  const found: SoundSample[] = [];
  const media = mdat.bytes.subarray(mdat.head);
  for (const { type, body } of boxesIn(moof.bytes.subarray(moof.head))) {
    if (type === 'traf') readTrack(body, movie, media, moof.size + mdat.head, found);
  }
  return found;
}

/** `origin`: where the bytes of `media` are, counted from the beginning of the `moof`. */
function readTrack(traf: Buffer, movie: Movie, media: Buffer, origin: number, found: SoundSample[]): void {
  const head = new Fields('tfhd', requiredBox(traf, 'tfhd'));
  const { flags } = head.versionAndFlags();
  const trackId = head.uint32();
  const track = movie.tracks.find(({ id }) => id === trackId);
  if (track === undefined) return;
  if (flags & 0x01) throw new FormatError('a fragment counts positions from the beginning of its file');
  if (flags & 0x02) head.skip(4);
  const usual = {
    duration: flags & 0x08 ? head.uint32() : track.defaults.duration,
    size: flags & 0x10 ? head.uint32() : track.defaults.size,
  };
  const clock = new Fields('tfdt', requiredBox(traf, 'tfdt'));
  let time = clock.versionAndFlags().version === 1 ? clock.int64() : clock.uint32();
  for (const { type, body } of boxesIn(traf)) {
    if (type !== 'trun') continue;
    for (const { duration, bytes } of readRun(body, usual, media, origin)) {
      found.push({ trackId, time, duration, bytes });
      time += duration;
    }
  }
}

function* readRun(
  trun: Buffer,
  usual: { readonly duration: number; readonly size: number },
  media: Buffer,
  origin: number,
): Generator<{ readonly duration: number; readonly bytes: Buffer }> {
  const fields = new Fields('trun', trun);
  const { flags } = fields.versionAndFlags();
  const count = fields.uint32();
  if ((flags & 0x01) === 0) throw new FormatError('a run of sound does not say where its bytes are');
  let at = fields.uint32() - origin;
  if (flags & 0x04) fields.skip(4);
  for (let sample = 0; sample < count; sample++) {
    const duration = flags & 0x100 ? fields.uint32() : usual.duration;
    const size = flags & 0x200 ? fields.uint32() : usual.size;
    if (flags & 0x400) fields.skip(4);
    if (flags & 0x800) fields.skip(4);
    // Also what ends a count that nothing is behind: every sample has bytes.
    if (size === 0 || at < 0 || at + size > media.length)
      throw new FormatError('a sample of sound lies outside of its mdat');
    yield { duration, bytes: media.subarray(at, at + size) };
    at += size;
  }
}

/** A `moof` and its `mdat` with these frames, which follow one another. At least one. */
export function soundFragment(trackId: number, sequence: number, samples: readonly SoundSample[]): Buffer {
  const [first] = samples;
  if (first === undefined) throw new Error('a fragment without samples');
  const runs = words(
    // Where the bytes are, how long each sample lasts, and its size.
    ...[0x301, samples.length, 0],
    ...samples.flatMap(({ duration, bytes }) => [duration, bytes.length]),
  );
  const time = Buffer.alloc(12);
  time[0] = 1;
  time.writeBigUInt64BE(BigInt(first.time), 4);
  // Positions count from the moof (default-base-is-moof), and every sample is decodable by itself.
  const head = box('tfhd', words(0x020020, trackId, 0x02000000));
  const moof = box(
    'moof',
    box('mfhd', words(0, sequence)),
    box('traf', head, box('tfdt', time), box('trun', runs)),
  );
  const fragment = Buffer.concat([moof, box('mdat', ...samples.map(({ bytes }) => bytes))]);
  fragment.writeUInt32BE(moof.length + 8, moof.length - runs.length + 8);
  return fragment;
}

export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...parts]);
}

/** 32 bits each. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}
