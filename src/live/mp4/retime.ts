/** Moves fragments (ISO/IEC 14496-12, 8.8) in time, so that pieces of a stream become a film of their own. Pure but for the bytes given. */
import { FormatError } from '../../errors.ts';
import { boxesIn, requiredBox } from './box.ts';
import { Fields } from './fields.ts';
import { readFragment, readTrackFragment, type TrackFragment } from './fragment.ts';
import type { Movie } from './movie.ts';

/** Where fragments go. */
export interface Placement {
  /** New decode time of a track fragment, in ticks of its track. */
  timeOf(fragment: TrackFragment): number;
  /** The number of the next movie fragment (8.8.5): from 1, rising. */
  nextSequence(): number;
}

/** The track fragments of all `moof` in a run of `moof` and `mdat`, in their order. Throws FormatError. */
export function fragmentsIn(bytes: Buffer, movie: Movie): TrackFragment[] {
  const found: TrackFragment[] = [];
  for (const { type, body } of boxesIn(bytes)) if (type === 'moof') found.push(...readFragment(body, movie));
  return found;
}

/**
 * Writes new decode times and numbers into a run of `moof` and `mdat`, in place: `bytes` must be the caller's own. Throws FormatError
 * for what is no CMAF (positions counted from the beginning of a file), or has no room for the new time.
 */
export function retime(bytes: Buffer, movie: Movie, placement: Placement): void {
  for (const { type, body } of boxesIn(bytes)) {
    if (type !== 'moof') continue;
    requiredBox(body, 'mfhd').writeUInt32BE(placement.nextSequence() % 2 ** 32, 4);
    for (const inner of boxesIn(body)) {
      if (inner.type === 'traf') moveTrack(inner.body, movie, placement);
    }
  }
}

function moveTrack(traf: Buffer, movie: Movie, placement: Placement): void {
  const head = new Fields('tfhd', requiredBox(traf, 'tfhd'));
  if (head.versionAndFlags().flags & 0x01) {
    throw new FormatError('a fragment counts positions from the beginning of its file: it is no CMAF');
  }
  const fragment = readTrackFragment(traf, movie);
  // A track that is neither picture nor sound, or a fragment without samples: nobody plays it.
  if (fragment === undefined || fragment.samples === 0) return;
  const clock = requiredBox(traf, 'tfdt');
  const time = placement.timeOf(fragment);
  if (!(time >= 0 && Number.isSafeInteger(time)))
    throw new FormatError('a fragment comes before the beginning of its film');
  if (clock[0] === 1) clock.writeBigUInt64BE(BigInt(time), 4);
  else if (time < 2 ** 32) clock.writeUInt32BE(time, 4);
  else throw new FormatError('a fragment has 32 bits for its time, and the film lasts longer than that');
}
