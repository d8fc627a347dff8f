/** The movie fragment box `moof` (ISO/IEC 14496-12, 8.8): which samples the `mdat` behind it has, of which tracks. */
import { FormatError } from '../../errors.ts';
import { boxesIn, optionalBox, requiredBox } from './box.ts';
import { Fields } from './fields.ts';
import type { Movie, SampleDefaults } from './movie.ts';

/** What a fragment has of one track. */
export interface TrackFragment {
  readonly trackId: number;
  /**
   * Decode time of its first sample, and how long its samples last, in ticks of the track. FFmpeg writes times before 0 as two's complement: of
   * copied pictures that were cut out of something longer.
   */
  readonly time: number;
  readonly duration: number;
  readonly samples: number;
  /** Of all its samples. */
  readonly bytes: number;
  /** Its first sample needs no other (a sync sample, 8.6.2). */
  readonly keyframe: boolean;
}

/** Reads the body of `moof`: its track fragments with at least one sample. Throws FormatError. */
export function readFragment(moof: Buffer, movie: Movie): TrackFragment[] {
  const found: TrackFragment[] = [];
  for (const { type, body } of boxesIn(moof)) {
    const fragment = type === 'traf' ? readTrackFragment(body, movie) : undefined;
    if (fragment !== undefined && fragment.samples > 0) found.push(fragment);
  }
  return found;
}

/** Reads the body of `traf`. Undefined for a track that is neither picture nor sound. Throws FormatError. */
export function readTrackFragment(traf: Buffer, movie: Movie): TrackFragment | undefined {
  const head = new Fields('tfhd', requiredBox(traf, 'tfhd'));
  const { flags } = head.versionAndFlags();
  const trackId = head.uint32();
  const track = movie.tracks.find(({ id }) => id === trackId);
  if (track === undefined) return undefined;
  if (flags & 0x01) head.skip(8);
  if (flags & 0x02) head.skip(4);
  const defaults: SampleDefaults = {
    duration: flags & 0x08 ? head.uint32() : track.defaults.duration,
    size: flags & 0x10 ? head.uint32() : track.defaults.size,
    flags: flags & 0x20 ? head.uint32() : track.defaults.flags,
  };
  const decodeTime = optionalBox(traf, 'tfdt');
  if (decodeTime === undefined) throw new FormatError('a fragment does not say its decode time');
  const clock = new Fields('tfdt', decodeTime);
  const time = clock.versionAndFlags().version === 1 ? clock.int64() : clock.uint32();
  const sum = { samples: 0, duration: 0, bytes: 0, keyframe: false };
  for (const { type, body } of boxesIn(traf)) if (type === 'trun') addRun(sum, body, defaults);
  if (!Number.isSafeInteger(time + sum.duration)) throw new FormatError('a fragment lasts beyond all time');
  return { trackId, time, ...sum };
}

interface Sum {
  samples: number;
  duration: number;
  bytes: number;
  keyframe: boolean;
}

/** Adds a track run (8.8.8). */
function addRun(sum: Sum, trun: Buffer, defaults: SampleDefaults): void {
  const fields = new Fields('trun', trun);
  const { flags } = fields.versionAndFlags();
  const count = fields.uint32();
  if (flags & 0x01) fields.skip(4);
  let firstFlags = flags & 0x04 ? fields.uint32() : undefined;
  const [hasDuration, hasSize, hasFlags, hasOffset] = [0x100, 0x200, 0x400, 0x800].map(
    (bit) => (flags & bit) !== 0,
  );
  const width = [hasDuration, hasSize, hasFlags, hasOffset].filter(Boolean).length * 4;
  // Compared before the loop: a count is believed only as far as there are bytes for it.
  if (count * width > fields.left) throw new FormatError('box "trun" is shorter than its samples');
  if (!hasDuration) sum.duration += count * defaults.duration;
  if (!hasSize) sum.bytes += count * defaults.size;
  for (let sample = 0; sample < count && width > 0; sample++) {
    if (hasDuration) sum.duration += fields.uint32();
    if (hasSize) sum.bytes += fields.uint32();
    if (hasFlags) {
      const own = fields.uint32();
      if (sample === 0) firstFlags ??= own;
    }
    if (hasOffset) fields.skip(4);
  }
  if (sum.samples === 0 && count > 0) sum.keyframe = isSync(firstFlags ?? defaults.flags);
  sum.samples += count;
}

/** `sample_is_non_sync_sample` (8.8.3.1) is not set. */
function isSync(flags: number): boolean {
  return (flags & 0x10000) === 0;
}
